import type { Faults } from "../../src/adapters/simnet/faults/faults.ts";
import type { SimMarket } from "../../src/adapters/simnet/world/market.ts";
import { TimeoutError, TransientError } from "../../src/core/errors.ts";
import type { MarketId, TokenId } from "../../src/core/ids/ids.ts";
import { type MarketInfo, NO_FEE } from "../../src/core/market/market.ts";
import { price, shares } from "../../src/core/money/amounts.ts";
import { epochMs } from "../../src/core/time/time.ts";
import type { CatalogAnswer, MarketCatalog } from "../../src/ports/market-catalog.ts";
import type { Life } from "./life.ts";
import type { SimTime } from "./sim-time.ts";

export const CATALOG_FAULTS = ["catalog_fails", "catalog_times_out", "catalog_misses"] as const;
export type CatalogFault = (typeof CATALOG_FAULTS)[number];

export type SimCatalogOptions = {
  readonly time: SimTime;
  readonly faults: Faults<CatalogFault>;
  /** Questions so far, over all processes of a run. */
  readonly attempts: Map<string, number>;
};

const LATENCY_MS = 150;

/** Knows every market of a world, on its good days. */
export function createSimCatalog(markets: readonly SimMarket[], options: SimCatalogOptions, life: Life): MarketCatalog {
  const { time, faults, attempts } = options;
  const byMarket = new Map<MarketId, SimMarket>(markets.map((market) => [market.conditionId, market]));
  const byToken = new Map<TokenId, SimMarket>(
    markets.flatMap((market) => market.tokenIds().map((token) => [token, market] as const)),
  );

  async function answer(question: string, found: readonly (SimMarket | undefined)[]): Promise<CatalogAnswer> {
    const attempt = attempts.get(question) ?? 0;
    attempts.set(question, attempt + 1);
    const fault = CATALOG_FAULTS.find((each) => faults.strikes(each, question, attempt));
    if (fault !== undefined) faults.count(fault);
    await life.answer(new Promise<void>((resolve) => void time.at(time.now() + LATENCY_MS, resolve)));
    if (fault === "catalog_fails") throw new TransientError("CATALOG_FAILED", "the catalog answers with HTTP 502");
    if (fault === "catalog_times_out") throw new TimeoutError("CATALOG_TIMEOUT", "no answer in time");
    const infos = [...new Set(found)].filter((market) => market !== undefined).map(infoOf);
    return { infos: fault === "catalog_misses" ? infos.slice(1) : infos, unreadable: [] };
  }

  return {
    byMarket: (ids) =>
      answer(
        `markets ${ids.join()}`,
        ids.map((id) => byMarket.get(id)),
      ),
    byToken: (ids) =>
      answer(
        `tokens ${ids.join()}`,
        ids.map((id) => byToken.get(id)),
      ),
  };
}

const infoOf = (market: SimMarket): MarketInfo => ({
  marketId: market.conditionId,
  title: market.title,
  slug: market.slug,
  category: market.event.category,
  eventId: market.event.id,
  negRisk: market.negRisk,
  outcomes: market.outcomes,
  tokenIds: market.tokenIds(),
  startsAt: epochMs(market.opensAt),
  endsAt: epochMs(market.endsAt),
  tickSize: price(10_000n),
  minOrderSize: shares(5_000_000n),
  fee: NO_FEE,
  acceptingOrders: true,
});

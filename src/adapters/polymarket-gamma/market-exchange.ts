import { z } from "zod";
import type { MarketId } from "../../core/ids/ids.ts";
import type { GammaClient } from "./gamma-client.ts";
import { parseGammaMarket } from "./gamma-market.ts";

/** What decides on which exchange a market is traded. The version changes only where the venue moves a market. */
export type MarketExchange = { readonly marketVersion: string; readonly negRisk: boolean };

const versioned = z.object({ version: z.string().nullish() });

/** Asks Gamma once for each market, and again where the venue refuses the version. */
export function createMarketExchanges(client: GammaClient) {
  const known = new Map<MarketId, MarketExchange>();

  /** @returns null where Gamma does not know the market. @throws as `GammaClient`, PayloadError for an unknown version */
  async function find(marketId: MarketId, signal: AbortSignal, anew = false): Promise<MarketExchange | null> {
    if (anew) known.delete(marketId);
    const found = known.get(marketId);
    if (found !== undefined) return found;
    const rows = await client.markets(
      [
        ["condition_ids", marketId],
        ["closed", "false"],
      ],
      signal,
    );
    for (const row of rows) {
      // A row without a version is one of v1: its tokens follow from the condition, or it is refused here.
      const market = parseGammaMarket(row);
      if (market.marketId !== marketId) continue;
      const exchange = { marketVersion: versioned.parse(row).version ?? "v1", negRisk: market.negRisk };
      known.set(marketId, exchange);
      return exchange;
    }
    return null;
  }

  return {
    find,
    /** Asks ahead, so that an order does not wait. What fails is asked for again by the order. */
    warm(markets: readonly MarketId[], signal: AbortSignal): void {
      for (const marketId of markets) if (!known.has(marketId)) void find(marketId, signal).catch(() => null);
    },
  };
}

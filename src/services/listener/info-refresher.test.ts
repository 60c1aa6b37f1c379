import { describe, expect, test } from "vitest";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { createMemoryChainStore } from "../../../test/support/memory-chain-store.ts";
import { createQuietLogger } from "../../../test/support/quiet-logger.ts";
import { hash32 } from "../../../test/support/sample-logs.ts";
import { InvariantError, TransientError } from "../../core/errors.ts";
import { type MarketId, parseTokenId } from "../../core/ids/ids.ts";
import { type MarketInfo, NO_FEE } from "../../core/market/market.ts";
import { price, shares } from "../../core/money/amounts.ts";
import type { MarketCatalog } from "../../ports/market-catalog.ts";
import { createInfoRefresher } from "./info-refresher.ts";
import { createMarketTitles } from "./market-titles.ts";

const never = new AbortController().signal;
const marketId = (name: string): MarketId => hash32(name) as MarketId;

const info = (name: string, yes: string, no: string): MarketInfo => ({
  marketId: marketId(name),
  title: name,
  slug: null,
  category: null,
  eventId: null,
  negRisk: false,
  outcomes: ["Yes", "No"],
  tokenIds: [parseTokenId(yes), parseTokenId(no)],
  startsAt: null,
  endsAt: null,
  tickSize: price(10_000n),
  minOrderSize: shares(5_000_000n),
  fee: NO_FEE,
  acceptingOrders: true,
});

/** A catalog that knows these markets. */
function catalogOf(known: readonly MarketInfo[]): MarketCatalog & { failures: Error[] } {
  const failures: Error[] = [];
  const answer = (matches: (each: MarketInfo) => boolean) => {
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    return { infos: known.filter(matches), unreadable: [{ id: "row", reason: "three outcomes" }] };
  };
  return {
    failures,
    byMarket: async (ids) => answer((each) => ids.includes(each.marketId)),
    byToken: async (ids) => answer((each) => each.tokenIds.some((token) => ids.includes(token))),
  };
}

function setUp(known: readonly MarketInfo[]) {
  const [store, clock, logger, titles] = [
    createMemoryChainStore(),
    createManualClock(),
    createQuietLogger(),
    createMarketTitles(),
  ];
  const catalog = catalogOf(known);
  const config = { infoBatch: 10, infoPollMs: 1_000, infoStaleMs: 60_000 };
  const refresher = createInfoRefresher({ catalog, store, clock, logger, titles, config });
  return { store, clock, logger, titles, catalog, refresher };
}

describe("a refresh", () => {
  test("saves what the catalog knows, by market and by token, each market once; and remembers what it does not know", async () => {
    const { store, refresher, titles } = setUp([info("rain", "1", "2"), info("snow", "3", "4")]);
    store.markets = [marketId("rain"), marketId("unheard of")];
    store.tokens = [parseTokenId("2"), parseTokenId("3"), parseTokenId("9")];
    expect(await refresher.refresh(never)).toBe(2);
    expect(store.infos.map(({ title }) => title)).toEqual(["rain", "snow"]);
    expect(store.missing).toEqual([marketId("unheard of"), "9"]);
    expect(titles.of(parseTokenId("4"))).toEqual({ market: "snow", outcome: "No" });
  });

  test("asks nobody when nothing is missing", async () => {
    const { catalog, refresher } = setUp([]);
    catalog.failures.push(new TransientError("GAMMA", "must not be asked"));
    expect(await refresher.refresh(never)).toBe(0);
  });

  test("reports rows that could not be read", async () => {
    const { store, refresher, logger } = setUp([]);
    store.markets = [marketId("rain")];
    await refresher.refresh(never);
    expect(logger.lines).toContainEqual({
      message: "markets unreadable",
      fields: { count: 1, first: { id: "row", reason: "three outcomes" } },
    });
  });
});

describe("the loop", () => {
  test("goes on after a failure of the catalog, later and later", async () => {
    const { store, clock, catalog, refresher } = setUp([info("rain", "1", "2")]);
    store.markets = [marketId("rain")];
    catalog.failures.push(new TransientError("GAMMA", "down"), new TransientError("GAMMA", "down"));
    const stop = new AbortController();
    const running = refresher.run(stop.signal);
    await clock.untilSleeping();
    await clock.advance(2_000);
    expect(store.infos).toEqual([]);
    await clock.advance(4_000);
    expect(store.infos).not.toEqual([]);
    stop.abort();
    await running;
  });

  test("ends with our own mistakes", async () => {
    const { store, catalog, refresher } = setUp([]);
    store.markets = [marketId("rain")];
    catalog.failures.push(new InvariantError("BROKEN", "ours"));
    await expect(refresher.run(never)).rejects.toThrow(InvariantError);
  });
});

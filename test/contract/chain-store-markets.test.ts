import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import { epochMs } from "../../src/core/time/time.ts";
import type { ChainStore } from "../../src/ports/chain-store.ts";
import {
  aFill,
  aMarketInfo,
  aRecord,
  blockTime,
  marketNo,
  preparedMarket,
  resolved,
  tokenNo,
} from "../support/chain-facts.ts";
import { emptyChain } from "../support/empty-chain.ts";
import { describeOnEachEngine } from "../support/engines.ts";

describeOnEachEngine("chain store, markets", (getDb) => {
  let store: ChainStore;

  beforeEach(async () => {
    await emptyChain(getDb());
    store = createChainStore(getDb());
  });

  const trades = async (): Promise<Record<string, unknown>[]> =>
    (await sql<Record<string, unknown>>`SELECT * FROM orderflow_trades ORDER BY id`.execute(getDb().kysely)).rows;

  test("a preparation links tokens that were seen before it", async () => {
    await store.extend(aRecord(1, 1, { fills: [aFill({ tokenId: tokenNo(8) })] }));
    expect(await store.tokensWithoutMarket(10, blockTime(9))).toEqual([tokenNo(8)]);
    await store.extend(aRecord(0, 0, { markets: [preparedMarket(4, 0)] }));
    expect(await store.tokensWithoutMarket(10, blockTime(9))).toEqual([]);
    expect(await trades()).toMatchObject([{ market_id: marketNo(4), outcome: "Yes", outcome_index: 0 }]);
  });

  test("titles and dates arrive later, and markets are asked for again only when due", async () => {
    await store.extend(
      aRecord(1, 1, { fills: [aFill({ tokenId: tokenNo(2) })], markets: [preparedMarket(1, 1), preparedMarket(2, 1)] }),
    );
    // The newest first: those are traded now.
    expect(await store.marketsWithoutInfo(10, epochMs(0))).toEqual([marketNo(2), marketNo(1)]);
    await store.saveMarketInfo([aMarketInfo(1), aMarketInfo(1)], blockTime(2));
    await store.markInfoMissing([marketNo(2)], [], blockTime(3));
    expect(await store.marketsWithoutInfo(10, blockTime(2))).toEqual([]);
    expect(await store.marketsWithoutInfo(10, blockTime(4))).toEqual([marketNo(1), marketNo(2)]);
    expect(await trades()).toMatchObject([{ market_title: "Will number 1 happen?", outcome: "Up" }]);
  });

  test("a resolved market is not asked for again", async () => {
    await store.extend(aRecord(1, 2, { markets: [preparedMarket(1, 1)], resolutions: [resolved(1, [0n, 1n], 2)] }));
    await store.saveMarketInfo([aMarketInfo(1)], blockTime(10));
    expect(await store.marketsWithoutInfo(10, blockTime(1_000_000))).toEqual([]);
  });

  test("a market that only Gamma knows brings its tokens, and unknown tokens wait their time", async () => {
    await store.extend(
      aRecord(1, 1, { fills: [aFill({ tokenId: tokenNo(6) }), aFill({ logIndex: 1, tokenId: tokenNo(99) })] }),
    );
    await store.saveMarketInfo([aMarketInfo(3)], blockTime(2));
    await store.markInfoMissing([], [tokenNo(99)], blockTime(2));
    expect(await store.tokensWithoutMarket(10, blockTime(2))).toEqual([]);
    expect(await store.tokensWithoutMarket(10, blockTime(3))).toEqual([tokenNo(99)]);
    expect((await trades())[0]).toMatchObject({ market_id: marketNo(3), outcome: "Up" });
  });

  test("a resolution names the winner, a split names none", async () => {
    const resolutions = [resolved(1, [1n, 0n], 2), resolved(2, [0n, 7n], 2), resolved(3, [1n, 1n], 2)];
    const markets = [preparedMarket(1, 1), preparedMarket(2, 1), preparedMarket(4, 1)];
    await store.extend(aRecord(1, 2, { markets, resolutions }));
    await store.saveMarketInfo([aMarketInfo(2)], blockTime(3));
    const { rows } =
      await sql`SELECT market_id, title, neg_risk, winning_outcome, payouts, final_price, resolved_at, resolved_block
      FROM orderflow_market_outcomes ORDER BY market_id`.execute(getDb().kysely);
    const at = { resolved_at: blockTime(2), resolved_block: 2 };
    const [one, zero, half] = ["1.000000", "0.000000", "0.500000"];
    expect(rows).toEqual([
      {
        market_id: marketNo(1),
        title: null,
        neg_risk: false,
        winning_outcome: "Yes",
        payouts: [one, zero],
        final_price: one,
        ...at,
      },
      {
        ...{ market_id: marketNo(2), title: "Will number 2 happen?", neg_risk: false, winning_outcome: "Down" },
        ...{ payouts: [zero, one], final_price: zero, ...at },
      },
      {
        market_id: marketNo(3),
        title: null,
        neg_risk: null,
        winning_outcome: null,
        payouts: [half, half],
        final_price: half,
        ...at,
      },
      {
        ...{ market_id: marketNo(4), title: null, neg_risk: false, winning_outcome: null, payouts: null },
        ...{ final_price: null, resolved_at: null, resolved_block: null },
      },
    ]);
  });
});

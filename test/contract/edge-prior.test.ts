import fc from "fast-check";
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { float8Array, int8Array, numericArray } from "../../src/adapters/postgres/codecs.ts";
import { computeEdge, DEFAULT_PRIOR, type EdgePrior } from "../../src/core/reputation/edge.ts";
import { addMs, type EpochMs } from "../../src/core/time/time.ts";
import { aFill, aRecord, blockTime, preparedMarket, resolved, tokenNo, walletNo } from "../support/chain-facts.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createReputationBench, type ReputationBench } from "../support/reputation-bench.ts";

const HEAD = 100;
const MARKETS = 3;

describeOnEachEngine("the prior of the edge", (getDb) => {
  let bench: ReputationBench;
  beforeEach(async () => {
    bench = await createReputationBench(getDb());
  });

  /** Wallet 1 wins in three markets, wallet 2 loses in them. */
  async function twoScoredWallets(): Promise<void> {
    const fills = Array.from({ length: MARKETS }, (_, n) => n).flatMap((n) =>
      [1, 2].map((w) =>
        aFill({ blockNumber: 2, logIndex: 2 * n + w, wallet: walletNo(w), tokenId: tokenNo(2 * n + w - 1) }),
      ),
    );
    await bench.chain.extend(
      aRecord(1, HEAD, {
        markets: Array.from({ length: MARKETS }, (_, n) => preparedMarket(n, 1)),
        fills,
        resolutions: Array.from({ length: MARKETS }, (_, n) => resolved(n, [1n, 0n], 50)),
      }),
    );
    await bench.chain.finalize(HEAD, HEAD, blockTime(HEAD));
    await bench.service.calculate();
  }

  const edgeNow = async () => {
    const row = await bench.stats(walletNo(1));
    return { perShare: row?.edge_per_share, lowerBound: row?.edge_lower_bound };
  };
  const edgeAsOf = async (asOf: EpochMs) => {
    const known = await bench.store.scoreAsOf(walletNo(1), asOf);
    return { perShare: known?.edgePerShare, lowerBound: known?.edgeLowerBound };
  };
  const edgeUnder = async (prior: EdgePrior) => {
    const { rows } = await sql<{ markets: number; sum: bigint; squares: string }>`
      SELECT edge_markets::int AS markets, edge_sum AS sum, edge_sum_of_squares AS squares FROM flow.wallet_score
      JOIN flow.wallet w USING (wallet_key) WHERE '0x' || encode(w.address, 'hex') = ${walletNo(1)}`.execute(
      getDb().kysely,
    );
    const [row] = rows as [(typeof rows)[0]];
    return computeEdge({ markets: row.markets, sum: row.sum, sumOfSquares: BigInt(row.squares) }, prior);
  };

  test("SQL computes the edge that the core computes, to the bit", async () => {
    const sums = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { maxLength: 60 }).map((edges) => ({
      markets: edges.length,
      sum: BigInt(edges.reduce((a, b) => a + b, 0)),
      sumOfSquares: edges.reduce((a, b) => a + BigInt(b) * BigInt(b), 0n),
    }));
    const many = fc.record({ times: fc.integer({ min: 1, max: 30_000 }), sums }).map(({ times, sums: one }) => ({
      markets: one.markets * times,
      sum: one.sum * BigInt(times),
      sumOfSquares: one.sumOfSquares * BigInt(times),
    }));
    const prior = fc.record({
      k: fc.double({ min: 10, max: 100_000, noNaN: true }),
      variance: fc.double({ min: 1e-6, max: 1, noNaN: true }),
    });
    const cases = fc.sample(fc.tuple(fc.oneof(sums, many), prior), 2_000);
    const { rows } = await sql<{ mean: number | null; bound: number | null }>`
      SELECT flow.edge_mean(markets, edge_sum, k) AS mean, flow.edge_bound(markets, edge_sum, squares, k, variance) AS bound
      FROM unnest(${int8Array(cases.map(([s]) => BigInt(s.markets)))}, ${int8Array(cases.map(([s]) => s.sum))},
        ${numericArray(cases.map(([s]) => s.sumOfSquares.toString()))}, ${float8Array(cases.map(([, p]) => p.k))},
        ${float8Array(cases.map(([, p]) => p.variance))}) AS c (markets, edge_sum, squares, k, variance)`.execute(
      getDb().kysely,
    );
    const wanted = cases.map(([s, p]) => computeEdge(s, p));
    expect(rows).toEqual(wanted.map((edge) => ({ mean: edge?.perShare ?? null, bound: edge?.lowerBound ?? null })));
  });

  test("a prior that moves changes every edge from then on, writes no row of a wallet, and nothing of what was known", async () => {
    await twoScoredWallets();
    const [first] = [(await bench.store.edgePrior()).published];
    const scoredAt = bench.clock.nowMs();
    const before = await edgeUnder(first);
    expect(await edgeNow()).toEqual(before);
    expect(await edgeAsOf(scoredAt)).toEqual(before);
    const countRows = async () =>
      (
        await sql`SELECT ctid::text, xmin::text FROM flow.wallet_score UNION ALL
        SELECT ctid::text, xmin::text FROM flow.score_history ORDER BY 1, 2`.execute(getDb().kysely)
      ).rows;
    const rows = await countRows();
    const moved = { k: 40, variance: 0.3 };
    await bench.clock.advance(60_000);
    await bench.store.publishPrior(moved, bench.clock.nowMs());
    const after = await edgeUnder(moved);
    expect(after).not.toEqual(before);
    expect(await edgeNow()).toEqual(after);
    expect(await edgeAsOf(bench.clock.nowMs())).toEqual(after);
    expect(await edgeAsOf(addMs(bench.clock.nowMs(), -1))).toEqual(before);
    expect(await countRows()).toEqual(rows);
  });

  test("a clock that was set back does not change the edge that was known", async () => {
    await twoScoredWallets();
    const scoredAt = bench.clock.nowMs();
    const known = await edgeAsOf(scoredAt);
    await bench.store.publishPrior({ k: 40, variance: 0.3 }, addMs(scoredAt, -3_600_000));
    await bench.store.publishPrior({ k: 50, variance: 0.3 }, addMs(scoredAt, -7_200_000));
    expect(await edgeAsOf(scoredAt)).toEqual(known);
    expect(await edgeAsOf(addMs(scoredAt, 1))).toEqual(await edgeUnder({ k: 50, variance: 0.3 }));
    await expect(sql`UPDATE flow.edge_prior SET k = 11`.execute(getDb().kysely)).rejects.toThrow(/append-only/);
  });

  test("the crowd's sums are those of all wallets, also when a wallet leaves it", async () => {
    const counted = async () =>
      (
        await sql`SELECT count(*)::int AS wallets, coalesce(sum(edge_markets), 0)::int AS markets,
          coalesce(sum(edge_sum), 0)::text AS edge_sum, coalesce(sum(edge_sum_of_squares), 0)::text AS squares,
          coalesce(sum(div(edge_sum::numeric * edge_sum, edge_markets)), 0)::text AS squared_over
          FROM flow.wallet_score WHERE edge_markets > 0 AND source = 'chain'`.execute(getDb().kysely)
      ).rows;
    const kept = async () =>
      (
        await sql`SELECT wallets::int, markets::int, edge_sum::text, sum_of_squares::text AS squares,
          squared_sum_over_markets::text AS squared_over FROM flow.edge_population`.execute(getDb().kysely)
      ).rows;
    expect(await bench.store.edgePrior()).toMatchObject({ published: DEFAULT_PRIOR, population: { wallets: 0n } });
    await twoScoredWallets();
    expect(await kept()).toEqual(await counted());
    expect(await kept()).toMatchObject([{ wallets: 2, markets: 2 * MARKETS }]);
    await bench.clock.advance(400 * 86_400_000);
    await bench.service.calculate();
    expect(await kept()).toEqual(await counted());
    expect(await kept()).toMatchObject([{ wallets: 0 }]);
  });
});

// Goal: however the listener's facts arrive, and wherever the service is killed, the ledger and the scores end as if
// everything had been read once in the order of the chain; and what was known of a wallet at any time stays what it was.
// Method: a random small world, delivered in random ranges (older ones late), with markets linked and timed late and the
// finalized mark moving; calculations between, on a database whose transactions break; then everything is rebuilt. After
// each calculation every wallet is asked for as of that time, and once more when all the rest has become known.
// Of some worlds the population by column adds up the cash flows besides.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import { type LoadedFacts, loadDue, loadFacts } from "../../src/adapters/postgres/reputation/score-facts.ts";
import { TransientError } from "../../src/core/errors.ts";
import { shares, usd } from "../../src/core/money/amounts.ts";
import { mulDiv } from "../../src/core/money/fixed.ts";
import { SCORE_VERSION } from "../../src/core/reputation/score.ts";
import type { EpochMs } from "../../src/core/time/time.ts";
import type { BlockRangeRecord, StoredFill } from "../../src/ports/chain-store.ts";
import * as facts from "../support/chain-facts.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { recomputeOn } from "../support/recompute.ts";
import { createReputationBench, type ReputationBench } from "../support/reputation-bench.ts";

const { aFill, aMarketInfo, aRecord, blockTime, preparedMarket, resolved, tokenNo, walletNo } = facts;
const BLOCKS = 40;
const MARKETS = 4;
const WALLETS = 4;
const HOUR_MS = 3_600_000;

const fill = fc
  .record({
    block: fc.integer({ min: 1, max: BLOCKS }),
    wallet: fc.nat(WALLETS - 1),
    token: fc.oneof(fc.constant(0), fc.nat(2 * MARKETS - 1)),
    isSell: fc.boolean(),
    isMaker: fc.boolean(),
    counterparty: fc.nat(1),
    size: fc.bigInt({ min: 1n, max: 40_000_000n }),
    priceMicros: fc.bigInt({ min: 1n, max: 999_999n }),
    feeBps: fc.constantFrom(0n, 150n),
    isV1: fc.boolean(),
  })
  .map((f) => (logIndex: number): StoredFill => {
    const cash = mulDiv(f.size, f.priceMicros, 1_000_000n, "ceil");
    const feeAsset = f.isV1 && !f.isSell ? "shares" : "collateral";
    return aFill({
      ...{ blockNumber: f.block, logIndex, wallet: walletNo(f.wallet), tokenId: tokenNo(f.token) },
      ...{
        side: f.isSell ? "SELL" : "BUY",
        role: f.isMaker ? "maker" : "taker",
        counterparty: f.isMaker ? walletNo(f.counterparty) : null,
        size: shares(f.size),
        cash: usd(cash),
      },
      ...{ fee: mulDiv(feeAsset === "shares" ? f.size : cash, f.feeBps, 10_000n, "floor"), feeAsset },
    });
  });

/** Per market: how it is learned, whether its times come late, when and how it resolves. */
const market = fc.record({
  preparedBlock: fc.option(fc.integer({ min: 1, max: BLOCKS })),
  payout: fc.constantFrom([1n, 0n], [0n, 1n], [1n, 1n], null) as fc.Arbitrary<readonly [bigint, bigint] | null>,
  resolvedBlock: fc.integer({ min: 1, max: BLOCKS }),
});
type Step =
  | { kind: "calculate" }
  | { kind: "finalize"; block: number }
  | { kind: "learn"; market: number; endsAt: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constant({ kind: "calculate" } as const),
  fc.record({ kind: fc.constant("finalize" as const), block: fc.integer({ min: BLOCKS / 2, max: BLOCKS }) }),
  fc.record({
    kind: fc.constant("learn" as const),
    market: fc.nat(MARKETS - 1),
    endsAt: fc.integer({ min: 20, max: 60 }),
  }),
);

const world = fc.record({
  fills: fc.array(fill, { minLength: 5, maxLength: 120, size: "medium" }).map((list) => list.map((make, i) => make(i))),
  markets: fc.array(market, { minLength: MARKETS, maxLength: MARKETS }),
  cuts: fc.uniqueArray(fc.integer({ min: 2, max: BLOCKS }), { maxLength: 6 }),
  order: fc.array(fc.nat(1000), { minLength: 8, maxLength: 8 }),
  steps: fc.array(fc.array(step, { maxLength: 3 }), { minLength: 8, maxLength: 8 }),
  fillsPerStep: fc.integer({ min: 1, max: 60 }),
  cutoffs: fc.array(fc.integer({ min: 0, max: BLOCKS }), { maxLength: 3 }),
  breaks: fc.array(fc.boolean(), { maxLength: 40 }),
  hours: fc.constantFrom(1, 20),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** Ranges of blocks, shuffled, each with all that happened in it. */
function recordsOf({ fills, markets, cuts, order }: World): BlockRangeRecord[] {
  const starts = [1, ...[...cuts].sort((a, b) => a - b)];
  return starts
    .map((fromBlock, i) => {
      const toBlock = (starts[i + 1] ?? BLOCKS + 1) - 1;
      const isIn = (block: number): boolean => block >= fromBlock && block <= toBlock;
      return aRecord(fromBlock, toBlock, {
        fills: fills.filter((each) => isIn(each.fill.blockNumber)),
        markets: markets.flatMap((m, n) =>
          m.preparedBlock !== null && isIn(m.preparedBlock) ? [preparedMarket(n, m.preparedBlock)] : [],
        ),
        resolutions: markets.flatMap((m, n) =>
          m.payout !== null && m.preparedBlock !== null && isIn(m.resolvedBlock) && m.preparedBlock <= toBlock
            ? [resolved(n, m.payout, m.resolvedBlock)]
            : [],
        ),
      });
    })
    .map((record, i) => ({ record, place: order[i] ?? 0 }))
    .sort((a, b) => a.place - b.place)
    .map(({ record }) => record);
}

/** A database whose transactions fail as told: an even break before the commit, an odd one after it. */
function breaking(db: Database, breaks: boolean[]): Database {
  let broken = 0;
  return {
    ...db,
    async transaction(run) {
      if (breaks.shift() !== true) return db.transaction(run);
      broken += 1;
      const isBefore = broken % 2 === 0;
      const killed = new TransientError("KILLED", "killed");
      if (isBefore) {
        await db
          .transaction(async (trx) => {
            await run(trx);
            throw new Error("rolled back");
          })
          .catch(() => {});
      } else await db.transaction(run);
      throw killed;
    },
  };
}

type Answers = Awaited<ReturnType<ReputationBench["knownAt"]>>;

/** @returns what was known of the wallets after each calculation */
async function live(
  { chain, serviceOn, clock, knownAt }: ReputationBench,
  db: Database,
  history: World,
): Promise<ReadonlyMap<EpochMs, Answers>> {
  const answers = new Map<EpochMs, Answers>();
  const service = serviceOn(breaking(db, [...history.breaks]));
  const calculate = async (): Promise<void> => {
    await clock.advance(history.hours * HOUR_MS);
    await service.calculate().catch((error) => {
      if (!(error instanceof TransientError)) throw error;
    });
    answers.set(clock.nowMs(), await knownAt(clock.nowMs()));
  };
  const act = async (next: Step): Promise<void> => {
    if (next.kind === "calculate") await calculate();
    else if (next.kind === "finalize") await chain.finalize(next.block, BLOCKS, blockTime(BLOCKS));
    else await chain.saveMarketInfo([aMarketInfo(next.market, { endsAt: blockTime(next.endsAt) })], blockTime(BLOCKS));
  };
  for (const [i, record] of recordsOf(history).entries()) {
    await chain.extend(record);
    for (const next of history.steps[i] ?? []) await act(next);
  }
  await chain.finalize(BLOCKS, BLOCKS, blockTime(BLOCKS));
  return answers;
}

/** The sums that are kept are those of the units and days inside the lookback, wherever it moves. */
async function expectSums(db: Database, { store }: ReputationBench, cutoff: EpochMs): Promise<void> {
  await store.moveWindow(cutoff, SCORE_VERSION);
  const wallets = await db.kysely.selectFrom("flow.wallet").select("wallet_key").orderBy("wallet_key").execute();
  const keys = wallets.map((row) => row.wallet_key);
  const [kept, counted] = await db.transaction(async (trx) => [
    (await loadDue(trx, keys, cutoff)).map(({ facts, address, hasClosedUnit }) => ({ facts, address, hasClosedUnit })),
    await loadFacts(trx, keys, cutoff),
  ]);
  const inOrder = (facts: readonly LoadedFacts[]) => facts.toSorted((a, b) => a.facts.walletKey - b.facts.walletKey);
  expect(inOrder(kept)).toEqual(inOrder(counted));
}

describeOnEachEngine("reputation store", (getDb) => {
  test("incremental calculation ends in the rows of a full one, whatever came late and wherever it was killed", async () => {
    const seen = { scores: 0, washed: 0, answers: 0, compared: 0 };
    let worlds = 0;
    const least = (): number => Math.min(seen.scores, seen.washed, seen.answers, seen.compared);
    const look = (numRuns: number) => fc.assert(property, { numRuns });
    const property = fc.asyncProperty(world, async (history) => {
      const bench = await createReputationBench(getDb(), { fillsPerStep: history.fillsPerStep, walletsPerStep: 2 });
      const answers = await live(bench, getDb(), history);
      await bench.clock.advance(history.hours * HOUR_MS);
      await bench.service.calculate();
      const incremental = await bench.rows();
      await bench.service.rebuildAll();
      expect(incremental).toEqual(await bench.rows());
      for (const [asOf, answer] of answers) {
        const now = new Map((await bench.knownAt(asOf)).map((row) => [row.wallet_key, row]));
        for (const row of answer) expect(now.get(row.wallet_key)).toEqual(row);
        seen.answers += answer.filter((row) => row.reputation_score !== null).length;
      }
      seen.scores += incremental.scores.length;
      seen.washed += incremental.wash.length;
      for (const cutoff of history.cutoffs) await expectSums(getDb(), bench, blockTime(cutoff));
      worlds += 1;
      if (worlds % 3 !== 0) return;
      const { comparison } = await recomputeOn(getDb());
      expect(comparison.differences).toEqual([]);
      seen.compared += comparison.compared;
    });
    await look(25);
    // Chance may have left out one of them.
    for (let more = 0; more < 4 && least() === 0; more += 1) await look(10);
    expect(least()).toBeGreaterThan(0);
  }, 300_000);
});

// Goal: splits, merges, conversions, redemptions, migrations and transfers end in the same rows however they arrive:
// late, under another fork first, with owners and markets learned afterwards, the service killed in between.
// Method: a random small history of fills and effects, delivered in random ranges with calculations between; then the
// ledger is thrown away and computed from everything at once. The database refuses a unit whose cash does not add up.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Address } from "../../src/core/ids/ids.ts";
import type { OutcomeIndex } from "../../src/core/market/market.ts";
import { shares, usd } from "../../src/core/money/amounts.ts";
import { mulDiv } from "../../src/core/money/fixed.ts";
import type { BlockRangeRecord, StoredFill } from "../../src/ports/chain-store.ts";
import type { StoredEffect } from "../../src/ports/lifecycle.ts";
import {
  aFill,
  aMarketInfo,
  aRecord,
  blockTime,
  preparedMarket,
  resolved,
  tokenNo,
  walletNo,
} from "../support/chain-facts.ts";
import * as effects from "../support/effects.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createReputationBench, type ReputationBench } from "../support/reputation-bench.ts";

const BLOCKS = 30;
/** The first three are the questions of one event. */
const MARKETS = 4;
const QUESTIONS = 3;
const FAMILY = effects.ownerNo(1);
const WALLETS: readonly Address[] = [FAMILY.safe, FAMILY.deposit, walletNo(2), walletNo(3)];

const amount = fc.bigInt({ min: 1n, max: 20_000_000n });
const outcome = fc.constantFrom<OutcomeIndex>(0, 1);
const block = fc.integer({ min: 1, max: BLOCKS });
const wallet = fc.nat(WALLETS.length - 1);
const market = fc.nat(MARKETS - 1);

type Happening = (log: number) => StoredFill | StoredEffect;
const isFill = (each: StoredFill | StoredEffect): each is StoredFill => "fill" in each;
const isEffect = (each: StoredFill | StoredEffect): each is StoredEffect => "effect" in each;
const addressOf = (n: number): Address => WALLETS[n] as Address;

const fill: fc.Arbitrary<Happening> = fc
  .record({
    block,
    wallet,
    market,
    outcome,
    isSell: fc.boolean(),
    size: amount,
    price: fc.bigInt({ min: 1n, max: 999_999n }),
  })
  .map(
    (f) => (logIndex) =>
      aFill({
        ...{ blockNumber: f.block, logIndex, wallet: addressOf(f.wallet), tokenId: tokenNo(2 * f.market + f.outcome) },
        ...{
          side: f.isSell ? "SELL" : "BUY",
          size: shares(f.size),
          cash: usd(mulDiv(f.size, f.price, 1_000_000n, "ceil")),
        },
      }),
  );

const set: fc.Arbitrary<Happening> = fc
  .record({ block, wallet, market, amount, isSplit: fc.boolean() })
  .map(
    (s) => (log) =>
      (s.isSplit ? effects.aSplit : effects.aMerge)({ block: s.block, log }, addressOf(s.wallet), s.market, s.amount),
  );

const transfer: fc.Arbitrary<Happening> = fc
  .record({ block, wallet, market, outcome, amount, step: fc.integer({ min: 1, max: 3 }) })
  .map(
    (t) => (log) =>
      effects.aTransfer(
        { block: t.block, log },
        addressOf(t.wallet),
        addressOf((t.wallet + t.step) % WALLETS.length),
        effects.changeOf(t.market, t.outcome, t.amount),
      ),
  );

const conversion: fc.Arbitrary<Happening> = fc
  .record({ block, wallet, amount, indexSet: fc.integer({ min: 1, max: 2 ** QUESTIONS - 1 }) })
  .map((c) => (log) => {
    const questions = Array.from({ length: QUESTIONS }, (_, n) => n);
    const given = questions.filter((n) => (c.indexSet >> n) % 2 === 1);
    return effects.aConversion(
      { block: c.block, log },
      addressOf(c.wallet),
      given.map((n) => effects.changeOf(n, 1, c.amount)),
      questions.filter((n) => !given.includes(n)).map((n) => effects.changeOf(n, 0, c.amount)),
      BigInt(given.length - 1) * c.amount,
    );
  });

const redemption: fc.Arbitrary<Happening> = fc
  .record({ block, wallet, market, outcome, amount })
  .map(
    (r) => (log) =>
      effects.aRedemption(
        { block: r.block, log },
        addressOf(r.wallet),
        [effects.changeOf(r.market, r.outcome, r.amount)],
        0n,
      ),
  );

const migration: fc.Arbitrary<Happening> = fc
  .record({ block, wallet, outcome, amount })
  .map(
    (m) => (log) =>
      effects.aMigration(
        { block: m.block, log },
        addressOf(m.wallet),
        effects.changeOf(0, m.outcome, m.amount),
        effects.changeOf(3, m.outcome, m.amount),
      ),
  );

const happening = fc.oneof({ weight: 5, arbitrary: fill }, set, transfer, transfer, conversion, redemption, migration);

const marketFacts = fc.record({
  /** Null: its tokens are linked when Gamma tells, which is at the end or at some step. */
  preparedBlock: fc.option(block, { freq: 4 }),
  payout: fc.constantFrom([1n, 0n], [0n, 1n], [1n, 1n], null) as fc.Arbitrary<readonly [bigint, bigint] | null>,
  resolvedBlock: block,
});

type Step = { kind: "calculate" } | { kind: "finalize"; block: number } | { kind: "learn"; market: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: "calculate" } as const) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("finalize" as const), block: fc.constantFrom(10, 20, BLOCKS) }),
  },
  fc.record({ kind: fc.constant("learn" as const), market }),
);

const world = fc.record({
  happenings: fc.array(happening, { minLength: 5, maxLength: 60 }).map((list) => list.map((make, i) => make(10 + i))),
  markets: fc.array(marketFacts, { minLength: MARKETS, maxLength: MARKETS }),
  ownerBlock: block,
  cuts: fc.uniqueArray(fc.integer({ min: 2, max: BLOCKS }), { maxLength: 5 }),
  order: fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 }),
  steps: fc.array(fc.array(step, { maxLength: 3 }), { minLength: 6, maxLength: 6 }),
  /** Whether another fork of the range is seen first. */
  forks: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
  fillsPerStep: fc.integer({ min: 1, max: 40 }),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

function recordsOf({ happenings, markets, cuts, order, ownerBlock }: World): BlockRangeRecord[] {
  const starts = [1, ...[...cuts].sort((a, b) => a - b)];
  return starts
    .map((fromBlock, i) => {
      const toBlock = (starts[i + 1] ?? BLOCKS + 1) - 1;
      const isIn = (number: number): boolean => number >= fromBlock && number <= toBlock;
      const owners = [{ owner: FAMILY.owner, source: "safeCreated", blockNumber: ownerBlock } as const];
      return aRecord(fromBlock, toBlock, {
        fills: happenings.filter(isFill).filter((each) => isIn(each.fill.blockNumber)),
        effects: happenings.filter(isEffect).filter((each) => isIn(each.effect.blockNumber)),
        facts: effects.someFacts({ owners: owners.filter((each) => isIn(each.blockNumber)) }),
        markets: markets.flatMap((m, n) =>
          m.preparedBlock !== null && isIn(m.preparedBlock) ? [preparedMarket(n, m.preparedBlock)] : [],
        ),
        resolutions: markets.flatMap((m, n) =>
          m.payout !== null && isIn(m.resolvedBlock) ? [resolved(n, m.payout, m.resolvedBlock)] : [],
        ),
      });
    })
    .map((record, i) => ({ record, place: order[i] ?? 0 }))
    .sort((a, b) => a.place - b.place)
    .map(({ record }) => record);
}

/** What was mined in the same blocks before they were replaced: half as much of everything, by the next wallet. */
function orphanOf(record: BlockRangeRecord): BlockRangeRecord {
  const next = (address: Address): Address => addressOf((WALLETS.indexOf(address) + 1) % WALLETS.length);
  return {
    ...record,
    fills: record.fills.map((each) => ({ ...each, fill: { ...each.fill, wallet: next(each.fill.wallet) } })),
    effects: (record.effects ?? []).slice(0, 2),
    resolutions: [],
  };
}

async function live({ chain, service }: ReputationBench, history: World): Promise<void> {
  let finalized = 0;
  const delivered: BlockRangeRecord[] = [];
  const act = async (next: Step): Promise<void> => {
    if (next.kind === "calculate") await service.calculate();
    else if (next.kind === "finalize") {
      finalized = Math.max(finalized, next.block);
      await chain.finalize(finalized, BLOCKS, blockTime(BLOCKS));
    } else await chain.saveMarketInfo([aMarketInfo(next.market)], blockTime(BLOCKS));
  };
  for (const [i, record] of recordsOf(history).entries()) {
    if (history.forks[i] === true && record.fromBlock > finalized) {
      await chain.extend(orphanOf(record));
      await service.calculate();
      await chain.retract(record.fromBlock - 1, blockTime(BLOCKS));
      for (const again of delivered) await chain.extend(again);
    }
    await chain.extend(record);
    delivered.push(record);
    for (const next of history.steps[i] ?? []) await act(next);
  }
  await chain.finalize(BLOCKS, BLOCKS, blockTime(BLOCKS));
  for (let n = 0; n < MARKETS; n += 1) await chain.saveMarketInfo([aMarketInfo(n)], blockTime(BLOCKS));
}

describeOnEachEngine("reputation store", (getDb) => {
  test("effects end in the rows of a full calculation, whatever came late, was replaced or was learned afterwards", async () => {
    let coupled = 0;
    await fc.assert(
      fc.asyncProperty(world, async (history) => {
        const bench = await createReputationBench(getDb(), { fillsPerStep: history.fillsPerStep, walletsPerStep: 2 });
        await live(bench, history);
        const last = await bench.service.calculate();
        const incremental = await bench.rows();
        await bench.service.rebuildAll();
        expect(incremental).toEqual(await bench.rows());
        coupled += last.replayedUnits;
      }),
      { numRuns: 80 },
    );
    expect(coupled).toBeGreaterThan(10);
  }, 180_000);
});

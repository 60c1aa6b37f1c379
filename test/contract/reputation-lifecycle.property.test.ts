// Goal: splits, merges, conversions, redemptions, migrations and transfers end in the same rows however they arrive:
// late, under another fork first, with owners and markets learned afterwards, before a calculation or in the middle of it.
// Method: a random small history of fills and effects, delivered in random ranges with calculations between; then the
// ledger is thrown away and computed from everything at once. The database refuses a unit whose cash does not add up.
// Of some histories the population by column adds up the cash flows besides.
import fc from "fast-check";
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import { legsOf } from "../../src/core/chain/effect-legs.ts";
import type { Address, TokenId } from "../../src/core/ids/ids.ts";
import type { OutcomeIndex } from "../../src/core/market/market.ts";
import { shares, usd } from "../../src/core/money/amounts.ts";
import { mulDiv } from "../../src/core/money/fixed.ts";
import type { BlockRangeRecord, StoredFill } from "../../src/ports/chain-store.ts";
import type { StoredEffect } from "../../src/ports/lifecycle.ts";
import type { ReputationStore } from "../../src/ports/reputation-store.ts";
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
import { propertyRuns } from "../support/property-runs.ts";
import { recomputeOn } from "../support/recompute.ts";
import { createReputationBench, type ReputationBench } from "../support/reputation-bench.ts";

const RUNS = propertyRuns(15);
/** A run takes half a second, and ten times that on a machine that does other things. */
const LIMIT_MS = 12_000 * RUNS;
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

/** What may be given of a market's outcome at that moment. */
type Most = (wallet: Address, market: number, outcome: OutcomeIndex) => bigint;
type Happening = {
  readonly block: number;
  readonly make: (at: { block: number; log: number }, most: Most) => StoredFill | StoredEffect | null;
};
const isFill = (each: StoredFill | StoredEffect): each is StoredFill => "fill" in each;
const isEffect = (each: StoredFill | StoredEffect): each is StoredEffect => "effect" in each;
const addressOf = (n: number): Address => WALLETS[n] as Address;
const least = (...amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => (a < b ? a : b));

const fill: fc.Arbitrary<Happening> = fc
  .record({
    block,
    wallet,
    market,
    outcome,
    isSell: fc.boolean(),
    amount,
    price: fc.bigInt({ min: 1n, max: 999_999n }),
  })
  .map((f) => ({
    block: f.block,
    make({ block, log }, most) {
      const size = f.isSell ? least(f.amount, most(addressOf(f.wallet), f.market, f.outcome)) : f.amount;
      if (size === 0n) return null;
      return aFill({
        ...{ blockNumber: block, logIndex: log, wallet: addressOf(f.wallet), size: shares(size) },
        ...{ tokenId: tokenNo(2 * f.market + f.outcome), side: f.isSell ? "SELL" : "BUY" },
        cash: usd(mulDiv(size, f.price, 1_000_000n, "ceil")),
      });
    },
  }));

const set: fc.Arbitrary<Happening> = fc.record({ block, wallet, market, amount, isSplit: fc.boolean() }).map((s) => ({
  block: s.block,
  make(at, most) {
    const address = addressOf(s.wallet);
    if (s.isSplit) return effects.aSplit(at, address, s.market, s.amount);
    const sets = least(s.amount, most(address, s.market, 0), most(address, s.market, 1));
    return sets === 0n ? null : effects.aMerge(at, address, s.market, sets);
  },
}));

const transfer: fc.Arbitrary<Happening> = fc
  .record({ block, wallet, market, outcome, amount, step: fc.integer({ min: 1, max: 3 }) })
  .map((t) => ({
    block: t.block,
    make(at, most) {
      const moved = least(t.amount, most(addressOf(t.wallet), t.market, t.outcome));
      const to = addressOf((t.wallet + t.step) % WALLETS.length);
      if (moved === 0n) return null;
      return effects.aTransfer(at, addressOf(t.wallet), to, effects.changeOf(t.market, t.outcome, moved));
    },
  }));

const conversion: fc.Arbitrary<Happening> = fc
  .record({ block, wallet, amount, indexSet: fc.integer({ min: 1, max: 2 ** QUESTIONS - 1 }) })
  .map((c) => ({
    block: c.block,
    make(at, most) {
      const questions = Array.from({ length: QUESTIONS }, (_, n) => n);
      const given = questions.filter((n) => (c.indexSet >> n) % 2 === 1);
      const size = least(c.amount, ...given.map((n) => most(addressOf(c.wallet), n, 1)));
      if (size === 0n) return null;
      return effects.aConversion(
        ...([at, addressOf(c.wallet)] as const),
        given.map((n) => effects.changeOf(n, 1, size)),
        questions.filter((n) => !given.includes(n)).map((n) => effects.changeOf(n, 0, size)),
        BigInt(given.length - 1) * size,
      );
    },
  }));

const redemption: fc.Arbitrary<Happening> = fc.record({ block, wallet, market, outcome, amount }).map((r) => ({
  block: r.block,
  make(at, most) {
    const size = least(r.amount, most(addressOf(r.wallet), r.market, r.outcome));
    if (size === 0n) return null;
    return effects.aRedemption(at, addressOf(r.wallet), [effects.changeOf(r.market, r.outcome, size)], 0n);
  },
}));

const migration: fc.Arbitrary<Happening> = fc.record({ block, wallet, outcome, amount }).map((m) => ({
  block: m.block,
  make(at, most) {
    const moved = least(m.amount, most(addressOf(m.wallet), 0, m.outcome));
    if (moved === 0n) return null;
    const [from, to] = [effects.changeOf(0, m.outcome, moved), effects.changeOf(3, m.outcome, moved)];
    return effects.aMigration(at, addressOf(m.wallet), from, to);
  },
}));

const happening = fc.oneof({ weight: 5, arbitrary: fill }, set, transfer, transfer, conversion, redemption, migration);

const marketFacts = fc.record({
  /** Null: its tokens are linked when Gamma tells, which is at the end or at some step. */
  preparedBlock: fc.option(block, { freq: 4 }),
  payout: fc.constantFrom([1n, 0n], [0n, 1n], [1n, 1n], null) as fc.Arbitrary<readonly [bigint, bigint] | null>,
  resolvedBlock: block,
});

type News = { kind: "finalize"; block: number } | { kind: "learn"; market: number };
/** `meanwhile` comes when it is about to go on with the part `before`. */
type Step = News | { kind: "calculate"; meanwhile: readonly News[]; before: Part };
type Part = keyof ReputationStore;
const finalize: fc.Arbitrary<News> = fc.record({
  kind: fc.constant("finalize"),
  block: fc.constantFrom(10, 20, BLOCKS),
});
const learn: fc.Arbitrary<News> = fc.record({ kind: fc.constant("learn"), market });
const calculate: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("calculate"),
  meanwhile: fc.array(fc.oneof(finalize, learn), { maxLength: 3 }),
  before: fc.constantFrom<Part>("applyFills", "findLate", "findLate", "applyDue", "scoreDue"),
});
const step = fc.oneof({ weight: 3, arbitrary: calculate }, { weight: 3, arbitrary: finalize }, learn);

const world = fc.record({
  happenings: fc.array(happening, { minLength: 5, maxLength: 60 }),
  /** Nobody gives what he does not hold, as on the chain; otherwise some of the history seems to be missing. */
  isWhole: fc.boolean(),
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

type Told = { readonly stored: readonly (StoredFill | StoredEffect)[]; readonly held: ReadonlyMap<string, bigint> };

/** The history in the order of the chain, and what it leaves everybody with. */
function tell({ happenings, isWhole }: World): Told {
  const held = new Map<string, bigint>();
  const nameOf = (address: Address, tokenId: TokenId): string => `${address}:${tokenId}`;
  const most: Most = (address, n, index) =>
    isWhole ? (held.get(nameOf(address, tokenNo(2 * n + index))) ?? 0n) : 20_000_000n;
  const stored = happenings
    .map((each, i) => ({ ...each, log: 10 + i }))
    .sort((a, b) => a.block - b.block || a.log - b.log)
    .flatMap(({ block: number, log, make }) => {
      const made = make({ block: number, log }, most);
      if (made === null) return [];
      for (const { wallet: address, tokenId, amount: change } of isFill(made)
        ? [legOfFill(made)]
        : legsOf(made.effect)) {
        held.set(nameOf(address, tokenId), (held.get(nameOf(address, tokenId)) ?? 0n) + change);
      }
      return [made];
    });
  return { stored, held };
}

const legOfFill = ({ fill: { wallet: address, tokenId, side, size } }: StoredFill) => ({
  ...{ wallet: address, tokenId },
  amount: side === "BUY" ? size : -size,
});

function recordsOf({ markets, cuts, order, ownerBlock }: World, happenings: Told["stored"]): BlockRangeRecord[] {
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

/** What happens before each transaction of a calculation; nothing unless a step says so. */
type Interruption = { now: (part: Part) => Promise<void> };
const nothing = async (): Promise<void> => {};

async function live(
  { chain, service }: ReputationBench,
  interruption: Interruption,
  history: World,
  stored: Told["stored"],
): Promise<void> {
  let finalized = 0;
  const delivered: BlockRangeRecord[] = [];
  const act = async (next: Step): Promise<void> => {
    if (next.kind === "calculate") {
      interruption.now = async (part) => {
        if (part !== next.before) return;
        interruption.now = nothing;
        for (const each of next.meanwhile) await act(each);
      };
      await service.calculate();
      interruption.now = nothing;
    } else if (next.kind === "finalize") {
      finalized = Math.max(finalized, next.block);
      await chain.finalize(finalized, BLOCKS, blockTime(BLOCKS));
    } else await chain.saveMarketInfo([aMarketInfo(next.market)], blockTime(BLOCKS));
  };
  for (const [i, record] of recordsOf(history, stored).entries()) {
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
  // The others stay as they were learned: what is timed anew is computed anew, whatever was wrong with it.
  for (const [n, { preparedBlock }] of history.markets.entries()) {
    if (preparedBlock === null) await chain.saveMarketInfo([aMarketInfo(n)], blockTime(BLOCKS));
  }
}

async function holdings({ kysely }: Database): Promise<ReadonlyMap<string, bigint>> {
  const { rows } = await sql<{ name: string; shares_micros: bigint }>`
    SELECT '0x' || encode(w.address, 'hex') || ':' || t.token_id AS name, h.shares_micros
    FROM flow.holding h JOIN flow.wallet w USING (wallet_key) JOIN flow.token t USING (token_key)`.execute(kysely);
  return new Map(rows.map((row) => [row.name, row.shares_micros]));
}

describeOnEachEngine("reputation store", (getDb) => {
  test(
    "effects end in the rows of a full calculation, whatever came late, was replaced or was learned afterwards",
    async () => {
      let coupled = 0;
      let [compared, histories] = [0, 0];
      await fc.assert(
        fc.asyncProperty(world, async (history) => {
          const interruption: Interruption = { now: nothing };
          const bench = await createReputationBench(getDb(), {
            ...{ fillsPerStep: history.fillsPerStep, walletsPerStep: 2, meanwhile: (part) => interruption.now(part) },
          });
          const { stored, held } = tell(history);
          await live(bench, interruption, history, stored);
          const last = await bench.service.calculate();
          const incremental = await bench.rows();
          await bench.service.rebuildAll();
          expect(incremental).toEqual(await bench.rows());
          if (history.isWhole) expect(await holdings(getDb())).toEqual(new Map([...held].filter(([, n]) => n > 0n)));
          coupled += last.replayedUnits;
          histories += 1;
          // Some histories have nothing to compare: then the next one is taken too.
          if (histories % 5 !== 0 && compared > RUNS / 10) return;
          const { comparison } = await recomputeOn(getDb());
          expect(comparison.differences).toEqual([]);
          compared += comparison.compared;
        }),
        // A failure is reported with as small a history as was found in time.
        { numRuns: RUNS, interruptAfterTimeLimit: LIMIT_MS, markInterruptAsFailure: true },
      );
      expect(coupled).toBeGreaterThan(RUNS / 10);
      expect(compared).toBeGreaterThan(RUNS / 10);
    },
    LIMIT_MS + 10_000,
  );
});

// Goal: sums that are moved on from columns are those of the units inside the lookback, added up anew.
import fc from "fast-check";
import { expect, it } from "vitest";
import { type EpochMs, epochMs, HOUR_MS } from "../time/time.ts";
import type { ClosedUnit } from "./closed-units.ts";
import { NOT_COUNTED, WalletSums } from "./wallet-sums.ts";

const micros = (bound: bigint) => fc.bigInt({ min: -bound, max: bound });
const rate = fc.option(micros(1_000_000n), { freq: 4 });
const unit: fc.Arbitrary<Omit<ClosedUnit, "walletKey">> = fc.record({
  closedAt: fc.integer({ min: 0, max: 20 * HOUR_MS }).map(epochMs),
  ...{ roi: rate, edge: rate, realised: micros(2n ** 45n), paidIn: micros(2n ** 45n) },
  ...{ timedCost: micros(2n ** 45n), aheadCost: micros(2n ** 45n), costMs: micros(2n ** 80n) },
  ...{ isIncomplete: fc.boolean(), boughtBoth: fc.boolean() },
});
/** The unit of that number closes (once more) or opens, or the window moves on by some hours. */
const moves = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ number: fc.nat(30), unit: fc.option(unit, { freq: 6 }) }) },
    { weight: 1, arbitrary: fc.record({ hours: fc.nat(3) }) },
  ),
  { maxLength: 80 },
);

const WALLETS = 3;
const total = <Item>(items: readonly Item[], of: (item: Item) => bigint): bigint =>
  items.reduce((sum, item) => sum + of(item), 0n);

/** From scratch. */
function sumsOf(units: readonly ClosedUnit[]) {
  const scored = units.filter(({ roi }) => roi !== null);
  const edges = units.flatMap(({ edge }) => edge ?? []);
  const won = scored.filter(({ realised }) => realised > 0n);
  const lost = scored.filter(({ realised }) => realised < 0n);
  return {
    score: {
      ...{ units: scored.length, wins: won.length, roi: total(scored, ({ roi }) => roi ?? 0n) },
      roiSquared: total(scored, ({ roi }) => (roi ?? 0n) ** 2n),
      ...{ timedCost: total(scored, (each) => each.timedCost), aheadCost: total(scored, (each) => each.aheadCost) },
    },
    edge: {
      markets: edges.length,
      sum: total(edges, (each) => each),
      sumOfSquares: total(edges, (each) => each ** 2n),
    },
    ...{
      losses: lost.length,
      costMs: total(scored, (each) => each.costMs),
      cost: total(scored, (each) => each.paidIn),
    },
    ...{ grossProfit: total(won, (each) => each.realised), grossLoss: -total(lost, (each) => each.realised) },
    pnl: total(scored, (each) => each.realised),
    largestUnitPnl: won.reduce((most, { realised }) => (realised > most ? realised : most), 0n),
    incompleteUnits: units.filter(({ isIncomplete }) => isIncomplete).length,
    bothSidesUnits: units.filter(({ boughtBoth, isIncomplete, roi }) => boughtBoth && (isIncomplete || roi !== null))
      .length,
  };
}

it("sums of wallets and of the crowd are those of the units that count", () => {
  let left = 0;
  fc.assert(
    fc.property(moves, (plan) => {
      const sums = new WalletSums();
      const known = new Map<number, { readonly unit: ClosedUnit; isInside: boolean }>();
      const handles = new Map<number, number>();
      let cutoff = -HOUR_MS;
      for (const move of plan) {
        if ("hours" in move) {
          cutoff += move.hours * HOUR_MS;
          const moved = sums.moveWindow(epochMs(cutoff));
          const gone = [...known.values()].filter(({ unit, isInside }) => isInside && isOutside(unit.closedAt, cutoff));
          expect(moved).toEqual(new Set(gone.map(({ unit }) => unit.walletKey)));
          for (const each of gone) each.isInside = false;
          left += gone.length;
          continue;
        }
        const walletKey = move.number % WALLETS;
        const after = move.unit === null ? null : { ...move.unit, walletKey };
        handles.set(move.number, sums.count(walletKey, handles.get(move.number) ?? NOT_COUNTED, after));
        if (after === null) known.delete(move.number);
        else known.set(move.number, { unit: after, isInside: !isOutside(after.closedAt, cutoff) });
      }
      const inside = [...known.values()].filter(({ isInside }) => isInside).map(({ unit }) => unit);
      const crowd = { wallets: 0n, markets: 0n, sum: 0n, sumOfSquares: 0n };
      for (let wallet = 0; wallet < WALLETS; wallet += 1) {
        const expected = sumsOf(inside.filter(({ walletKey }) => walletKey === wallet));
        const closedEver = [...known.keys()].filter((number) => number % WALLETS === wallet).length;
        const found = sums.of(wallet);
        if (found !== undefined) expect(found).toEqual({ ...expected, closedEver });
        else expect(closedEver).toBe(0);
        crowd.wallets += expected.edge.markets > 0 ? 1n : 0n;
        crowd.markets += BigInt(expected.edge.markets);
        crowd.sum += expected.edge.sum;
        crowd.sumOfSquares += expected.edge.sumOfSquares;
      }
      expect(sums.population()).toMatchObject(crowd);
    }),
    // Of a hundred a dozen units leave the window, and now and then none would.
    { numRuns: 400 },
  );
  expect(left).toBeGreaterThan(0);
});

/** As the window moves: by whole hours, a unit with the hour that it closed in. */
const isOutside = (closedAt: EpochMs, cutoff: number): boolean =>
  Math.ceil(closedAt / HOUR_MS) <= Math.floor(cutoff / HOUR_MS);

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createDraw, seedOf } from "../random.ts";
import { gridPoints } from "./grid.ts";
import type { Objective } from "./objective.ts";
import type { BetSum, VariantFigures } from "./variant-figures.ts";
import { judgeSweep, judgeWindow, walkWindows } from "./walk-forward.ts";

const aVariant = (profits: readonly number[], bets: readonly BetSum[] = []): VariantFigures => ({
  ...{ profits, bets, trades: 1, wins: 1, signals: 1, feesUsd: 0, maxDrawdown: 0 },
  ...{ edge: null, controlEdge: null, verdict: "cannot tell" },
});

const DAYS = 96;
/** Profits of days that differ by chance alone, around `mean`. */
function noisy(seed: number, mean: number): VariantFigures {
  const draw = createDraw(seedOf("noise", seed));
  const sum = () => draw() + draw() + draw() + draw() - 2;
  const bets = Array.from({ length: DAYS }, (_, day) => ({
    ...{ event: seed * 1_000 + day, madeOn: day, knownOn: day + 1, bets: 1, edge: (mean + sum()) / 10 },
  }));
  return aVariant(
    Array.from({ length: DAYS }, () => 100 * (mean + sum())),
    bets,
  );
}

describe("windows", () => {
  test("follow one another, each judged on the days behind its fit", () => {
    expect(walkWindows(10, 4, 2)).toEqual([
      { fit: { from: 0, to: 4 }, judge: { from: 4, to: 6 } },
      { fit: { from: 2, to: 6 }, judge: { from: 6, to: 8 } },
      { fit: { from: 4, to: 8 }, judge: { from: 8, to: 10 } },
    ]);
    expect(walkWindows(5, 4, 2)).toEqual([]);
  });

  test("choose the best of the fit, and say what it did afterwards beside all others", () => {
    const variants = [aVariant([1, 1, 9, 9]), aVariant([3, 1, 2, 2]), aVariant([0, 0, 4, 4])];
    const window = { fit: { from: 0, to: 2 }, judge: { from: 2, to: 4 } };
    expect(judgeWindow(variants, window, "profit")).toEqual({
      ...window,
      ...{ chosen: 1, inSample: 2, outOfSample: 2, medianOutOfSample: 4, standing: 0, rankCorrelation: -0.5 },
    });
  });

  test("do not see a bet whose outcome was not known when the fit ended", () => {
    const bet = (knownOn: number, edge: number) => ({ event: knownOn, madeOn: 0, knownOn, bets: 1, edge });
    const variants = [aVariant([0, 0, 0], [bet(0, 0.1), bet(2, 9)]), aVariant([0, 0, 0], [bet(1, 0.2)])];
    const window = { fit: { from: 0, to: 2 }, judge: { from: 2, to: 3 } };
    expect(judgeWindow(variants, window, "edge")).toMatchObject({ chosen: 1, inSample: 0.2 });
  });

  test("choose the same whatever comes after the fit", () => {
    const bet = fc.record({
      ...{
        event: fc.nat(5),
        madeOn: fc.nat(11),
        bets: fc.integer({ min: 1, max: 4 }),
        edge: fc.double({ noNaN: true, min: -1, max: 1 }),
      },
      wait: fc.nat(6),
    });
    const profits = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 12, maxLength: 12 });
    const variants = fc.array(fc.tuple(profits, profits, fc.array(bet), fc.array(bet)), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(variants, fc.constantFrom<Objective>("profit", "sharpe", "edge"), (drawn, objective) => {
        const window = { fit: { from: 1, to: 7 }, judge: { from: 7, to: 12 } };
        const toSum = ({ wait, ...rest }: BetSum & { wait: number }) => ({ ...rest, knownOn: rest.madeOn + wait });
        const known = (bets: readonly (Omit<BetSum, "knownOn"> & { wait: number })[]) =>
          bets.map((each) => toSum(each as BetSum & { wait: number }));
        const first = drawn.map(([days, , bets]) => aVariant(days, known(bets)));
        const other = drawn.map(([days, later, bets, more]) =>
          aVariant(
            [...days.slice(0, 7), ...later.slice(7)],
            [...known(bets).filter(({ knownOn }) => knownOn < 7), ...known(more).filter(({ knownOn }) => knownOn >= 7)],
          ),
        );
        const [a, b] = [judgeWindow(first, window, objective), judgeWindow(other, window, objective)];
        expect([b.chosen, b.inSample]).toEqual([a.chosen, a.inSample]);
      }),
      { numRuns: 200 },
    );
  });
});

describe("overfitting", () => {
  const windows = walkWindows(DAYS, 36, 12);
  const judge = (variants: readonly VariantFigures[]) =>
    judgeSweep(variants, DAYS, windows, { objective: "profit", seed: 1 });

  test("is what remains where nothing but chance tells variants apart", () => {
    const worlds = Array.from({ length: 12 }, (_, world) =>
      judge(Array.from({ length: 16 }, (_, variant) => noisy(world * 16 + variant, 0))),
    );
    const mean = (of: (each: (typeof worlds)[number]) => number): number =>
      worlds.reduce((sum, each) => sum + of(each), 0) / worlds.length;
    const inSample = mean(({ walk }) => walk?.inSample ?? 0);
    expect(inSample).toBeGreaterThan(10);
    expect(Math.abs(mean(({ walk }) => walk?.outOfSample ?? 0))).toBeLessThan(inSample / 5);
    expect(Math.abs(mean(({ walk }) => walk?.rankCorrelation ?? 1))).toBeLessThan(0.1);
    expect(mean(({ overfitting }) => overfitting?.probability ?? 0)).toBeGreaterThan(0.35);
    // The best of all days looks good in every one of these worlds; the judged days claim an edge in hardly any.
    for (const { values, best } of worlds) expect(values[best ?? -1]).toBeGreaterThan(5);
    expect(worlds.filter(({ verdict }) => verdict.word === "edge").length).toBeLessThan(3);
  });

  test("is small where one variant is better than the others", () => {
    const { walk, overfitting, verdict, best } = judge([
      noisy(1, 0),
      noisy(2, 1),
      ...[3, 4, 5, 6].map((each) => noisy(each, 0)),
    ]);
    expect(best).toBe(1);
    expect(walk?.windows.map(({ chosen }) => chosen)).toEqual(walk?.windows.map(() => 1));
    expect(walk?.survives).toBeGreaterThan(0.8);
    expect(overfitting?.probability).toBe(0);
    expect(overfitting?.splits).toBe(12_870);
    expect(verdict.word).toBe("edge");
  });

  test("does not let an edge pass that a control had too", () => {
    const variants = [noisy(2, 1), noisy(3, 1)].map((each) => ({ ...each, controlEdge: 0.2 }));
    expect(judge(variants).verdict).toMatchObject({ word: "cannot tell" });
  });
});

describe("a grid", () => {
  const grid = { minScore: [6, 7, 8], delay: [1, 3], exit: ["mirror", "hold"] };

  test("is every combination, the last parameter fastest", () => {
    const points = gridPoints(grid, null, 1);
    expect(points).toHaveLength(12);
    expect(points.slice(0, 3)).toEqual([
      { minScore: 6, delay: 1, exit: "mirror" },
      { minScore: 6, delay: 1, exit: "hold" },
      { minScore: 6, delay: 3, exit: "mirror" },
    ]);
  });

  test("can be sampled: other points by the seed, none of them twice", () => {
    const all = gridPoints(grid, null, 1).map((point) => JSON.stringify(point));
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 300; seed += 1) {
      const drawn = gridPoints(grid, 4, seed).map((point) => JSON.stringify(point));
      expect(new Set(drawn).size).toBe(4);
      for (const each of drawn) counts.set(each, (counts.get(each) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(all.toSorted());
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(40);
    expect(gridPoints(grid, 4, 7)).toEqual(gridPoints(grid, 4, 7));
  });
});

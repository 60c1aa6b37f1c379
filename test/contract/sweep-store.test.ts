import { expect, test } from "vitest";
import { createSweepStore } from "../../src/adapters/postgres/sweep-store.ts";
import type { VariantFigures } from "../../src/core/backtest/sweep/variant-figures.ts";
import { addMs, DAY_MS, epochMs } from "../../src/core/time/time.ts";
import type { Sweep } from "../../src/ports/sweep.ts";
import { runOptions } from "../support/backtest-options.ts";
import { describeOnEachEngine } from "../support/engines.ts";

const FROM = epochMs(Date.UTC(2026, 8, 1));
const TO = addMs(FROM, 10 * DAY_MS);
const options = runOptions(FROM, TO);
const figures: VariantFigures = {
  ...{ profits: [0, 12.5, -3], trades: 2, wins: 1, signals: 9, feesUsd: 0.12, maxDrawdown: 0.01 },
  bets: [{ event: 4, madeOn: 0, knownOn: 2, bets: 3, edge: -0.25 }],
  ...{ edge: null, controlEdge: null, verdict: "cannot tell" },
};
const sweep: Sweep = {
  id: "sweep",
  plan: {
    ...{ grid: { minPrice: [null, 0.1] }, from: FROM, to: TO, objective: "profit", seed: 1, data: "data" },
    windows: { fitDays: 6, judgeDays: 2 },
    coverage: { span: { fromBlock: 1, toBlock: 9 }, missing: [], fills: 5, firstAt: FROM, lastAt: null },
  },
  variants: [
    { hash: "b", point: { minPrice: null }, options },
    { hash: "a", point: { minPrice: 0.1 }, options: { ...options, delayMs: 1_000 } },
  ],
};

describeOnEachEngine("sweep store", (getDb) => {
  test("gives back what was begun, in the order of the grid, and what has been found", async () => {
    const store = createSweepStore(getDb());
    expect(await store.load("sweep")).toBeNull();
    await store.begin(sweep, addMs(TO, 1));
    // Begun again, as by the same command: nothing that was found is lost.
    await store.save("sweep", "a", figures, addMs(TO, 2));
    await store.begin(sweep, addMs(TO, 3));
    expect(await store.load("sweep")).toEqual(sweep);
    expect(await store.finished("sweep")).toEqual(new Set(["a"]));
    expect(await store.results("sweep")).toEqual(new Map([["a", figures]]));
    await store.begin({ ...sweep, id: "later" }, addMs(TO, 4));
    expect(await store.list()).toEqual([
      { id: "later", begunAt: addMs(TO, 4), variants: 2, done: 0 },
      { id: "sweep", begunAt: addMs(TO, 1), variants: 2, done: 1 },
    ]);
  });
});

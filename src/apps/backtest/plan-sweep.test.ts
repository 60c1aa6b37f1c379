// Goal: a model is asked only about what it did not learn from, whether a backtest or a sweep asks it; windows have fills.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dollars, runOptions } from "../../../test/support/backtest-options.ts";
import { parseEnvironment } from "../../adapters/config/load.ts";
import { writeModel } from "../../adapters/model/model-file.ts";
import { gridPoints } from "../../core/backtest/sweep/grid.ts";
import { walkWindows } from "../../core/backtest/sweep/walk-forward.ts";
import { FEATURE_NAMES, FEATURES_VERSION } from "../../core/model/features.ts";
import { SCORE_VERSION } from "../../core/reputation/score.ts";
import { addMs, DAY_MS, type EpochMs, epochMs } from "../../core/time/time.ts";
import type { SweepPlan } from "../../ports/sweep.ts";
import { refuseLearned } from "../model/load-model.ts";
import { planSweep, requireFills } from "./plan-sweep.ts";

const LEARNED_TO = epochMs(Date.UTC(2026, 1, 1));
let folder: string;
let MODEL_FILE: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "orderflow-plan-"));
  MODEL_FILE = join(folder, "model.json");
  await writeModel(MODEL_FILE, {
    ...{ featuresVersion: FEATURES_VERSION, scoreVersion: SCORE_VERSION, seed: 1, folds: 5, embargoMs: 3_600_000 },
    ...{ from: epochMs(Date.UTC(2026, 0, 1)), to: LEARNED_TO, examples: 500, events: 90, minTradeUsd: dollars(100) },
    ...{ penalty: null, trust: 0.5, metrics: null, intercept: -0.1 },
    coefficients: FEATURE_NAMES.map((name) => ({ name, mean: 0, scale: 1, weight: 0.1 })),
  });
});
afterAll(() => rm(folder, { recursive: true }));

const grid = { ENABLE_ML: [false, true], MODEL_MARGIN_USD: [0.01, 0.02] };
const span = { fromBlock: 1, toBlock: 2 };

function plan(from: EpochMs, settings: Record<string, string> = { MODEL_FILE }) {
  const environment = parseEnvironment({ process: settings, file: null });
  const to = addMs(from, 9 * DAY_MS);
  const { engine: _, ...run } = runOptions(from, to);
  const coverage = { span, missing: [], fills: 1, firstAt: from, lastAt: to };
  const asked: SweepPlan = { ...{ grid, from, to, objective: "profit", seed: 1 }, windows: null, data: "", coverage };
  return planSweep(asked, gridPoints(grid, null, 1), { environment, strategy: null, run });
}

test("a sweep varies the model and its margin", () => {
  const models = plan(LEARNED_TO).variants.map(({ options }) => options.engine.model?.margin ?? null);
  // Without a model its margin decides nothing, so those two are one variant.
  expect(models).toEqual([null, 0.01, 0.02]);
});

test("a stretch that a model learned from is refused, and so is a model that is not there", () => {
  const inside = addMs(LEARNED_TO, -1);
  expect(() => plan(inside)).toThrow(
    /learned from what was known until 2026-02-01T00:00:00.000Z: begin there or later/,
  );
  expect(() => plan(LEARNED_TO, {})).toThrow(/needs a model: set MODEL_FILE/);
  const settings = { ENABLE_ML: true, MODEL_FILE, MODEL_MARGIN_USD: 0.02 };
  expect(() => refuseLearned(settings, inside)).toThrow(/learned from what was known/);
  expect(() => refuseLearned(settings, LEARNED_TO)).not.toThrow();
  expect(() => refuseLearned({ ...settings, ENABLE_ML: false }, inside)).not.toThrow();
});

test("a window with days before the first fill or behind the last is refused with the dates", () => {
  const day = (count: number) => addMs(LEARNED_TO, count * DAY_MS);
  const held = { firstAt: day(10), lastAt: day(40) };
  const refuse = (from: EpochMs, days: number) => () => requireFills(walkWindows(days, 12, 4), { from }, held);
  // 28 days judge up to day 38; 32 would end with two empty ones, of which one is there by default.
  expect(refuse(day(10), 28)).not.toThrow();
  expect(refuse(day(10), 32)).not.toThrow();
  expect(refuse(day(10), 36)).toThrow(
    "judged from 2026-03-15 00:00 UTC to 2026-03-19 00:00 UTC has days without fills, which are held from 2026-02-11 00:00 UTC to 2026-03-13 00:00 UTC: end earlier with --to",
  );
  expect(refuse(day(8), 32)).not.toThrow();
  expect(refuse(day(7), 32)).toThrow("fitted from 2026-02-08 00:00 UTC to 2026-02-20 00:00 UTC has days without fills");
});

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dollars } from "../../../test/support/backtest-options.ts";
import { createDraw } from "../../core/backtest/random.ts";
import type { Example } from "../../core/model/example.ts";
import { FEATURE_NAMES, FEATURES_VERSION } from "../../core/model/features.ts";
import { logistic, logit } from "../../core/model/probability.ts";
import { SCORE_VERSION } from "../../core/reputation/score.ts";
import { epochMs } from "../../core/time/time.ts";
import type { TrainedModel } from "../../ports/model.ts";
import { logisticFitter } from "./logistic.ts";
import { readModel, writeModel } from "./model-file.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "orderflow-model-"));
});
afterAll(() => rm(folder, { recursive: true }));

const trained: TrainedModel = {
  ...{ featuresVersion: FEATURES_VERSION, scoreVersion: SCORE_VERSION, seed: 1, folds: 5, embargoMs: 3_600_000 },
  ...{ from: epochMs(Date.UTC(2026, 0, 1)), to: epochMs(Date.UTC(2026, 1, 1)), examples: 500, events: 90 },
  ...{ minTradeUsd: dollars(100), penalty: null, trust: 0.123456789, metrics: null, intercept: -0.1 },
  coefficients: FEATURE_NAMES.map((name, index) => ({ name, mean: index / 3, scale: 1, weight: 1 / (index + 3) })),
};

test("a model comes back from its file as it was, with a hash of what it says", async () => {
  const path = join(folder, "good.json");
  const { hash } = await writeModel(path, trained);
  expect(readModel(path)).toEqual({ hash, model: trained });
  await writeFile(path, JSON.stringify(JSON.parse(await readFile(path, "utf8"))));
  expect(readModel(path).hash).toBe(hash);
  expect((await readdir(folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
  expect((await writeModel(path, { ...trained, seed: 2 })).hash).not.toBe(hash);
});

test.each([
  ["cut off", (text: string) => text.slice(0, 400), "is damaged: not valid JSON; train one"],
  ["something else", () => '{"a":1}', "is no model of orderflow"],
  ["changed by hand", (text: string) => text.replace('"intercept": -0.1', '"intercept": 5'), "its hash is another one"],
  [
    "of other features",
    (text: string) => text.replace('"featuresVersion": 1', '"featuresVersion": 9'),
    "train it again",
  ],
])("a file that is %s is refused in words", async (name, change, words) => {
  const path = join(folder, `${name.replaceAll(" ", "-")}.json`);
  await writeModel(path, trained);
  await writeFile(path, change(await readFile(path, "utf8")));
  expect(() => readModel(path)).toThrow(words);
});

test("a file that is not there is refused with what to do", () => {
  expect(() => readModel(join(folder, "none.json"))).toThrow("none.json: cannot be read (ENOENT); train one with");
});

test("the fit finds what was planted, and shrinks to the price without end", async () => {
  const draw = createDraw(3);
  const examples = Array.from({ length: 4_000 }, (_, index): Example => {
    const price = 0.1 + 0.8 * draw();
    const features = FEATURE_NAMES.map(() => 4 * draw() - 2);
    const payout = draw() < logistic(logit(price) + 0.3 + 0.5 * (features[0] as number)) ? 1 : 0;
    return { at: epochMs(index), knownAt: epochMs(index), cluster: String(index), price, payout, features };
  });
  const { intercept, coefficients } = await logisticFitter.fit(examples, 1);
  const [first, ...others] = coefficients.map(({ weight, scale }) => weight / scale);
  expect(first).toBeCloseTo(0.5, 1);
  expect(intercept).toBeCloseTo(0.3, 1);
  for (const other of others) expect(Math.abs(other)).toBeLessThan(0.15);
  const price = await logisticFitter.fit(examples, Number.POSITIVE_INFINITY);
  expect([price.intercept, ...price.coefficients.map(({ weight }) => weight)].every((each) => each === 0)).toBe(true);
});

import { createDraw, seedOf } from "../../core/backtest/random.ts";
import { AbortedError, InputError } from "../../core/errors.ts";
import { cutFolds, type Example, knownBefore, type Said } from "../../core/model/example.ts";
import { FEATURES_VERSION } from "../../core/model/features.ts";
import { judgeModel, type ModelMetrics, trustOf } from "../../core/model/metrics.ts";
import { departureOf, type PriceModel } from "../../core/model/price-model.ts";
import { logLoss, probabilityAt } from "../../core/model/probability.ts";
import type { UsdMicros } from "../../core/money/amounts.ts";
import { SCORE_VERSION } from "../../core/reputation/score.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { ModelFitter, TrainedModel } from "../../ports/model.ts";

export type TrainingPlan = {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly minTradeUsd: UsdMicros;
  readonly folds: number;
  /** Between the last outcome that is learned from and the first example that is judged. */
  readonly embargoMs: number;
  readonly seed: number;
};

export type TrainingWatch = {
  readonly onFold?: (done: number, of: number) => void;
  readonly signal?: AbortSignal;
};

/** From following nothing but the price to following nearly every whim of the past. */
const PENALTIES: readonly number[] = [Number.POSITIVE_INFINITY, 3_000, 1_000, 300, 100, 30, 10];
/** Of what may be learned from, the newest part chooses the penalty. */
const CHOOSING_SHARE = 0.3;
export const EXAMPLES_MIN = 100;

/**
 * Trains on everything and judges, walk-forward, models that knew only what came before.
 * @throws InputError where there is too little to learn from
 * @throws AbortedError
 */
export async function trainModel(
  fitter: ModelFitter,
  examples: readonly Example[],
  plan: TrainingPlan,
  { onFold, signal }: TrainingWatch = {},
): Promise<TrainedModel> {
  if (examples.length < EXAMPLES_MIN) {
    throw new InputError(
      "TOO_FEW_EXAMPLES",
      `${examples.length} buys of wallets that may be followed were resolved in this span, at least ${EXAMPLES_MIN} are ` +
        "needed: take a longer one, or lower --min-trade",
      { examples: examples.length },
    );
  }
  const { embargoMs } = plan;
  const folds = cutFolds(examples, plan.folds);
  const said: Said[] = [];
  for (const [index, { test, testFrom }] of folds.entries()) {
    onFold?.(index, folds.length + 1);
    const known = knownBefore(examples, testFrom, embargoMs);
    said.push(...sayAll(await fitBest(fitter, known, embargoMs, signal), test));
  }
  onFold?.(folds.length, folds.length + 1);
  const { penalty, ...model } = await fitBest(fitter, examples, embargoMs, signal);
  const metrics = judgeModel(said, createDraw(seedOf(plan.seed, "model")));
  return {
    ...plan,
    ...{ featuresVersion: FEATURES_VERSION, scoreVersion: SCORE_VERSION },
    ...{ examples: examples.length, events: new Set(examples.map(({ cluster }) => cluster)).size },
    // Above all of them nothing is finite.
    penalty: penalty === Number.POSITIVE_INFINITY ? null : penalty,
    trust: metrics?.verdict.word === "better than the price" ? trustOf(said) : 0,
    metrics,
    ...model,
  };
}

/** Judges a model by examples that came after everything it was trained on. */
export const evaluateModel = (model: TrainedModel, examples: readonly Example[], seed: number): ModelMetrics | null =>
  judgeModel(sayAll(model, examples), createDraw(seedOf(seed, "model")));

const sayAll = (model: PriceModel, examples: readonly Example[]): readonly Said[] =>
  examples.map(({ cluster, price, payout, features }) => ({
    ...{ cluster, price, payout },
    departure: departureOf(model, features),
  }));

/** The penalty that judges the newest part best, after learning from what was known before it. */
async function fitBest(
  fitter: ModelFitter,
  examples: readonly Example[],
  embargoMs: number,
  signal: AbortSignal | undefined,
): Promise<PriceModel & { readonly penalty: number }> {
  const choosing = examples.slice(Math.floor(examples.length * (1 - CHOOSING_SHARE)));
  const [first] = choosing;
  const before = first === undefined ? [] : knownBefore(examples, first.at, embargoMs);
  let best = { penalty: Number.POSITIVE_INFINITY, loss: Number.POSITIVE_INFINITY };
  for (const penalty of PENALTIES) {
    if (signal?.aborted) throw new AbortedError();
    const loss = lossOf(await fitter.fit(before, penalty), choosing);
    if (loss < best.loss) best = { penalty, loss };
  }
  return { ...(await fitter.fit(examples, best.penalty)), penalty: best.penalty };
}

const lossOf = (model: PriceModel, examples: readonly Example[]): number =>
  sayAll(model, examples).reduce(
    (sum, { price, departure, payout }) => sum + logLoss(probabilityAt(price, departure), payout),
    0,
  );

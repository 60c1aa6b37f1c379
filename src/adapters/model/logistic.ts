import { setImmediate } from "node:timers/promises";
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { Example } from "../../core/model/example.ts";
import { FEATURE_NAMES } from "../../core/model/features.ts";
import type { Coefficient, PriceModel } from "../../core/model/price-model.ts";
import { logistic, logit } from "../../core/model/probability.ts";
import type { ModelFitter } from "../../ports/model.ts";

const STEPS_MAX = 30;
const CLOSE = 1e-8;

/**
 * Logistic regression with the price's logit as a fixed offset and a ridge penalty, the intercept's included, by Newton's
 * method: iteratively reweighted least squares (Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning",
 * 4.4.1). Shrinking leads to the price and not to a coin.
 */
export const logisticFitter: ModelFitter = {
  async fit(examples, penalty) {
    const scales = FEATURE_NAMES.map((name, index) => scaleOf(name, examples, index));
    if (examples.length === 0 || penalty === Number.POSITIVE_INFINITY) return modelOf(scales, []);
    const width = scales.length + 1;
    const rows = new Float64Array(examples.length * width);
    for (const [row, { features }] of examples.entries()) {
      rows[row * width] = 1;
      for (const [index, { mean, scale }] of scales.entries()) {
        rows[row * width + index + 1] = ((features[index] as number) - mean) / scale;
      }
    }
    const weights = new Float64Array(width);
    for (let step = 0; step < STEPS_MAX; step += 1) {
      // So that a person can stop it.
      await setImmediate();
      const move = newtonStep(examples, rows, weights, penalty);
      let largest = 0;
      for (let index = 0; index < width; index += 1) {
        const by = move.get(index, 0);
        weights[index] = (weights[index] as number) + by;
        largest = Math.max(largest, Math.abs(by));
      }
      if (largest < CLOSE) break;
    }
    return modelOf(scales, [...weights]);
  },
};

/** Solves `(XᵀWX + penalty) move = Xᵀ(payout − probability) − penalty · weights`. */
function newtonStep(examples: readonly Example[], rows: Float64Array, weights: Float64Array, penalty: number): Matrix {
  const width = weights.length;
  const curvature = new Float64Array(width * width);
  const slope = new Float64Array(width);
  for (const [row, { price, payout }] of examples.entries()) {
    const start = row * width;
    let value = logit(price);
    for (let index = 0; index < width; index += 1)
      value += (weights[index] as number) * (rows[start + index] as number);
    const probability = logistic(value);
    const variance = probability * (1 - probability);
    for (let i = 0; i < width; i += 1) {
      const x = rows[start + i] as number;
      slope[i] = (slope[i] as number) + x * (payout - probability);
      for (let j = 0; j <= i; j += 1) {
        const place = i * width + j;
        curvature[place] = (curvature[place] as number) + variance * x * (rows[start + j] as number);
      }
    }
  }
  const left = Matrix.zeros(width, width);
  const right = Matrix.zeros(width, 1);
  for (let i = 0; i < width; i += 1) {
    right.set(i, 0, (slope[i] as number) - penalty * (weights[i] as number));
    for (let j = 0; j <= i; j += 1) {
      const value = (curvature[i * width + j] as number) + (i === j ? penalty : 0);
      left.set(i, j, value);
      left.set(j, i, value);
    }
  }
  return new CholeskyDecomposition(left).solve(right);
}

type Scale = Omit<Coefficient, "weight">;

function scaleOf(name: string, examples: readonly Example[], index: number): Scale {
  let [sum, squares] = [0, 0];
  for (const { features } of examples) {
    const value = features[index] as number;
    sum += value;
    squares += value * value;
  }
  const count = Math.max(1, examples.length);
  const mean = sum / count;
  const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
  // A feature that never changes says nothing.
  return { name, mean, scale: deviation > 1e-9 ? deviation : 1 };
}

const modelOf = (scales: readonly Scale[], [intercept = 0, ...weights]: readonly number[]): PriceModel => ({
  intercept,
  coefficients: scales.map((scale, index) => ({ ...scale, weight: weights[index] ?? 0 })),
});

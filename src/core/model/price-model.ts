import { assert } from "../assert.ts";
import type { UsdMicros } from "../money/amounts.ts";
import { probabilityAt } from "./probability.ts";

/** How a feature enters: `weight · (value − mean) / scale`. */
export type Coefficient = {
  readonly name: string;
  readonly mean: number;
  readonly scale: number;
  readonly weight: number;
};

/**
 * A departure from the price: `logit(probability) = logit(price) + intercept + Σ weight · (value − mean) / scale`. With
 * every weight at 0 it says what the price says.
 */
export type PriceModel = {
  readonly intercept: number;
  readonly coefficients: readonly Coefficient[];
};

/** A trained model as decisions use it: a part of the engine's configuration, and so of the journal. */
export type SignalModel = PriceModel & {
  /** Of its file. */
  readonly hash: string;
  readonly featuresVersion: number;
  /** Smaller buys are no candidates, as in training. */
  readonly minTradeUsd: UsdMicros;
  /**
   * Share of the departure that outcomes bore out in markets that the model had not seen, one-sided 95 % lower bound,
   * clustered by event; from 0 (nothing of it) to 1.
   */
  readonly trust: number;
  /** The least that has to be left after price and fee, in USD per share. */
  readonly margin: number;
};

export type Prediction = {
  readonly probability: number;
  /** With only so much of the departure as is proven. */
  readonly lowerProbability: number;
};

/** In logits; @param price as `candidatePrice` has it */
export function departureOf({ intercept, coefficients }: PriceModel, features: readonly number[]): number {
  assert(features.length === coefficients.length, "a model is given the features that it was trained on", {
    features: features.length,
  });
  let sum = intercept;
  for (const [index, { mean, scale, weight }] of coefficients.entries()) {
    sum += (weight * ((features[index] as number) - mean)) / scale;
  }
  return sum;
}

export function predict(
  model: PriceModel & Pick<SignalModel, "trust">,
  price: number,
  features: readonly number[],
): Prediction {
  const departure = departureOf(model, features);
  return {
    probability: probabilityAt(price, departure),
    lowerProbability: probabilityAt(price, model.trust * departure),
  };
}

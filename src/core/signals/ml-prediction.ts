import { feePerShare } from "../execution/fee.ts";
import { type FeeSchedule, NO_FEE } from "../market/market.ts";
import { type Candidate, candidatePrice, FEATURE_NAMES, featuresOf } from "../model/features.ts";
import { predict, type SignalModel } from "../model/price-model.ts";
import { type PriceMicros, price } from "../money/amounts.ts";
import { fillPrice } from "./observed-fill.ts";
import { ENTRY_PRICE_MAX } from "./price-cap.ts";
import type { ModelView } from "./signal.ts";

/** @returns null where the fill is no candidate, or what is proven of the model's probability leaves nothing to earn */
export function detectPrediction(model: SignalModel, candidate: Candidate): ModelView | null {
  const { fill, wallet } = candidate;
  if (!wallet.followEligible || fill.cash < model.minTradeUsd || fill.cash >= fill.size) return null;
  const features = featuresOf(candidate);
  const view: ModelView = {
    hash: model.hash,
    ...predict(model, candidatePrice(fill), features),
    margin: model.margin,
    features: Object.fromEntries(FEATURE_NAMES.map((name, index) => [name, features[index] as number])),
  };
  // The fee is known with the book, which cuts the cap again.
  return modelPrice(view, NO_FEE) > fillPrice(fill) ? view : null;
}

/** The most that a share may cost: probability less price, fee and margin is 0 there. */
export function modelPrice({ lowerProbability, margin }: ModelView, fee: FeeSchedule): PriceMicros {
  const worth = lowerProbability - margin;
  let [low, high] = [0, Math.max(0, worth)];
  // Price and fee together rise with the price, so halving finds it.
  for (let step = 0; step < 24; step += 1) {
    const middle = (low + high) / 2;
    if (middle + feePerShare(fee, middle) <= worth) low = middle;
    else high = middle;
  }
  const micros = price(BigInt(Math.floor(low * 1e6)));
  return micros > ENTRY_PRICE_MAX ? ENTRY_PRICE_MAX : micros;
}

import type { ModelContext } from "../../src/core/model/context.ts";
import { FEATURE_NAMES, FEATURES_VERSION } from "../../src/core/model/features.ts";
import type { SignalModel } from "../../src/core/model/price-model.ts";
import { usd } from "../../src/core/money/amounts.ts";

/** A model that adds the same to every price, and all of it proven. */
export const aModel = (change: Partial<SignalModel> = {}): SignalModel => ({
  ...{ hash: "a1b2", featuresVersion: FEATURES_VERSION, minTradeUsd: usd(100_000_000n), trust: 1, margin: 0.02 },
  intercept: 1.5,
  coefficients: FEATURE_NAMES.map((name) => ({ name, mean: 0, scale: 1, weight: 0 })),
  ...change,
});

export const aContext = (change: Partial<ModelContext> = {}): ModelContext => ({
  profile: { units: 40, winRate: 0.6, avgProfit: 0.1, roiDeviation: 0.5, timing: 0.4, usualUsd: 150 },
  flow: { turnoverUsd: 1_000, netUsd: 250, firstPrice: 0.45, agreement: 3 },
  ...change,
});

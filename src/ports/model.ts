import type { Example } from "../core/model/example.ts";
import type { ModelMetrics } from "../core/model/metrics.ts";
import type { PriceModel } from "../core/model/price-model.ts";
import type { UsdMicros } from "../core/money/amounts.ts";
import type { EpochMs } from "../core/time/time.ts";

/** Fits a departure from the price. */
export type ModelFitter = {
  /**
   * The largest likelihood of the payouts, less `penalty / 2 · Σ weight²` over standardised features.
   * @param penalty infinite: the price itself
   */
  fit(examples: readonly Example[], penalty: number): Promise<PriceModel>;
};

/** A model with everything that says where it comes from and what it is worth. */
export type TrainedModel = PriceModel & {
  readonly featuresVersion: number;
  readonly scoreVersion: number;
  /** Nothing that became known outside of this was learned from. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly examples: number;
  readonly events: number;
  readonly minTradeUsd: UsdMicros;
  readonly folds: number;
  readonly embargoMs: number;
  /** null: infinite, the model is the price itself. */
  readonly penalty: number | null;
  readonly seed: number;
  readonly trust: number;
  /** Out of sample, walk-forward; null: too little to judge by. */
  readonly metrics: ModelMetrics | null;
};

/** Of the file's content. */
export type StoredModel = { readonly hash: string; readonly model: TrainedModel };

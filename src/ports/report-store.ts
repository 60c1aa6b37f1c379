import type { EpochMs } from "../core/time/time.ts";
import type { StoredModel } from "./model.ts";

/** null: could not be measured. Returns, rates and shares are of one; amounts in USD. */
export type BacktestFigures = {
  readonly net_usd: number;
  readonly total_return: number | null;
  readonly sharpe_ratio: number | null;
  readonly max_drawdown: number | null;
  readonly win_rate: number | null;
  readonly trades: number;
  readonly profit_factor: number | null;
  readonly fees_usd: number;
  /** Ends of the corrected interval of the edge, USD per share. */
  readonly edge_low: number | null;
  readonly edge_high: number | null;
};

/** In and out of sample are in the unit of `objective`. */
export type SweepFigures = {
  readonly verdict: string;
  readonly objective: string;
  readonly in_sample: number | null;
  readonly out_of_sample: number | null;
  readonly survives: number | null;
  readonly rank_correlation: number | null;
  readonly overfitting_probability: number | null;
  readonly profit_usd: number | null;
  readonly is_partial: boolean;
};

export type ResearchFigures = {
  readonly topic: string;
  readonly category: string | null;
  readonly fills: number;
  readonly is_partial: boolean;
};

type Kinds = { readonly backtest: BacktestFigures; readonly sweep: SweepFigures; readonly research: ResearchFigures };
export type ReportKind = keyof Kinds;

export type KeptReport = {
  [Kind in ReportKind]: { readonly kind: Kind; readonly figures: Kinds[Kind] };
}[ReportKind] & {
  /** Made again, it takes the place of the one before. */
  readonly id: string;
  readonly title: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Self-contained HTML without scripts. */
  readonly page: string;
  readonly madeAt: EpochMs;
};

export type ReportStore = {
  /** Of each kind the newest hundred keep their pages, the others their figures. */
  keep(report: KeptReport): Promise<void>;
  /** @param card what the model file says, as JSON */
  keepModel(model: Pick<StoredModel, "hash"> & { readonly card: string; readonly trainedAt: EpochMs }): Promise<void>;
};

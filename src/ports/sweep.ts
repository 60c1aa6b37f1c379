import type { RunOptions } from "../core/backtest/run.ts";
import type { Grid, GridPoint } from "../core/backtest/sweep/grid.ts";
import type { Objective } from "../core/backtest/sweep/objective.ts";
import type { VariantFigures } from "../core/backtest/sweep/variant-figures.ts";
import type { EpochMs } from "../core/time/time.ts";
import type { HistoryCoverage } from "./backtest.ts";

/** What a sweep was asked for, and on what. */
export type SweepPlan = {
  readonly grid: Grid;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly objective: Objective;
  readonly seed: number;
  /** Null: no walk-forward. */
  readonly windows: { readonly fitDays: number; readonly judgeDays: number } | null;
  /** Of everything that is read: variants of one sweep have the same past. */
  readonly data: string;
  readonly coverage: HistoryCoverage;
};

export type SweepVariant = {
  /** Of everything that decides the outcome. */
  readonly hash: string;
  readonly point: GridPoint;
  readonly options: RunOptions;
};

export type Sweep = { readonly id: string; readonly plan: SweepPlan; readonly variants: readonly SweepVariant[] };

/** Sweeps and what has been found, so that one can be cut short and continued, by any number of machines. */
export type SweepStore = {
  /** Once for each id. */
  begin(sweep: Sweep, at: EpochMs): Promise<void>;
  /** Null: not known. */
  load(id: string): Promise<Sweep | null>;
  /** The newest first, with how many of their variants are done. */
  list(): Promise<readonly SweepOverview[]>;
  /** Figures so far, by the variant's hash. */
  results(id: string): Promise<ReadonlyMap<string, VariantFigures>>;
  /** Hashes of the variants that are done. */
  finished(id: string): Promise<ReadonlySet<string>>;
  save(id: string, hash: string, figures: VariantFigures, at: EpochMs): Promise<void>;
};

export type SweepOverview = {
  readonly id: string;
  readonly begunAt: EpochMs;
  readonly variants: number;
  readonly done: number;
};

/** Gives out variants of one sweep, each to one worker at a time. */
export type VariantJobs = {
  /** Null: none is waiting at this moment. */
  next(): Promise<VariantJob | null>;
  close(): Promise<void>;
};

export type VariantJob = {
  readonly hash: string;
  done(): Promise<void>;
  /** Somebody else may have it. */
  giveBack(): Promise<void>;
};

/** Processes that work variants out. */
export type VariantPool = {
  readonly size: number;
  /** @param onShare how much of it is done, 0 to 1 */
  run(task: VariantTask, onShare: (share: number) => void): Promise<VariantFigures>;
  close(): Promise<void>;
};

export type VariantTask = {
  readonly options: RunOptions;
  /** How many have been tried on this data, this one included. */
  readonly tried: number;
  /** Writes its scores down for the others; everybody else reads them. */
  readonly keepsScores: boolean;
};

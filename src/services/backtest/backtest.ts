/** One backtest from a staged history to a report: the run, its figures, and that it was tried. */
import { type BacktestResult, judgeRun } from "../../core/backtest/result.ts";
import type { RunOptions, RunRecord, SignalOutcome } from "../../core/backtest/run.ts";
import { countSignals, listTrades, type TradeRow } from "../../core/backtest/trades.ts";
import { toJson } from "../../core/engine/encode.ts";
import { hashValue } from "../../core/engine/state-hash.ts";
import { RULE_VERSION } from "../../core/engine/step.ts";
import { SCORE_VERSION } from "../../core/reputation/score.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { History, HistoryCoverage, VariantStore } from "../../ports/backtest.ts";
import type { Clock } from "../../ports/clock.ts";
import { collectDecisions, type Proof, proveDecisions } from "./prove.ts";
import { type RunProgress, runBacktest } from "./run-backtest.ts";

/** Everything that a run found, without anything that depends on when or where it ran. */
export type BacktestReport = {
  /** Cut short before its end: figures are of a part. */
  readonly isPartial: boolean;
  readonly options: RunOptions;
  /** Of the options: the same variant has the same. */
  readonly variant: string;
  readonly coverage: HistoryCoverage;
  readonly fills: number;
  readonly tradedFills: number;
  readonly endedAt: EpochMs;
  /** Entries that came for a market long after it was resolved, and were left out of its scores. */
  readonly lateEntries: number;
  readonly priced: RunRecord["priced"];
  readonly result: BacktestResult;
  readonly signals: readonly SignalOutcome[];
  readonly days: RunRecord["days"];
  readonly equity: RunRecord["equity"];
  readonly trades: readonly TradeRow[];
  readonly proof: Proof | null;
};

export type BacktestDeps = {
  readonly history: History;
  readonly variants: VariantStore;
  readonly clock: Clock;
};

export type BacktestWishes = {
  /** How many decisions to make again with later rows deleted; 0: none. */
  readonly proofs: number;
  readonly onProgress?: (progress: RunProgress) => void;
  readonly onProof?: (done: number, of: number) => void;
  readonly signal?: AbortSignal;
};

export async function backtest(
  { history, variants, clock }: BacktestDeps,
  options: RunOptions,
  { proofs, onProgress, onProof, signal }: BacktestWishes,
): Promise<BacktestReport> {
  const { decisions, hooks } = collectDecisions();
  const { record, isPartial } = await runBacktest(history, options, {
    hooks,
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
  });
  const variant = variantHash(options);
  const tried = await variants.countWith([variant], options.from, options.to);
  const result = judgeRun(record, history.facts, options, tried);
  // Half a run has no verdict that anybody should remember.
  if (!isPartial) {
    const { from, to } = options;
    const found = { verdict: result.verdict.word, edgePerShare: result.edge.edge?.mean ?? null };
    const parameters = JSON.stringify(toJson(options));
    await variants.record({ hash: variant, from, to, parameters, ...found, triedAt: clock.nowMs() });
  }
  const proof =
    proofs === 0 || isPartial
      ? null
      : await proveDecisions(history, options, {
          decisions,
          samples: proofs,
          ...(onProof === undefined ? {} : { onProgress: onProof }),
          ...(signal === undefined ? {} : { signal }),
        });
  const { fills, tradedFills, endedAt, lateEntries, priced, days, equity } = record;
  return {
    ...{ isPartial, options, variant, coverage: history.coverage, fills, tradedFills, endedAt, lateEntries, result },
    ...{ priced, signals: countSignals(record), days, equity, trades: listTrades(record), proof },
  };
}

/** The seed decides nothing but how intervals and controls are drawn, so it makes no new variant. */
export const variantHash = ({ seed: _, ...options }: RunOptions): string =>
  hashValue({ ruleVersion: RULE_VERSION, scoreVersion: SCORE_VERSION, ...options });

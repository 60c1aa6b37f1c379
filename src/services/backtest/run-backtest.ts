import { Run, type RunHooks, type RunOptions, type RunRecord } from "../../core/backtest/run.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { History } from "../../ports/backtest.ts";

export type RunProgress = { readonly fills: number; readonly of: number; readonly at: EpochMs | null };

export type FinishedRun = { readonly record: RunRecord; readonly isPartial: boolean };

/** One pass. Cut short by the signal, it says how far it came. */
export async function runBacktest(
  history: History,
  options: RunOptions,
  {
    hooks,
    onProgress,
    signal,
  }: {
    readonly hooks?: RunHooks;
    readonly onProgress?: (progress: RunProgress) => void;
    readonly signal?: AbortSignal;
  } = {},
): Promise<FinishedRun> {
  const run = new Run(history.facts, options, hooks);
  let fills = 0;
  let at: EpochMs | null = null;
  let isPartial = false;
  for await (const { batch, effects } of history.read()) {
    if (signal?.aborted) {
      isPartial = true;
      break;
    }
    if (!run.push(batch, effects)) break;
    fills += batch.length;
    at = (batch.occurredAt[batch.length - 1] ?? at) as EpochMs | null;
    onProgress?.({ fills, of: history.coverage.fills, at });
  }
  return { record: run.finish(isPartial && at !== null ? at : null), isPartial };
}

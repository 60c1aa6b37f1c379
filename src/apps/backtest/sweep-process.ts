/** One worker of a sweep: variants over a history that the parent has shared, one after the other. */
import { join } from "node:path";
import { openSharedHistory } from "../../adapters/archive/history/engine.ts";
import { readScoreLog, writeScoreLog } from "../../adapters/archive/history/score-log-file.ts";
import { serveTasks } from "../../adapters/system/process-pool.ts";
import { avoidStaleLoads, keepShortLivedObjectsYoung } from "../../adapters/system/v8-flags.ts";
import type { RunHooks, RunOptions } from "../../core/backtest/run.ts";
import {
  playScores,
  recordScores,
  type ScoreRecorder,
  scoreKey,
  sharesScores,
} from "../../core/backtest/sweep/score-log.ts";
import { summarizeVariant, type VariantFigures } from "../../core/backtest/sweep/variant-figures.ts";
import type { History } from "../../ports/backtest.ts";
import type { VariantTask } from "../../ports/sweep.ts";
import { runBacktest } from "../../services/backtest/run-backtest.ts";

export type SweepProcessTask = VariantTask & {
  /** The shared history, and beside it the scores that are kept. */
  readonly folder: string;
};

/** A message for every so much of a run. */
const SHARE_STEP = 0.01;

let opened: { readonly folder: string; readonly history: History } | null = null;

avoidStaleLoads();
keepShortLivedObjectsYoung();
serveTasks<SweepProcessTask, VariantFigures>(async ({ folder, options, tried, keepsScores }, onShare) => {
  if (opened?.folder !== folder) opened = { folder, history: await openSharedHistory(folder, options.to) };
  const { history } = opened;
  const path = join(folder, `scores-${scoreKey(options)}.bin`);
  let said = 0;
  const run = async (hooks: RunHooks) => {
    const { record } = await runBacktest(history, options, {
      hooks,
      onProgress({ fills, of }) {
        const share = fills / Math.max(1, of);
        if (share < said + SHARE_STEP) return;
        said = share;
        onShare(share);
      },
    });
    return summarizeVariant(record, history.facts, options, tried);
  };
  if (!sharesScores(options)) return run({});
  const log = readScoreLog(path);
  if (log === null) return keepsScores ? recordRun(path, options, run) : run({});
  try {
    return await run({ scores: (_, board) => playScores(board, options, log.source) });
  } finally {
    log.close();
  }
});

async function recordRun(
  path: string,
  options: RunOptions,
  run: (hooks: RunHooks) => Promise<VariantFigures>,
): Promise<VariantFigures> {
  const writer = writeScoreLog(path);
  let recorder: ScoreRecorder | null = null;
  try {
    const figures = await run({
      scores(facts, board) {
        recorder = recordScores(facts, board, options, writer.sink);
        return recorder;
      },
    });
    (recorder as ScoreRecorder | null)?.end();
    writer.finish();
    return figures;
  } catch (error) {
    writer.discard();
    throw error;
  }
}

import type { RunOptions } from "../../core/backtest/run.ts";
import { RunLedger } from "../../core/backtest/run-ledger.ts";
import { createScoreboard, type Scoreboard } from "../../core/backtest/scoreboard.ts";
import { addMs, type EpochMs } from "../../core/time/time.ts";
import type { History } from "../../ports/backtest.ts";
import { type RunProgress, runBacktest } from "../backtest/run-backtest.ts";

type Watch = { readonly onProgress: (progress: RunProgress) => void; readonly signal?: AbortSignal };

/** The scores of all wallets as they stood at the full hour `at`, calculated once. */
export async function scoreAt(history: History, run: RunOptions, at: EpochMs, watch: Watch): Promise<Scoreboard> {
  let board = createScoreboard(0);
  const scores = (facts: History["facts"], own: Scoreboard) => {
    board = own;
    const ledger = new RunLedger(facts, own, run.lookbackMs);
    return {
      fill: (...fill: Parameters<RunLedger["fill"]>) => ledger.fill(...fill),
      effect: (...effect: Parameters<RunLedger["effect"]>) => ledger.effect(...effect),
      resolve: (...resolution: Parameters<RunLedger["resolve"]>) => ledger.resolve(...resolution),
      held: (...unit: Parameters<RunLedger["held"]>) => ledger.held(...unit),
      score: (hour: EpochMs) => (hour === at ? ledger.score(hour) : 0),
    };
  };
  // A run of the scores at an hour comes with whatever happens after it.
  const options = { ...run, from: at, to: addMs(at, 1), delayMs: 0, trades: false };
  await runBacktest(history, options, { hooks: { scores }, ...watch });
  return board;
}

import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { createJournalReader } from "../../adapters/postgres/journal-reader.ts";
import { createReportStore } from "../../adapters/postgres/report-store.ts";
import { createVariantStore } from "../../adapters/postgres/variant-store.ts";
import { applyStrategy } from "../../core/copy/strategy.ts";
import { toJson } from "../../core/engine/encode.ts";
import type { EngineConfig } from "../../core/engine/state.ts";
import type { UsdMicros } from "../../core/money/amounts.ts";
import type { EpochMs } from "../../core/time/time.ts";
import { type BacktestReport, backtest } from "../../services/backtest/backtest.ts";
import { compareSession } from "../../services/backtest/compare-session.ts";
import {
  chooseSpan,
  parseCapital,
  parseSeconds,
  parseTime,
  parseWhole,
  readStrategyOnce,
  runDefaults,
} from "../backtest/options.ts";
import { reportPage } from "../backtest/page.ts";
import { orNothing, stageHistory } from "../backtest/stage-history.ts";
import { reportText } from "../backtest/terminal-text.ts";
import { engineConfig } from "../engine-config.ts";
import { keptBacktest } from "../kept-reports.ts";
import { modelOf, refuseLearned } from "../model/load-model.ts";
import { EXIT, type Program, runProgram, withDatabase } from "../program.ts";
import { createProgressLine, createRunText, showShare } from "../progress-line.ts";
import { showCount } from "../table.ts";

type Flags = {
  readonly from?: EpochMs;
  readonly to?: EpochMs;
  readonly config?: string;
  readonly capital?: UsdMicros;
  readonly delay: number;
  readonly seed: number;
  readonly json?: string;
  readonly report?: string;
  readonly prove?: number | true;
  readonly session?: true;
};

const PROOFS = 5;

export function addBacktest(cli: Command): void {
  cli
    .command("backtest")
    .description("trade the past with the present strategy, and say what the result is worth")
    .option(
      "--from <time>",
      "first day or moment of trading (2026-01-31, 2026-01-31T12:00Z); before it scores are learned",
      parseTime,
    )
    .option("--to <time>", "end; nothing that became known later is read", parseTime)
    .option("--config <file>", "strategy file, instead of the one that the executor uses")
    .option("--capital <usd>", "instead of CAPITAL_USD", parseCapital)
    .option("--delay <seconds>", "from a block's time to when we know of it", parseSeconds, 3)
    .option("--seed <number>", "of the draws for intervals and controls", parseWhole, 1)
    .option("--json <file>", "everything, for programs")
    .option("--report <file>", "one self-contained page with charts and every trade")
    .option("--prove [decisions]", "make sampled decisions again with everything later deleted", parseWhole)
    .option("--session", "only tell the recorded paper session to the engine again and compare the journal")
    .addHelpText(
      "after",
      "\nReads the archive and the database and changes nothing but the list of variants tried and the reports that the dashboard shows." +
        "\nCtrl-C ends it early with a result that says so. Exit code 1: a decision saw the future, or the session differs.",
    )
    .action((flags: Flags) =>
      runProgram((program) =>
        flags.session === true ? runSession(program) : orNothing(program, () => runBacktestCommand(program, flags)),
      ),
    );
}

async function runSession(program: Program): Promise<number> {
  return withDatabase(program, async (database) => {
    const { steps, states, differsAt } = await compareSession(createJournalReader(database, "PAPER"));
    const verdict = differsAt === null ? "the same commands and states" : `step ${differsAt} comes out differently`;
    program.terminal.writeLine(`${showCount(steps)} steps, ${showCount(states)} states compared: ${verdict}.`);
    return differsAt === null ? EXIT.done : EXIT.failed;
  });
}

async function runBacktestCommand(program: Program, flags: Flags): Promise<number> {
  const { environment, clock, terminal, signal } = program;
  const engine = await configOf(program, flags);
  const line = createProgressLine(terminal, clock);
  return withDatabase(program, async (database) => {
    const history = await stageHistory(program, database, line);
    try {
      const defaults = runDefaults(flags, environment.REPUTATION_LOOKBACK_DAYS);
      const options = { engine, ...chooseSpan(history.coverage, flags), ...defaults };
      refuseLearned(environment, options.from);
      const runText = createRunText(clock);
      const report = await backtest({ history, variants: createVariantStore(database), clock }, options, {
        proofs: flags.prove === true ? PROOFS : (flags.prove ?? 0),
        onProgress: (progress) => line.show(runText(progress)),
        onProof: (done, of) => line.show(`${showShare(done / of)}  making decision ${done + 1} of ${of} again`),
        signal,
      }).finally(line.end);
      // Half a run is nothing that anybody should come back to.
      if (!report.isPartial) await createReportStore(database).keep(keptBacktest(report, clock.nowMs()));
      await writeReport(report, flags);
      terminal.writeLine(reportText(report, terminal.columns()));
      return (report.proof?.differing.length ?? 0) === 0 ? EXIT.done : EXIT.failed;
    } finally {
      await history.close();
    }
  });
}

async function configOf({ environment }: Program, flags: Flags): Promise<EngineConfig> {
  const base = { ...engineConfig(environment, 1), ...modelOf(environment) };
  const strategy = await readStrategyOnce(environment, flags.config);
  const engine = strategy === null ? base : applyStrategy(base, strategy);
  return flags.capital === undefined ? engine : { ...engine, capitalUsd: flags.capital };
}

async function writeReport(report: BacktestReport, { json, report: page }: Flags): Promise<void> {
  if (json !== undefined) await writeFile(json, `${JSON.stringify(toJson(report), null, 1)}\n`);
  if (page !== undefined) await writeFile(page, reportPage(report));
}

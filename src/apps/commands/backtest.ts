import { writeFile } from "node:fs/promises";
import { type Command, InvalidArgumentError } from "commander";
import { createHistoryEngine } from "../../adapters/archive/history/engine.ts";
import { createStrategyFile, findStrategyFile } from "../../adapters/config/strategy-file.ts";
import { createHistorySource } from "../../adapters/postgres/history-source.ts";
import { createJournalReader } from "../../adapters/postgres/journal-reader.ts";
import { createVariantStore } from "../../adapters/postgres/variant-store.ts";
import type { RunOptions } from "../../core/backtest/run.ts";
import { applyStrategy } from "../../core/copy/strategy.ts";
import { toJson } from "../../core/engine/encode.ts";
import type { EngineConfig } from "../../core/engine/state.ts";
import { InputError } from "../../core/errors.ts";
import { parseUsd, type UsdMicros } from "../../core/money/amounts.ts";
import { addMs, DAY_MS, type EpochMs, epochMs, isoDate } from "../../core/time/time.ts";
import type { History } from "../../ports/backtest.ts";
import { type BacktestReport, backtest } from "../../services/backtest/backtest.ts";
import { compareSession } from "../../services/backtest/compare-session.ts";
import { archiveFolder } from "../archive.ts";
import { reportPage } from "../backtest/page.ts";
import { reportText } from "../backtest/terminal-text.ts";
import { engineConfig, PAPER_LATENCY_MS } from "../executor.ts";
import { EXIT, type Program, runProgram, withDatabase } from "../program.ts";
import { createProgressLine, showBar } from "../progress-line.ts";
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

/** For how long after an order's arrival trades count as the book that it met: a signal's life. */
const EVIDENCE_MS = 60_000;
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
      "\nReads the archive and the database and changes nothing but the list of variants tried." +
        "\nCtrl-C ends it early with a result that says so. Exit code 1: a decision saw the future, or the session differs.",
    )
    .action((flags: Flags) =>
      runProgram((program) => (flags.session === true ? runSession(program) : runBacktestCommand(program, flags))),
    );
}

function parseTime(text: string): EpochMs {
  const at = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError("A date such as 2026-01-31 or a time such as 2026-01-31T12:00Z is needed.");
  return epochMs(at);
}

function parseCapital(text: string): UsdMicros {
  const usd = parseUsd(text);
  if (usd === null || usd <= 0n) throw new InvalidArgumentError("An amount above 0, such as 10000, is needed.");
  return usd;
}

function parseWhole(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isInteger(number) || number < 0)
    throw new InvalidArgumentError("A whole number is needed.");
  return number;
}

function parseSeconds(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !(number >= 0) || number > 10)
    throw new InvalidArgumentError("Seconds from 0 to 10 are needed: an older fill is no signal.");
  return number;
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
    const staging = createHistoryEngine({ folder: archiveFolder(environment.DATA_DIR) });
    const history = await createHistorySource(database)
      .atOneMoment((moment) => staging.stage(moment, (stage) => line.show(stage)))
      .finally(line.end);
    try {
      const options = optionsOf(engine, flags, history, environment.REPUTATION_LOOKBACK_DAYS);
      const report = await backtest({ history, variants: createVariantStore(database), clock }, options, {
        proofs: flags.prove === true ? PROOFS : (flags.prove ?? 0),
        onProgress: ({ fills, of, at }) =>
          line.show(`${showBar(fills / Math.max(1, of))} ${at === null ? "" : isoDate(at)}  ${showCount(fills)} fills`),
        onProof: (done, of) => line.show(`${showBar(done / of)} making decision ${done + 1} of ${of} again`),
        signal,
      }).finally(line.end);
      await writeReport(report, flags);
      terminal.writeLine(reportText(report));
      return (report.proof?.differing.length ?? 0) === 0 ? EXIT.done : EXIT.failed;
    } finally {
      await history.close();
    }
  });
}

async function configOf({ environment }: Program, flags: Flags): Promise<EngineConfig> {
  const base = engineConfig(environment, 1);
  const file = findStrategyFile(flags.config ?? environment.STRATEGY_FILE);
  const strategy = file === null ? null : await createStrategyFile(file).poll();
  const engine = strategy === null ? base : applyStrategy(base, strategy);
  return flags.capital === undefined ? engine : { ...engine, capitalUsd: flags.capital };
}

function optionsOf(engine: EngineConfig, flags: Flags, history: History, lookbackDays: number): RunOptions {
  const { firstAt, lastAt } = history.coverage;
  if (firstAt === null || lastAt === null) {
    throw new InputError(
      "HISTORY_EMPTY",
      "there are no finalized fills to trade on: run `orderflow backfill` or `orderflow import` first",
      {},
    );
  }
  const delayMs = flags.delay * 1_000;
  const from = flags.from ?? firstAt;
  const to = flags.to ?? addMs(lastAt, delayMs + DAY_MS);
  if (to <= from) {
    throw new InputError(
      "SPAN_EMPTY",
      `--to has to be later than --from; fills are held from ${isoDate(firstAt)} to ${isoDate(lastAt)}`,
      {},
    );
  }
  return {
    ...{ engine, from, to, delayMs, latencyMs: PAPER_LATENCY_MS, evidenceMs: EVIDENCE_MS },
    ...{ lookbackMs: lookbackDays * DAY_MS, seed: flags.seed, trades: true },
  };
}

async function writeReport(report: BacktestReport, { json, report: page }: Flags): Promise<void> {
  if (json !== undefined) await writeFile(json, `${JSON.stringify(toJson(report), null, 1)}\n`);
  if (page !== undefined) await writeFile(page, reportPage(report));
}

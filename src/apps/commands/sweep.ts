import { readFile, writeFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseGrid, parseParameter } from "../../adapters/config/sweep-parameters.ts";
import type { Database } from "../../adapters/postgres/connect.ts";
import { createReportStore } from "../../adapters/postgres/report-store.ts";
import { createSweepStore } from "../../adapters/postgres/sweep-store.ts";
import { cores } from "../../adapters/system/process-pool.ts";
import { type Grid, gridPoints, gridSize } from "../../core/backtest/sweep/grid.ts";
import { OBJECTIVES, type Objective } from "../../core/backtest/sweep/objective.ts";
import { dayCount } from "../../core/backtest/sweep/variant-figures.ts";
import { toJson } from "../../core/engine/encode.ts";
import { InputError } from "../../core/errors.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { Sweep } from "../../ports/sweep.ts";
import { type SweepReport, windowsOf } from "../../services/backtest/sweep-report.ts";
import { chooseSpan, parseSeconds, parseTime, parseWhole, readStrategyOnce, runDefaults } from "../backtest/options.ts";
import { planSweep, requireFills } from "../backtest/plan-sweep.ts";
import { requireSameData, runSweep, type SweepData, shareHistory } from "../backtest/run-sweep.ts";
import { orNothing } from "../backtest/stage-history.ts";
import { sweepPage } from "../backtest/sweep-page.ts";
import { sweepText } from "../backtest/sweep-text.ts";
import { keptSweep } from "../kept-reports.ts";
import { EXIT, type Program, runProgram, withDatabase } from "../program.ts";
import { createProgressLine } from "../progress-line.ts";
import { renderTable, showCount } from "../table.ts";

type Flags = {
  readonly param: readonly string[];
  readonly grid?: string;
  readonly sample?: number;
  readonly from?: EpochMs;
  readonly to?: EpochMs;
  readonly walkForward: boolean;
  readonly fit?: number;
  readonly judge?: number;
  readonly by: Objective;
  readonly config?: string;
  readonly delay: number;
  readonly seed: number;
  readonly workers: number;
  readonly resume?: string;
  readonly json?: string;
  readonly report?: string;
};

const VARIANTS_MAX = 10_000;
const FITS = 3;
/** Judged windows, where nobody says how long they are. */
const WINDOWS = 5;

export function addSweep(cli: Command): void {
  const sweep = cli
    .command("sweep")
    .description("backtest a grid of parameters, choose on one window and judge on the next")
    .option("--param <name=values>", "values of one parameter, e.g. minScore=6,7,8; may be repeated", collect, [])
    .option("--grid <file>", 'the same from a JSON file: { "minScore": [6, 7, 8] }')
    .option("--sample <number>", "so many variants of the grid, drawn by the seed, instead of all", parseCount)
    .option("--from <time>", "first day or moment of trading; before it scores are learned", parseTime)
    .option("--to <time>", "end; nothing that became known later is read", parseTime)
    .option("--fit <days>", "length of the window that a variant is chosen on", parseCount)
    .option("--judge <days>", "length of the window behind it that it is judged on", parseCount)
    .option("--no-walk-forward", "only compare the variants over the whole stretch")
    .addOption(new Option("--by <objective>", "what is looked for").choices(OBJECTIVES).default("profit"))
    .option("--config <file>", "strategy file, instead of the one that the executor uses")
    .option("--delay <seconds>", "from a block's time to when we know of it", parseSeconds, 3)
    .option("--seed <number>", "of the sample and the intervals", parseWhole, 1)
    .option("--workers <number>", "processes", parseCount, cores())
    .option("--resume <id>", "go on with a sweep that was cut short")
    .option("--json <file>", "everything, for programs")
    .option("--report <file>", "one self-contained page with a heat map and all variants")
    .addHelpText(
      "after",
      "\nThe same command on the same data goes on where it stopped. Ctrl-C leaves a partial result that says so." +
        "\nParameters are names of the strategy file and of the environment; an unknown one lists them all.",
    )
    .action((flags: Flags) => runProgram((program) => orNothing(program, () => runSweepCommand(program, flags))));
  sweep
    .command("work")
    .argument("[id]", "a sweep; by default the newest that is not done")
    .description("work on a sweep that another machine began, with the same server and archive")
    .option("--workers <number>", "processes", parseCount, cores())
    .action((id: string | undefined, _flags: unknown, command: Command) =>
      runProgram((program) => runWork(program, id, command.optsWithGlobals<Flags>().workers)),
    );
  sweep
    .command("list")
    .description("sweeps and how much of each is done")
    .action(() => runProgram(listSweeps));
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

function parseCount(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("A whole number from 1 on is needed.");
  return number;
}

async function runSweepCommand(program: Program, flags: Flags): Promise<number> {
  const grid = flags.resume === undefined ? await readGrid(flags) : {};
  const line = createProgressLine(program.terminal, program.clock);
  return withDatabase(program, async (database) => {
    const known = flags.resume === undefined ? null : await loadSweep(database, flags.resume);
    const shared = await shareHistory(database, program, line);
    try {
      const sweep = known ?? (await begin(program, flags, grid, database, shared));
      if (known !== null) await requireSameData(known, shared);
      program.terminal.writeLine(
        `Sweep ${sweep.id}: ${showCount(sweep.variants.length)} variants. Cut short, it goes on with \`orderflow sweep --resume ${sweep.id}\`.`,
      );
      const report = await runSweep(program, database, { sweep, shared, workers: flags.workers });
      await createReportStore(database).keep(keptSweep(report, program.clock.nowMs()));
      await writeReport(report, flags);
      program.terminal.writeLine(sweepText(report, program.terminal.columns()));
      return EXIT.done;
    } finally {
      await shared.close();
    }
  });
}

/** @throws InputError */
async function readGrid({ grid: file, param, sample }: Flags): Promise<Grid> {
  const given = file === undefined ? {} : await readJson(file);
  const grid = parseGrid({ ...given, ...Object.fromEntries(param.map(parseParameter)) }, file ?? "--param");
  const size = gridSize(grid);
  if (Object.keys(grid).length === 0) {
    throw new InputError("SWEEP_EMPTY", "nothing varies: give --param minScore=6,7,8, or a --grid file", {});
  }
  if (Math.min(size, sample ?? size) > VARIANTS_MAX) {
    throw new InputError(
      "SWEEP_TOO_LARGE",
      `the grid has ${showCount(size)} variants: take --sample of ${showCount(VARIANTS_MAX)} at most`,
      {},
    );
  }
  return grid;
}

async function readJson(file: string): Promise<object> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as object;
  } catch (error) {
    throw new InputError("GRID_UNREADABLE", `${file}: ${error instanceof Error ? error.message : String(error)}`, {});
  }
}

async function begin(
  { environment, clock }: Program,
  flags: Flags,
  grid: Grid,
  database: Database,
  shared: SweepData,
): Promise<Sweep> {
  const span = chooseSpan(shared.whole, flags);
  const windows = flags.walkForward ? chooseWindows(dayCount(span), flags) : null;
  if (windows !== null) requireFills(windowsOf(span, windows), span, shared.whole);
  const { by: objective, seed } = flags;
  const plan = { grid, ...span, objective, seed, windows, ...(await shared.until(span.to)) };
  const run = { ...span, ...runDefaults(flags, environment.REPUTATION_LOOKBACK_DAYS) };
  const strategy = await readStrategyOnce(environment, flags.config);
  const sweep = planSweep(plan, gridPoints(grid, flags.sample ?? null, seed), { environment, strategy, run });
  await createSweepStore(database).begin(sweep, clock.nowMs());
  return sweep;
}

function chooseWindows(days: number, { fit, judge }: Flags): { readonly fitDays: number; readonly judgeDays: number } {
  const judgeDays =
    judge ?? Math.max(1, fit === undefined ? Math.floor(days / (FITS + WINDOWS)) : Math.floor(fit / FITS));
  return { fitDays: fit ?? FITS * judgeDays, judgeDays };
}

async function loadSweep(database: Database, id: string): Promise<Sweep> {
  const sweep = await createSweepStore(database).load(id);
  if (sweep !== null) return sweep;
  throw new InputError("SWEEP_UNKNOWN", `there is no sweep ${id}: \`orderflow sweep list\` shows them`, { id });
}

async function runWork(program: Program, named: string | undefined, workers: number): Promise<void> {
  const use = async (database: Database): Promise<void> => {
    const open = (await createSweepStore(database).list()).find(({ done, variants }) => done < variants);
    const id = named ?? open?.id;
    if (id === undefined)
      throw new InputError("SWEEP_NONE", "there is no sweep to work on: begin one with `orderflow sweep`", {});
    const sweep = await loadSweep(database, id);
    const shared = await shareHistory(database, program, createProgressLine(program.terminal, program.clock));
    try {
      await requireSameData(sweep, shared);
      program.terminal.writeLine(`Sweep ${id}: ${showCount(sweep.variants.length)} variants.`);
      const report = await runSweep(program, database, { sweep, shared, workers });
      await createReportStore(database).keep(keptSweep(report, program.clock.nowMs()));
      program.terminal.writeLine(
        `${showCount(report.rows.length)} of ${showCount(report.variants)} variants are done. \`orderflow sweep --resume ${id}\` reports.`,
      );
    } finally {
      await shared.close();
    }
  };
  await withDatabase(program, use, { serverFor: "orderflow sweep work" });
}

async function listSweeps(program: Program): Promise<void> {
  await withDatabase(program, async (database) => {
    const rows = (await createSweepStore(database).list()).map(({ id, begunAt, variants, done }) => [
      ...[id, new Date(begunAt).toISOString().slice(0, 16), showCount(variants), showCount(done)],
    ]);
    const head = [
      { title: "sweep" },
      { title: "begun" },
      { title: "variants", align: "right" },
      { title: "done", align: "right" },
    ] as const;
    program.terminal.writeLine(rows.length === 0 ? "No sweep has been begun." : renderTable(head, rows));
  });
}

async function writeReport(report: SweepReport, { json, report: page }: Flags): Promise<void> {
  if (json !== undefined) await writeFile(json, `${JSON.stringify(toJson(report), null, 1)}\n`);
  if (page !== undefined) await writeFile(page, sweepPage(report));
}

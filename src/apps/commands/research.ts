import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import type { Environment } from "../../adapters/config/environment.ts";
import { createReportStore } from "../../adapters/postgres/report-store.ts";
import type { RunOptions } from "../../core/backtest/run.ts";
import { applyStrategy } from "../../core/copy/strategy.ts";
import { InputError } from "../../core/errors.ts";
import { readOutcomes } from "../../core/research/outcomes.ts";
import { addMs, type EpochMs } from "../../core/time/time.ts";
import type { StagedHistory } from "../../ports/backtest.ts";
import { RESEARCH_TOPICS, type ResearchTopic, research } from "../../services/research/research.ts";
import { chooseSpan, parseTime, parseWhole, readStrategyOnce, runDefaults } from "../backtest/options.ts";
import { orNothing, stageHistory } from "../backtest/stage-history.ts";
import { engineConfig } from "../engine-config.ts";
import { keptResearch } from "../kept-reports.ts";
import { EXIT, type Program, runProgram, withDatabase } from "../program.ts";
import { createProgressLine, createRunText } from "../progress-line.ts";
import { researchPage } from "../research/page.ts";
import { researchText } from "../research/text.ts";
import { jsonText } from "../table.ts";

type Flags = {
  readonly from?: EpochMs;
  readonly to?: EpochMs;
  readonly category?: string;
  readonly json?: true;
  readonly html?: string;
  readonly seed: number;
};

const SUMMARIES: Readonly<Record<ResearchTopic, string>> = {
  volume: "volume by category, and how much adding up all legs overstates it",
  calibration: "what shares paid in the end against their price",
  concentration: "how much of all gains the best wallets have",
  "size-buckets": "what a dollar earned by the size of the buy",
  persistence: "whether wallets that were good stay good",
  "delay-decay": "what following earns when one is 0 to 300 s late",
  wash: "share of the volume that wallets pass among themselves",
  "maker-taker": "what those who rested and those who crossed earned",
  kelly: "growth by share of Kelly's stake, fitted before and tried after",
};

/** From a block's time to when we know of it, as a backtest has it. */
const DELAY_S = 3;

export function addResearch(cli: Command): void {
  const group = cli
    .command("research")
    .description("tables of the literature on the data held here, beside the published figures");
  for (const topic of RESEARCH_TOPICS) {
    group
      .command(topic)
      .description(SUMMARIES[topic])
      .option("--from <time>", "first day or moment (2026-01-31, 2026-01-31T12:00Z)", parseTime)
      .option("--to <time>", "end; later fills are not counted", parseTime)
      .option("--category <name>", "only markets of this category")
      .option("--json", "everything, for programs, instead of the table")
      .option("--html <file>", "also one self-contained page with the chart")
      .option("--seed <number>", "of the draws for intervals", parseWhole, 1)
      .addHelpText("after", "\nReads the archive and the database, and keeps the table for the dashboard.")
      .action((flags: Flags) => runProgram((program) => orNothing(program, () => runResearch(program, topic, flags))));
  }
}

async function runResearch(program: Program, topic: ResearchTopic, flags: Flags): Promise<number> {
  const { environment, clock, terminal, signal } = program;
  const line = createProgressLine(terminal, clock);
  return withDatabase(program, async (database) => {
    const history = await stageHistory(program, database, line);
    try {
      requireCategory(history, flags.category);
      const runText = createRunText(clock);
      const report = await research(history, {
        topic,
        run: await runOptions(environment, flags, history),
        category: flags.category ?? null,
        onProgress: (stage, progress) => line.show(`${runText(progress)}  ${stage}`),
        signal,
      }).finally(line.end);
      if (!report.isPartial) await createReportStore(database).keep(keptResearch(report, clock.nowMs()));
      if (flags.html !== undefined) await writeFile(flags.html, researchPage(report));
      terminal.writeLine(flags.json === true ? jsonText(report) : researchText(report, terminal.columns()));
      return report.isPartial ? EXIT.forced : EXIT.done;
    } finally {
      await history.close();
    }
  });
}

async function runOptions(environment: Environment, flags: Flags, history: StagedHistory): Promise<RunOptions> {
  const base = engineConfig(environment, 1);
  const strategy = await readStrategyOnce(environment);
  const engine = strategy === null ? base : applyStrategy(base, strategy);
  const { lastAt } = history.coverage;
  // To the last fill and no further: the middle of the stretch is what some tables are split at.
  const end = lastAt === null ? {} : { to: addMs(lastAt, 1) };
  const span = chooseSpan(history.coverage, { ...end, ...flags, delay: DELAY_S });
  return {
    engine,
    ...span,
    ...runDefaults({ delay: DELAY_S, seed: flags.seed }, environment.REPUTATION_LOOKBACK_DAYS),
  };
}

function requireCategory(history: StagedHistory, category: string | undefined): void {
  if (category === undefined) return;
  const { categories } = readOutcomes(history.facts);
  if (categories.some((each) => each.toLowerCase() === category.toLowerCase())) return;
  throw new InputError(
    "CATEGORY_UNKNOWN",
    `there is no category ${category}: the markets held here are of ${categories.toSorted().join(", ")}`,
    { category },
  );
}

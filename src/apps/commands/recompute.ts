import { type Command, InvalidArgumentError } from "commander";
import {
  archiveExpression,
  createClickhousePopulationEngine,
  openClickhouseServer,
} from "../../adapters/archive/population/clickhouse.ts";
import { createPopulationEngine } from "../../adapters/archive/population/engine.ts";
import type { Environment } from "../../adapters/config/environment.ts";
import { createPopulationSource } from "../../adapters/postgres/population-source.ts";
import { formatDecimal } from "../../core/money/fixed.ts";
import type { PopulationDifference, PopulationEngine } from "../../ports/population.ts";
import { type Recomputation, type RecomputeStage, recompute } from "../../services/reputation/recompute.ts";
import { archiveFolder } from "../archive.ts";
import { EXIT, type Program, runProgram, withDatabase } from "../program.ts";
import { createProgressLine, showShare } from "../progress-line.ts";
import { renderTable, showCount } from "../table.ts";

function parseLimit(text: string): number {
  const count = Number(text);
  if (text.trim() === "" || !Number.isInteger(count) || count < 0)
    throw new InvalidArgumentError("A whole number is needed.");
  return count;
}

export function addRecompute(cli: Command): void {
  cli
    .command("recompute")
    .description("add up every wallet's P&L again from archive and database, and compare it with the ledger")
    .option("--show <number>", "differences to name, the largest first", parseLimit, 20)
    .addHelpText(
      "after",
      "\nExit code 0: the ledger agrees to the micro. 1: it does not. Nothing is changed." +
        "\nWith POPULATION_URL it is computed on that ClickHouse." +
        "\nNeeds about 60 bytes of disk a fill beside the archive, and 3 GB of memory for a hundred million fills.",
    )
    .action((flags: { readonly show: number }) => runProgram((program) => runRecompute(program, flags.show)));
}

const STAGES: Readonly<Record<RecomputeStage, string>> = {
  wallet: "reading wallets",
  token: "reading tokens",
  market: "reading markets",
  unit: "reading the ledger",
  leg: "reading splits, merges, redemptions and transfers",
  fill: "reading fills that are not in the archive",
  sums: "adding up",
  comparison: "comparing",
};

/** How far it is, by stages: none of them knows how long it will take. */
function stageText(stage: RecomputeStage): string {
  const stages = Object.keys(STAGES);
  const done = stages.indexOf(stage);
  return `${showShare(done / stages.length)}  ${done + 1} of ${stages.length}  ${STAGES[stage]}`;
}

type EngineNames = "POPULATION_URL" | "POPULATION_ARCHIVE" | "DATA_DIR";

/** DuckDB in this process, or the ClickHouse that is configured. */
function engineOf({ POPULATION_URL, POPULATION_ARCHIVE, DATA_DIR }: Pick<Environment, EngineNames>): PopulationEngine {
  const url = POPULATION_URL?.reveal();
  if (url === undefined) return createPopulationEngine({ folder: archiveFolder(DATA_DIR) });
  return createClickhousePopulationEngine({
    open: async () => openClickhouseServer(url),
    archive: (paths) => archiveExpression(POPULATION_ARCHIVE?.reveal() ?? null, paths),
  });
}

async function runRecompute(program: Program, limit: number): Promise<number> {
  const { environment, clock, terminal } = program;
  const line = createProgressLine(terminal, clock);
  const engine = engineOf(environment);
  return withDatabase(
    program,
    async (database) => {
      const source = createPopulationSource(database);
      const done = await recompute({ source, engine }, limit, (stage) => line.show(stageText(stage))).finally(line.end);
      terminal.writeLine(recomputationText(done));
      return done.comparison.differing === 0 ? EXIT.done : EXIT.failed;
    },
    { looks: true },
  );
}

const usd = (micros: bigint): string => formatDecimal(micros, 6);

export function recomputationText({ files, totals, comparison }: Recomputation): string {
  const { compared, comparedTogether, incomplete, leftAtCost, waiting, differing, differences } = comparison;
  const counted =
    `${showCount(totals.entries)} fills and other changes of ${showCount(totals.wallets)} wallets in ` +
    `${showCount(totals.units)} units, ${files} archive files among them: the ${showCount(totals.settledUnits)} units that ` +
    `are resolved or sold out made ${usd(totals.pnl)} USD.`;
  const rows = [
    ["compared one by one", compared],
    ["complete, compared as a sum because costs moved among them", comparedTogether],
    ["shares only: some left at their cost", leftAtCost],
    ["incomplete, not compared", incomplete],
    ["the ledger is not done with them, not compared", waiting],
  ] as const;
  const units = renderTable(
    [{ title: "units" }, { title: "", align: "right" }],
    rows.map(([title, count]) => [title, showCount(count)]),
  );
  const verdict = differing === 0 ? "The ledger agrees." : `${showCount(differing)} figures differ:`;
  return [counted, units, verdict, ...(differences.length === 0 ? [] : [differenceTable(differences)])].join("\n\n");
}

const amount = (micros: bigint | null): string => (micros === null ? "missing" : usd(micros));

const differenceTable = (differences: readonly PopulationDifference[]): string =>
  renderTable(
    [
      { title: "wallet" },
      { title: "market" },
      { title: "figure" },
      { title: "ledger", align: "right" },
      { title: "recomputed", align: "right" },
    ],
    differences.map(({ wallet, market, figure, ledger, recomputed }) => [
      ...[wallet, market ?? "of the owner's wallets together", figure],
      ...[amount(ledger), amount(recomputed)],
    ]),
  );

import type { Command } from "commander";
import { type StatusReport, withDesk } from "../desk.ts";
import { sightLine } from "../desk-tables.ts";
import { liveLines } from "../live-tables.ts";
import { pnlLine, positionTable, readTable, signalTable, tierTable, walletTable } from "../overview-tables.ts";
import { runProgram } from "../program.ts";
import { reconciliationLines } from "../reconciliation-text.ts";
import { contractLines, coverageLine, sourceTables } from "../source-tables.ts";
import { jsonText } from "../table.ts";

export function addStatus(cli: Command): void {
  cli
    .command("status")
    .description("show what has been read, scores, signals and positions, and whether the executor runs")
    .option("--json", "as JSON")
    .action(({ json }: { json?: true }) =>
      runProgram((program) =>
        withDesk(program, async (desk) => {
          const report = await desk.status();
          program.terminal.writeLine(json === true ? jsonText(report) : statusText(report, program.terminal.columns()));
        }),
      ),
    );
}

function statusText(report: StatusReport, width: number): string {
  const { executor, overview, coverage, endpoints, hintLeads, contracts, wallets, positions, reconciliations, live } =
    report;
  return [
    sightLine(executor),
    ...liveLines(live),
    readTable(overview),
    coverageLine(coverage),
    ...contractLines(contracts),
    ...sourceTables(endpoints, hintLeads, width),
    tierTable(overview),
    walletTable(wallets, width),
    signalTable(overview.signals),
    positionTable(positions, width),
    pnlLine(overview),
    ...reconciliationLines(reconciliations),
  ].join("\n\n");
}

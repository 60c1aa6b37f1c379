import type { Command } from "commander";
import { readCoverageSummary, readEndpoints, readHintLeads } from "../../adapters/postgres/endpoint-store.ts";
import { readOverview, readPositions, readScoredWallets } from "../../adapters/postgres/overview.ts";
import { pnlLine, positionTable, readTable, signalTable, tierTable, walletTable } from "../overview-tables.ts";
import { runProgram, withDatabase } from "../program.ts";
import { coverageLine, sourceTables } from "../source-tables.ts";

export function addStatus(cli: Command): void {
  cli
    .command("status")
    .description("show what has been read, scores, signals and positions")
    .addHelpText(
      "after",
      "\nThe embedded database belongs to one process at a time: stop `orderflow up` first, or use DATABASE_URL.",
    )
    .action(() =>
      runProgram((program) =>
        withDatabase(program, async (database) => {
          const overview = await readOverview(database);
          const sections = [
            readTable(overview),
            coverageLine(await readCoverageSummary(database)),
            ...sourceTables(await readEndpoints(database), await readHintLeads(database)),
            tierTable(overview),
            walletTable(await readScoredWallets(database, 10)),
            signalTable(overview.signals),
            positionTable(await readPositions(database, 20)),
            pnlLine(overview),
          ];
          program.terminal.writeLine(sections.join("\n\n"));
        }),
      ),
    );
}

import type { Command } from "commander";
import { renewGrants } from "../../adapters/postgres/roles.ts";
import { installQueue } from "../../adapters/postgres/sweep-queue.ts";
import { runProgram, withDatabase } from "../program.ts";

export function addMigrate(cli: Command): void {
  cli
    .command("migrate")
    .description("bring the database to this version's tables and stop")
    .action(() =>
      runProgram((program) =>
        withDatabase(program, async (database) => {
          const url = program.environment.DATABASE_URL?.reveal();
          if (url !== undefined) await installQueue(database, url);
          const roles = await renewGrants(database);
          program.terminal.writeLine(`The database (${database.engine}) has this version's tables.`);
          if (roles.length > 0)
            program.terminal.writeLine(`These roles have their rights: ${roles.toSorted().join(", ")}.`);
        }),
      ),
    );
}

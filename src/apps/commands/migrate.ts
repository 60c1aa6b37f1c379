import type { Command } from "commander";
import { runProgram, withDatabase } from "../program.ts";

export function addMigrate(cli: Command): void {
  cli
    .command("migrate")
    .description("bring the database to this version's tables and stop")
    .action(() =>
      runProgram((program) =>
        withDatabase(program, (database) => {
          program.terminal.writeLine(`The database (${database.engine}) has this version's tables.`);
          return Promise.resolve();
        }),
      ),
    );
}

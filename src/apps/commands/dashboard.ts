import type { Command } from "commander";
import { openDatabase } from "../../adapters/postgres/connect.ts";
import { createSchemaGuard } from "../../adapters/postgres/schema-guard.ts";
import { observe, withMetrics } from "../observe.ts";
import { runProgram, withDatabase } from "../program.ts";
import { runServices } from "../run-services.ts";

export function addDashboard(cli: Command): void {
  cli
    .command("dashboard")
    .description("show everything in a browser (needs DATABASE_URL; `orderflow up` has it too)")
    .action(() =>
      runProgram(
        (program) =>
          withDatabase(
            program,
            async (database) => {
              const { signal, logger, clock } = program;
              const replica = program.environment.READ_DATABASE_URL?.reveal();
              // Hints come through the server that is written to: a replica has none.
              const readDatabase = replica === undefined ? database : await openDatabase({ url: replica });
              const parts = await withMetrics({ ...program, database, readDatabase, machineTimeFactor: 1 });
              const { openDashboard } = await import("../dashboard.ts");
              const dashboard = await openDashboard(parts, null);
              const observed = await observe(parts, [dashboard.service]);
              logger.info("dashboard", { url: dashboard.url });
              try {
                await runServices([dashboard.service, ...observed.services, createSchemaGuard(parts)], {
                  signal,
                  logger,
                  clock,
                });
              } finally {
                await dashboard.close();
                if (readDatabase !== database) await readDatabase.close();
                await observed.close();
              }
              logger.info("stopped");
            },
            { serverFor: "dashboard" },
          ),
        { log: "output" },
      ),
    );
}

import type { Command } from "commander";
import { findStrategyFile } from "../../adapters/config/strategy-file.ts";
import { runAllInOne } from "../all-in-one.ts";
import { loadTradingEnvironment } from "../check-configuration.ts";
import { runProgram, withDatabase } from "../program.ts";

export function addUp(cli: Command): void {
  cli
    .command("up")
    .description("run all services in one process, trading on paper unless live trading is armed")
    .action(() =>
      runProgram(
        (program) =>
          withDatabase(program, (database) =>
            runAllInOne(
              {
                ...{ ...program, database, machineTimeFactor: 1 },
                strategyFile: findStrategyFile(program.environment.STRATEGY_FILE),
              },
              program.environment.DATABASE_URL === null ? program.environment.DATA_DIR : null,
              program.signal,
            ),
          ),
        { load: loadTradingEnvironment, log: "output" },
      ),
    );
}

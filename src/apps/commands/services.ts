import type { Command } from "commander";
import { findStrategyFile } from "../../adapters/config/strategy-file.ts";
import { createSchemaGuard } from "../../adapters/postgres/schema-guard.ts";
import { keepYoungGenerationSmall } from "../../adapters/system/v8-flags.ts";
import type { Service } from "../../ports/service.ts";
import { createAlerts, recordDeath } from "../alerts.ts";
import { loadTradingEnvironment } from "../check-configuration.ts";
import { observe, withMetrics } from "../observe.ts";
import { type ProgramSetup, runProgram, withDatabase } from "../program.ts";
import { runServices } from "../run-services.ts";
import type { ServiceParts } from "../service-parts.ts";

type Create = (parts: ServiceParts, signal: AbortSignal) => Promise<readonly Service[]>;

// Each loads what is its own: they run for months, and every one alone.
async function createListening(parts: ServiceParts, signal: AbortSignal): Promise<readonly Service[]> {
  const [{ createListener }, { createRetention }] = await Promise.all([
    import("../listener.ts"),
    import("../archive.ts"),
  ]);
  return [await createListener(parts, signal), createRetention(parts)];
}

const services: readonly (readonly [name: string, description: string, create: Create, setup?: ProgramSetup])[] = [
  ["listener", "read fills, markets and resolutions from the chain", createListening],
  ["reputation", "keep ledgers and score wallets", createScoring],
  [
    "executor",
    "turn fills of scored wallets into signals and positions",
    createTrading,
    { load: loadTradingEnvironment },
  ],
];

/** Alone it works through steps of thousands of rows, an hour apart. */
async function createScoring(parts: ServiceParts): Promise<readonly Service[]> {
  keepYoungGenerationSmall();
  const { createReputation } = await import("../reputation.ts");
  return [createReputation(parts)];
}

/** Whoever trades redeems what is owed for it, and tells people. */
async function createTrading(parts: ServiceParts, signal: AbortSignal): Promise<readonly Service[]> {
  keepYoungGenerationSmall();
  const { createExecutor } = await import("../executor.ts");
  // Nothing is redeemed on paper, and what signs transactions is 25 MB.
  const settlement = parts.environment.ENABLE_PAPER_TRADING ? null : await import("../settlement.ts");
  const beside = [settlement?.createSettlement(parts) ?? null, createAlerts(parts)].filter((each) => each !== null);
  const strategyFile = findStrategyFile(parts.environment.STRATEGY_FILE);
  return [await createExecutor({ ...parts, strategyFile }, signal), ...beside];
}

/** Each service in a process of its own, on a server that they share. */
export function addServices(cli: Command): void {
  for (const [name, description, create, setup] of services) {
    cli
      .command(name)
      .description(`${description} (needs DATABASE_URL)`)
      .action(() =>
        runProgram(
          (program) =>
            withDatabase(
              program,
              async (database) => {
                const { signal, logger, clock } = program;
                const parts = await withMetrics({ ...program, database, machineTimeFactor: 1 });
                const own = await create(parts, signal);
                const observed = await observe(parts, own);
                try {
                  const options = { signal, logger, clock, onDeath: recordDeath(parts) };
                  await runServices([...own, ...observed.services, createSchemaGuard(parts)], options);
                } finally {
                  await observed.close();
                }
                logger.info("stopped");
              },
              { serverFor: name },
            ),
          { ...setup, log: "output" },
        ),
      );
  }
}

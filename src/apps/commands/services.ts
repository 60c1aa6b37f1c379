import type { Command } from "commander";
import type { Service } from "../../ports/service.ts";
import { createAlerts, recordDeath } from "../alerts.ts";
import { createExecutor } from "../executor.ts";
import { createListener } from "../listener.ts";
import { runProgram, withDatabase } from "../program.ts";
import { createReputation } from "../reputation.ts";
import { runServices } from "../run-services.ts";
import type { ServiceParts } from "../service-parts.ts";

type Create = (parts: ServiceParts, signal: AbortSignal) => Service | Promise<Service> | readonly Service[];

const services: readonly (readonly [name: string, description: string, create: Create])[] = [
  ["listener", "read fills, markets and resolutions from the chain", createListener],
  ["reputation", "keep ledgers and score wallets", createReputation],
  ["executor", "turn fills of scored wallets into signals and paper positions", createTrading],
];

/** Whoever trades tells people of it. */
function createTrading(parts: ServiceParts): readonly Service[] {
  const alerts = createAlerts(parts);
  return [createExecutor(parts), ...(alerts === null ? [] : [alerts])];
}

/** Each service in a process of its own, on a server that they share. */
export function addServices(cli: Command): void {
  for (const [name, description, create] of services) {
    cli
      .command(name)
      .description(`${description} (needs DATABASE_URL)`)
      .action(() =>
        runProgram((program) =>
          withDatabase(
            program,
            async (database) => {
              const { signal, logger, clock } = program;
              const parts = { ...program, database, machineTimeFactor: 1 };
              const created = await create(parts, signal);
              const running = Array.isArray(created) ? created : [created];
              await runServices(running, { signal, logger, clock, onDeath: recordDeath(parts) });
              logger.info("stopped");
            },
            { serverFor: name },
          ),
        ),
      );
  }
}

import { createSchemaGuard } from "../adapters/postgres/schema-guard.ts";
import { createSystemClock } from "../adapters/system/clock.ts";
import { createAlerts, recordDeath } from "./alerts.ts";
import { createRetention } from "./archive.ts";
import { createBootstrap } from "./bootstrap.ts";
import { createDesk, shareDesk } from "./desk.ts";
import { createExecutor } from "./executor.ts";
import { createListener } from "./listener.ts";
import { observe, withMetrics } from "./observe.ts";
import { createReputation } from "./reputation.ts";
import { runServices } from "./run-services.ts";
import type { ServiceParts } from "./service-parts.ts";
import { createSettlement } from "./settlement.ts";

/**
 * All services on one database in one process, until `signal` aborts.
 * @param folder of the embedded database, which commands reach through this process; null on a server
 */
export async function runAllInOne(given: ServiceParts, folder: string | null, signal: AbortSignal): Promise<void> {
  const parts = await withMetrics(given);
  const { environment, database, logger } = parts;
  logger.info("starting", { database: database.engine, capitalUsd: environment.CAPITAL_USD });
  // First: a faulty strategy file is told of before an endpoint is asked for.
  const executor = await createExecutor(parts, signal);
  const reputation = createReputation(parts);
  const services = [await createListener(parts, signal), createRetention(parts), reputation, executor];
  const settlement = createSettlement(parts);
  if (settlement !== null) services.push(settlement);
  const alerts = createAlerts(parts);
  if (alerts !== null) services.push(alerts);
  if (environment.BOOTSTRAP) services.push(createBootstrap(parts, reputation));
  const { openDashboard } = await import("./dashboard.ts");
  const dashboard = await openDashboard(parts, services);
  logger.info("dashboard", { url: dashboard.url });
  const observed = await observe(parts, services);
  const unshare = folder === null ? null : await shareDesk(folder, createDesk(database, parts.clock), logger);
  try {
    // Nobody else reaches the tables of the embedded database.
    const guard = folder === null ? [createSchemaGuard(parts)] : [];
    await runServices([...services, dashboard.service, ...observed.services, ...guard], {
      signal,
      logger,
      clock: createSystemClock(),
      onDeath: recordDeath(parts),
    });
  } finally {
    await unshare?.();
    await dashboard.close();
    await observed.close();
  }
  logger.info("stopped");
}

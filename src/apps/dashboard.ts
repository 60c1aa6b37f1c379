import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { effectiveVariables } from "../adapters/config/effective.ts";
import type { Environment } from "../adapters/config/environment.ts";
import { createAccess } from "../adapters/http/access.ts";
import { startDashboard } from "../adapters/http/dashboard-server.ts";
import { encodeLive } from "../adapters/http/schemas/live.ts";
import { createReadSide } from "../adapters/postgres/read-side/read-side.ts";
import { createSystemClock } from "../adapters/system/clock.ts";
import { formatUsd, type UsdMicros } from "../core/money/amounts.ts";
import { SECOND_MS } from "../core/time/time.ts";
import type { Service } from "../ports/service.ts";
import { createLiveFeed } from "../services/dashboard/live-feed.ts";
import { control } from "./commands/control.ts";
import { createDesk } from "./desk.ts";
import { engineConfig } from "./engine-config.ts";
import type { ServiceParts } from "./service-parts.ts";
import { version } from "./version.ts";

const PAGES = fileURLToPath(new URL("../../web/dist", import.meta.url));

export type Dashboard = {
  readonly url: string;
  /** Feeds the streams; to be run beside the others. */
  readonly service: Service;
  close(): Promise<void>;
};

/**
 * Listens at once, so that a taken port is told of before anything runs.
 * @param services of this process; null where the dashboard is alone
 * @throws ConfigError when the address cannot be used
 */
export async function openDashboard(parts: ServiceParts, services: readonly Service[] | null): Promise<Dashboard> {
  const { environment, database, clock, logger, machineTimeFactor, simulated = false } = parts;
  const { DASHBOARD_HOST: host, DASHBOARD_PORT: port } = environment;
  const reads = createReadSide(parts.readDatabase ?? database);
  const wall = createSystemClock();
  const feedLogger = logger.with({ service: "dashboard" });
  const feed = createLiveFeed({
    ...{ reads, clock, wall, wake: database.wake, logger: feedLogger },
    ...{ name: randomUUID().slice(0, 8), encode: encodeLive },
  });
  const desk = createDesk(database, clock);
  const access = await createAccess({
    password: environment.DASHBOARD_PASSWORD?.reveal() ?? null,
    isPublic: environment.DASHBOARD_PUBLIC,
    wall,
  });
  const server = await startDashboard({
    ...{ reads, feed, access, clock, wall, services, host, port, pages: PAGES, logger: feedLogger },
    command: (command, by) => control(desk, command, by, wall),
    timeFactor: machineTimeFactor,
    scoresEveryMs: environment.CALCULATION_INTERVAL_SECONDS * SECOND_MS,
    label: { simulated, version, database: database.engine },
    settings: settingsOf(parts),
    memory: () => {
      const { rss, heapUsed } = process.memoryUsage();
      return { rss_bytes: rss, heap_bytes: heapUsed };
    },
    health: [...(services ?? []), feed],
  });
  const shownHost = host.includes(":") ? `[${host}]` : host;
  parts.metrics?.watchStreams(feed.counts);
  return { url: `http://${shownHost}:${server.port}`, service: feed, close: () => server.close() };
}

function settingsOf({ environment, machineTimeFactor, strategyFile = null }: ServiceParts) {
  return {
    groups: effectiveVariables(environment).map(({ group, variables }) => ({
      group,
      variables: variables.map(({ isDefault, isSecret, ...rest }) => ({
        ...rest,
        is_default: isDefault,
        is_secret: isSecret,
      })),
    })),
    limits: limitsOf(environment, machineTimeFactor),
    strategy_file: strategyFile,
  };
}

/** Limits as they are in force, dollars and shares of capital as text. */
function limitsOf(environment: Environment, machineTimeFactor: number) {
  const { limits } = engineConfig(environment, machineTimeFactor);
  return Object.entries(limits).map(([name, value]) => ({
    name,
    value: name.endsWith("Usd") ? formatUsd(value as UsdMicros) : String(value),
  }));
}

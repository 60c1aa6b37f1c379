import { createPing } from "../adapters/healthcheck/ping.ts";
import { gather } from "../adapters/metrics/gather.ts";
import { createReadSide } from "../adapters/postgres/read-side/read-side.ts";
import { createSystemClock } from "../adapters/system/clock.ts";
import type { Service } from "../ports/service.ts";
import { createPulseService } from "../services/pulse/pulse-service.ts";
import type { ServiceParts } from "./service-parts.ts";

/** `parts` with metrics, where somebody is to read them. */
export async function withMetrics(parts: ServiceParts): Promise<ServiceParts> {
  if (parts.environment.METRICS_PORT === null) return parts;
  const { createMetrics } = await import("../adapters/metrics/metrics.ts");
  return { ...parts, metrics: createMetrics() };
}

export type Observed = {
  /** To be run beside those that are watched. */
  readonly services: readonly Service[];
  close(): Promise<void>;
};

/**
 * Lets others watch the services of this process: METRICS_PORT and HEALTHCHECK_PING_URL.
 * @throws ConfigError when the port cannot be used
 */
export async function observe(parts: ServiceParts, services: readonly Service[]): Promise<Observed> {
  const { environment, database, logger, metrics } = parts;
  const { HEALTHCHECK_PING_URL: pingUrl, METRICS_PORT: port, METRICS_HOST: host } = environment;
  const wall = createSystemClock();
  const pulse =
    pingUrl === null
      ? []
      : [createPulseService({ ping: createPing(pingUrl), services, wall, logger: logger.with({ service: "pulse" }) })];
  if (metrics === undefined || port === null) return { services: pulse, close: async () => {} };
  const { startMetricsServer } = await import("../adapters/http/metrics-server.ts");
  const reads = createReadSide(database);
  const server = await startMetricsServer({
    ...{ host, port, services },
    metrics: () => gather(metrics, { services, queues: () => reads.queues() }),
  });
  logger.info("metrics", { url: `http://${host}:${server.port}/metrics` });
  return { services: pulse, close: () => server.close() };
}

import { Hono } from "hono";
import type { Service } from "../../ports/service.ts";
import { addHealth } from "./health-app.ts";
import { type HttpServer, startServer } from "./serve.ts";

export type MetricsServerOptions = {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly services: readonly Service[];
  /** In Prometheus' text format. */
  readonly metrics: () => Promise<string>;
};

/**
 * What a supervisor and Prometheus ask a process.
 * @throws ConfigError when the address cannot be used
 */
export function startMetricsServer({ host, port, services, metrics }: MetricsServerOptions): Promise<HttpServer> {
  const app = new Hono();
  addHealth(app, services);
  app.get("/metrics", async (context) => {
    context.header("content-type", "text/plain; version=0.0.4; charset=utf-8");
    return context.body(await metrics());
  });
  const names = { host: "METRICS_HOST", port: "METRICS_PORT" };
  return startServer({ fetch: app.fetch, host, port, names });
}

import type { Service } from "../../ports/service.ts";
import { type ApiDeps, createApi } from "./api-app.ts";
import { addHealth } from "./health-app.ts";
import { type HttpServer, isLoopback, startServer } from "./serve.ts";
import { addStaticFiles } from "./static-files.ts";

export type DashboardOptions = Omit<ApiDeps, "isLoopback"> & {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Of the built pages. */
  readonly pages: string;
  /** For `/healthz`. */
  readonly health: readonly Service[];
};

/**
 * Pages, API and stream on one port.
 * @throws ConfigError when the address cannot be used
 */
export async function startDashboard(options: DashboardOptions): Promise<HttpServer> {
  const { host, port, pages, health } = options;
  const { app, streams } = createApi({ ...options, isLoopback: isLoopback(host) });
  addHealth(app, health);
  addStaticFiles(app, pages);
  const names = { host: "DASHBOARD_HOST", port: "DASHBOARD_PORT" };
  const server = await startServer({ fetch: app.fetch, host, port, names });
  return {
    port: server.port,
    async close() {
      streams.endAll();
      await server.close();
    },
  };
}

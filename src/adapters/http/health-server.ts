import { type ServerType, serve } from "@hono/node-server";
import { Hono } from "hono";
import { ConfigError } from "../../core/errors.ts";
import type { Service } from "../../ports/service.ts";

export type HealthServer = { readonly port: number; close(): Promise<void> };

export type HealthServerOptions = {
  /** 0 takes any free port. */
  readonly port: number;
  readonly services: readonly Service[];
};

/** 200 as long as the process runs; `ready` says whether each service has what it waits for. */
export function createHealthApp(services: readonly Service[]): Hono {
  const app = new Hono();
  app.get("/healthz", (context) =>
    context.json({ services: services.map((service) => ({ name: service.name, ...service.health() })) }),
  );
  return app;
}

const close = (server: ServerType): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    if ("closeAllConnections" in server) server.closeAllConnections();
  });

/**
 * Listens on 127.0.0.1 only.
 * @throws ConfigError when the port is taken
 */
export function startHealthServer({ port, services }: HealthServerOptions): Promise<HealthServer> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: createHealthApp(services).fetch, hostname: "127.0.0.1", port }, (address) => {
      resolve({ port: address.port, close: () => close(server) });
    });
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const why = taken ? "is taken by another program" : `cannot be used (${error.code ?? error.message})`;
      reject(new ConfigError([`port ${port} ${why}; set DASHBOARD_PORT to another one, or to 0 for any free port`]));
    });
  });
}

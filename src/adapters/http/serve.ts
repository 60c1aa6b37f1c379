import { type ServerType, serve } from "@hono/node-server";
import { ConfigError } from "../../core/errors.ts";

export type HttpServer = { readonly port: number; close(): Promise<void> };

export type ServeOptions = {
  readonly fetch: Parameters<typeof serve>[0]["fetch"];
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Names of the environment to change when the address cannot be used. */
  readonly names: { readonly host: string; readonly port: string };
};

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);
export const isLoopback = (host: string): boolean => LOOPBACK.has(host);

/** @throws ConfigError when the address cannot be used */
export function startServer({ fetch, host, port, names }: ServeOptions): Promise<HttpServer> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, hostname: host, port }, (address) => {
      resolve({ port: address.port, close: () => close(server) });
    });
    server.once("error", (error: NodeJS.ErrnoException) => {
      const problem =
        error.code === "EADDRINUSE"
          ? `port ${port} is taken by another program; set ${names.port} to another one, or to 0 for any free port`
          : `${host} port ${port} cannot be used (${error.code ?? error.message}); see ${names.host} and ${names.port}`;
      reject(new ConfigError([problem]));
    });
  });
}

const close = (server: ServerType): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    if ("closeAllConnections" in server) server.closeAllConnections();
  });

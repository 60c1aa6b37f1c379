import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { Chain } from "../../src/adapters/simnet/chain/chain.ts";
import type { Faults } from "../../src/adapters/simnet/faults/faults.ts";
import { faultyFeed } from "../../src/adapters/simnet/faults/faulty-feed.ts";
import { createFaultyNode } from "../../src/adapters/simnet/faults/faulty-node.ts";
import { createRpcMethods, DEFAULT_LIMITS } from "../../src/adapters/simnet/server/rpc-methods.ts";
import { serveSocket } from "../../src/adapters/simnet/server/subscriptions.ts";

export type SoakEndpoint = {
  readonly url: string;
  readonly wsUrl: string;
  /** From now on nobody answers, and open connections end. */
  die(): void;
  revive(): void;
};

export type SoakEndpointOptions = {
  readonly name: string;
  readonly chain: Chain;
  readonly faults: Faults;
  readonly lies: "never" | "once";
};

const HOST = "127.0.0.1";

/** A node on sockets of this machine, with the faults of the simulated ones. Lives as long as its process. */
export async function startEndpoint({ name, chain, faults, lies }: SoakEndpointOptions): Promise<SoakEndpoint> {
  const methods = createRpcMethods(chain, DEFAULT_LIMITS);
  let isDead = false;
  let connections = 0;
  const { batchMax } = DEFAULT_LIMITS;
  const node = createFaultyNode({ name, backends: [methods], batchMax, faults, lies, isDead: () => isDead });

  const server = createServer((request, response) => void answer(request, response));
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    if (isDead) {
      socket.destroy();
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      connections += 1;
      const later = (ms: number, run: () => void): void => void setTimeout(run, ms).unref();
      serveSocket(faultyFeed(client, { name: `${name}/${connections}`, faults, later }), chain, methods, batchMax);
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString();
    const told = node.answer(body);
    if (told.kind === "silent") return;
    setTimeout(() => {
      if (told.kind === "broken") request.socket.destroy();
      else {
        const again = told.retryAfter === null ? {} : { "retry-after": String(told.retryAfter) };
        response.writeHead(told.status, { "content-type": "application/json", ...again }).end(told.body);
      }
    }, told.afterMs).unref();
  }

  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${port}`,
    wsUrl: `ws://${HOST}:${port}`,
    die() {
      isDead = true;
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
    },
    revive() {
      isDead = false;
    },
  };
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { RejectedError } from "../../../core/errors.ts";
import { orderKey } from "../chain/block-logs.ts";
import type { Chain } from "../chain/chain.ts";
import type { FeedSocket } from "../faults/faulty-feed.ts";
import type { OrderFaults } from "../faults/order-faults.ts";
import type { RelayerFaults, TransactionFaults } from "../faults/settlement-faults.ts";
import type { Seed } from "../random/prng.ts";
import type { Positions } from "../venue/positions.ts";
import type { Venue } from "../venue/venue.ts";
import { createWalletCalls } from "../venue/wallet-calls.ts";
import type { World } from "../world/world.ts";
import { createAccountRoutes } from "./clob-account-routes.ts";
import { type ClobRequest, createClobAuth } from "./clob-auth.ts";
import { createClobRoutes } from "./clob-routes.ts";
import type { DataFlaws } from "./data-api-flaws.ts";
import { createDataApiRoutes } from "./data-api-routes.ts";
import { createGammaRoutes } from "./gamma-routes.ts";
import { answerMessage, unknownMethod } from "./json-rpc.ts";
import { serveMarketChannel } from "./market-channel.ts";
import { createMarketIndex } from "./market-index.ts";
import type { TickSizes } from "./order-book.ts";
import { createRelayerRoutes } from "./relayer-routes.ts";
import { fail, ok, type Reply, SIMULATED_HEADER, type Silence, send } from "./reply.ts";
import { createRpcAccounts } from "./rpc-accounts.ts";
import { createRpcMethods, type RpcLimits } from "./rpc-methods.ts";
import { createRpcTransactions } from "./rpc-transactions.ts";
import { serveRtds } from "./rtds.ts";
import { serveSocket } from "./subscriptions.ts";
import { serveUserChannel, type UserChannelFaults } from "./user-channel.ts";

export type ServeOptions = {
  readonly seed: Seed;
  readonly world: World;
  readonly venue: Venue;
  readonly faults: OrderFaults;
  readonly userChannel: UserChannelFaults;
  readonly chain: Chain;
  readonly limits: RpcLimits;
  readonly dataFlaws: DataFlaws;
  /** 0: any free port. */
  readonly port: number;
  readonly now: () => number;
  readonly status: () => unknown;
  readonly ticks: TickSizes;
  readonly marketChannel: MarketChannelOptions;
  readonly geoblock: Geoblock;
  readonly transactionFaults: TransactionFaults;
  readonly relayerFaults: RelayerFaults;
  readonly positions: Positions;
};

/** `GET /api/geoblock` of the venue's site (API sheet, section 2.13). */
export type Geoblock = { readonly blocked: boolean; readonly country: string; readonly region: string };

export type MarketChannelOptions = {
  readonly framesAsArrays?: boolean;
  /** Stands between the channel and a subscriber: what is sent may be lost, late, or never. */
  readonly wrap?: (socket: FeedSocket) => FeedSocket;
};

export type Served = { readonly port: number; close(): Promise<void> };

const HOST = "127.0.0.1";
const BODY_BYTES_MAX = 4 * 1024 * 1024;

/** Everything on one loopback port: /rpc (HTTP and WebSocket), /rtds, /ws/market and /ws/user (WebSocket), /gamma, /clob, /data, /relayer, /geoblock, /simnet. */
export async function serve(options: ServeOptions): Promise<Served> {
  const { world, venue, chain, limits, dataFlaws, port, now, status, ticks, marketChannel, positions } = options;
  const index = createMarketIndex(world);
  const calls = createWalletCalls(world, chain, positions, venue.settleTime);
  const methods = new Map([
    ...createRpcMethods(chain, limits),
    ...createRpcAccounts({ world, venue, index, calls, positions }),
    ...createRpcTransactions({ chain, venue, calls, faults: options.transactionFaults }),
  ]);
  const relayer = createRelayerRoutes({ chain, venue, calls, faults: options.relayerFaults, now });
  const gamma = createGammaRoutes(world, index, now);
  const clob = createClobRoutes(world, index, ticks, now);
  const auth = createClobAuth(options.seed, now);
  const accounts = { world, venue, index, ticks, auth, orderKey: orderKey(options.seed) };
  const account = createAccountRoutes({ ...accounts, faults: options.faults });
  const data = createDataApiRoutes(world, chain, dataFlaws, now);

  const { framesAsArrays = false, wrap = (client) => client } = marketChannel;
  const channels: readonly (readonly [path: string, serveClient: (client: WebSocket) => void])[] = [
    ["/rtds", (client) => serveRtds(client, chain, world, now)],
    ["/rpc", (client) => serveSocket(client, chain, methods, limits.batchMax)],
    ["/ws/user", (client) => serveUserChannel(client, { ...accounts, faults: options.userChannel, now })],
    ["/ws/market", (client) => serveMarketChannel(wrap(client), { world, chain, index, ticks, now, framesAsArrays })],
  ];

  const dispatch = (method: string, params: readonly unknown[]): unknown => {
    const call = methods.get(method);
    if (call === undefined) throw unknownMethod(method);
    return call(params);
  };

  async function routeClob(request: IncomingMessage, path: string, query: URLSearchParams): Promise<Reply | Silence> {
    const read = await readRequest(request, path, query);
    const reply = await account(read);
    return reply ?? (read.method === "POST" ? clob.post(path, read.body) : clob.get(path, query));
  }

  async function route(request: IncomingMessage): Promise<Reply | Silence> {
    const { pathname, searchParams } = new URL(request.url ?? "/", `http://${HOST}`);
    const [, area = "", rest = "/"] = /^\/([a-z]+)(\/.*)?$/.exec(pathname) ?? [];
    if (area === "rpc" && request.method === "POST")
      return ok(answerMessage(await readBody(request), dispatch, limits.batchMax));
    if (area === "clob") return routeClob(request, rest, searchParams);
    if (area === "gamma") return gamma.get(rest, searchParams);
    if (area === "relayer") return relayer(await readRequest(request, rest, searchParams));
    if (area === "data") return data.get(rest, searchParams);
    if (pathname === "/geoblock") return ok(options.geoblock);
    if (pathname === "/simnet/status") return ok(status());
    if (pathname === "/simnet/wallets") {
      const simulated = world.wallets.filter(({ kind }) => kind !== "customer");
      return ok(simulated.map(({ address, kind, skill, accuracy }) => ({ address, kind, skill, accuracy })));
    }
    return fail(404, "not found");
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      send(response, await route(request));
    } catch (error) {
      send(response, error instanceof RejectedError ? fail(413, "request body too large") : fail(500, String(error)));
    }
  }

  const server = createServer((request, response) => void handle(request, response));
  const sockets = new WebSocketServer({ noServer: true, maxPayload: BODY_BYTES_MAX });
  sockets.on("headers", (headers) => headers.push(`${SIMULATED_HEADER}: true`));
  server.on("upgrade", (request, socket, head) => {
    const [, serveClient] = channels.find(([path]) => request.url?.startsWith(path)) ?? [];
    if (serveClient === undefined) socket.destroy();
    else sockets.handleUpgrade(request, socket, head, serveClient);
  });
  await listening(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => {
      server.off("error", reject);
      resolve();
    });
  });

async function readRequest(request: IncomingMessage, path: string, query: URLSearchParams): Promise<ClobRequest> {
  const { method = "GET", headers } = request;
  return { method, path, query, headers, body: method === "GET" ? "" : await readBody(request) };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > BODY_BYTES_MAX) throw new RejectedError("BODY_TOO_LARGE", "a request body above the limit");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createHttpExchange, type HttpRequest } from "./http-exchange.ts";

// What the connections that are kept do. What answers mean is tested with the clients.
const signal = AbortSignal.timeout(30_000);
const get = { method: "GET", path: "/time?x=1", body: "", headers: {} } as const;
const post = { method: "POST", path: "/order", body: '{"é":1}', headers: { "user-agent": "orderflow/test" } } as const;

let server: Server;
let sockets: Socket[];
let heard: string[];
let exchange: (request: HttpRequest) => Promise<unknown>;
beforeEach(async () => {
  [sockets, heard] = [[], []];
  server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (piece: string) => {
      body += piece;
    });
    request.on("end", () => {
      heard.push(`${request.method} ${request.url} ${request.headers["content-length"]} ${body}`);
      const compressed = String(request.headers["accept-encoding"]).includes("gzip");
      response.writeHead(429, { "retry-after": "7" }).end(compressed ? gzipSync("late") : "late");
    });
  });
  server.on("connection", (socket: Socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const ask = createHttpExchange(`http://127.0.0.1:${port}/clob/`, 5_000);
  exchange = (request) => ask(request, signal);
});
afterEach(async () => {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
});

test("an answer comes as it is, over one connection, with the bytes counted", async () => {
  const answer = { status: 429, retryAfter: "7", body: "late" };
  expect(await exchange(get)).toEqual(answer);
  expect(await exchange(post)).toEqual(answer);
  expect(await exchange({ ...post, method: "DELETE" })).toEqual(answer);
  expect(heard).toEqual([
    "GET /clob/time?x=1 undefined ",
    'POST /clob/order 8 {"é":1}',
    'DELETE /clob/order 8 {"é":1}',
  ]);
  expect(sockets).toHaveLength(1);
});

/** The other end is gone before we can have noticed: it resets what comes next. */
const loseConnection = () => sockets[0]?.resetAndDestroy();

test("a kept connection that was closed meanwhile is replaced, but nothing is posted twice", async () => {
  await exchange(get);
  loseConnection();
  expect(await exchange(get)).toMatchObject({ status: 429 });
  expect(sockets).toHaveLength(2);
  sockets.shift();
  loseConnection();
  await expect(exchange(post)).rejects.toThrow("the venue cannot be reached");
  expect(heard).toEqual(["GET /clob/time?x=1 undefined ", "GET /clob/time?x=1 undefined "]);
  expect(await exchange(post)).toMatchObject({ status: 429 });
});

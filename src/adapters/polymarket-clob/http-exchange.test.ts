import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createHttpExchange, type HttpRequest } from "./http-exchange.ts";

// What the connections that are kept do. What answers mean is tested with the clients.
const signal = new AbortController().signal;
const get = { method: "GET", path: "/time?x=1", body: "", headers: {} } as const;
const post = { method: "POST", path: "/order", body: '{"é":1}', headers: { "user-agent": "orderflow/test" } } as const;

let server: Server;
let sockets: Socket[];
let heard: string[];
let status: number;
let said: Record<string, string>;
let exchange: (request: HttpRequest) => Promise<unknown>;
beforeEach(async () => {
  [sockets, heard] = [[], []];
  [status, said] = [429, { "retry-after": "7" }];
  server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (piece: string) => {
      body += piece;
    });
    request.on("end", () => {
      heard.push(`${request.method} ${request.url} ${request.headers["content-length"]} ${body}`);
      for (const [name, value] of Object.entries(said)) response.setHeader(name, value);
      const compressed = String(request.headers["accept-encoding"]).includes("gzip");
      response.writeHead(status).end(compressed ? gzipSync("late") : "late");
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
  const answer = { status: 429, retryAfterMs: 7_000, body: "late" };
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

const NOON = Date.UTC(2026, 8, 1, 12);
const date = new Date(NOON).toUTCString();
test.each<[string, number, Record<string, string>, number | null]>([
  ["seconds", 503, { "retry-after": "30" }, 30_000],
  ["a date", 429, { date, "retry-after": new Date(NOON + 5_000).toUTCString() }, 5_000],
  ["a date that is over", 429, { date, "retry-after": new Date(NOON - 5_000).toUTCString() }, 0],
  ["the end of the signer's wait", 429, { date, "poly-ratelimit-reset": String(NOON / 1_000 + 3) }, 3_000],
  ["both", 429, { date, "retry-after": "2", "poly-ratelimit-reset": String(NOON / 1_000 + 3) }, 2_000],
  ["the end of a wait that nobody has to wait", 200, { date, "poly-ratelimit-reset": String(NOON / 1_000 + 3) }, null],
  ["nothing", 429, {}, null],
  ["nothing that can be read", 429, { "retry-after": "soon" }, null],
])("how long to wait is said as %s", async (_what, code, headers, expected) => {
  [status, said] = [code, headers];
  expect(await exchange(get)).toMatchObject({ status: code, retryAfterMs: expected });
});

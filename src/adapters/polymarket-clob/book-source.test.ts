import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { aMarketId, px } from "../../../test/support/trading.ts";
import {
  AbortedError,
  PayloadError,
  RateLimitError,
  RejectedError,
  TimeoutError,
  TransientError,
} from "../../core/errors.ts";
import { parseTokenId } from "../../core/ids/ids.ts";
import { createClobBookSource } from "./book-source.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
let server: Server;
let respond: Handler;
const never = new AbortController().signal;
const tokenId = parseTokenId("7");
const book = {
  asset_id: "7",
  timestamp: "1",
  bids: [],
  asks: [{ price: "0.52", size: "10" }],
  min_order_size: "5",
  tick_size: "0.01",
};

beforeEach(async () => {
  server = createServer((request, response) => respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const source = (timeoutMs = 5_000) =>
  createClobBookSource({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    timeoutMs,
    userAgent: "orderflow-test",
  });
const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
  (_, response) => {
    response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
  };

it("asks for a token's book and a market's terms under our own name", async () => {
  const asked: string[] = [];
  respond = (request, response) => {
    asked.push(`${request.url} ${request.headers["user-agent"]}`);
    const body = request.url?.startsWith("/book") ? book : { mts: 0.01, mos: 5, ao: true };
    response.end(JSON.stringify(body));
  };
  expect((await source().fetchBook(tokenId, never))?.asks[0]?.price).toBe(px("0.52"));
  expect((await source().fetchTerms(aMarketId(1), never))?.acceptingOrders).toBe(true);
  expect(asked).toEqual(["/book?token_id=7 orderflow-test", `/clob-markets/${aMarketId(1)} orderflow-test`]);
});

it("has no book and no market where the venue knows none", async () => {
  respond = answer(404, { error: "No orderbook exists for the requested token id" });
  expect(await source().fetchBook(tokenId, never)).toBeNull();
  expect(await source().fetchTerms(aMarketId(1), never)).toBeNull();
});

it.each([
  [403, "<html>blocked</html>", RejectedError],
  [425, "", TransientError],
  [429, "", RateLimitError],
  [500, "", TransientError],
  [200, "<html>", PayloadError],
  [200, "{}", PayloadError],
])("sorts an answer of %i by what to do next", async (status, body, kind) => {
  respond = answer(status, body, { "retry-after": "2" });
  await expect(source().fetchBook(tokenId, never)).rejects.toBeInstanceOf(kind);
});

it("keeps the delay that the venue asks for", async () => {
  respond = answer(429, "", { "retry-after": "2" });
  await expect(source().fetchBook(tokenId, never)).rejects.toMatchObject({ retryAfterMs: 2_000 });
});

it("does not wait for ever, and not at all once told to stop", async () => {
  respond = () => {};
  await expect(source(20).fetchBook(tokenId, never)).rejects.toBeInstanceOf(TimeoutError);
  await expect(source().fetchBook(tokenId, AbortSignal.abort())).rejects.toBeInstanceOf(AbortedError);
});

it("says that the venue cannot be reached", async () => {
  const gone = createClobBookSource({ url: "http://127.0.0.1:9", timeoutMs: 1_000, userAgent: "orderflow-test" });
  await expect(gone.fetchBook(tokenId, never)).rejects.toBeInstanceOf(TransientError);
});

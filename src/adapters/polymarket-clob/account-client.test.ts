import { existsSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { type ServerType, serve } from "@hono/node-server";
import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { type SignedOrder, ZERO_32 } from "../../core/chain/exchange-order.ts";
import { laterStatus, type TradeStatus } from "../../core/execution/venue-answer.ts";
import { parseAddress, parseOrderHash, parseTokenId } from "../../core/ids/ids.ts";
import { epochMs } from "../../core/time/time.ts";
import type { VenueClient } from "../../ports/venue-client.ts";
import { createAccountClient } from "./account-client.ts";
import { l2Signature } from "./auth.ts";
import { orderBody } from "./order-body.ts";

const now = epochMs(1_790_000_000_000);
const credentials = { key: "11111111-2222-3333-4444-555555555555", secret: "c2VjcmV0", passphrase: "pp" };
const { signal } = new AbortController();
const wallet = parseAddress(`0x${"22".repeat(20)}`);
const hash = (digit: string): string => `0x${digit.repeat(64)}`;

let app = new Hono();
let server: ServerType;
let client: VenueClient;

beforeEach(async () => {
  app = new Hono();
  await new Promise<void>((listening) => {
    server = serve({ fetch: (request) => app.fetch(request), hostname: "127.0.0.1", port: 0 }, () => listening());
  });
  client = createAccountClient({
    ...{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, timeoutMs: 300, userAgent: "test" },
    ...{ owner: `0x${"aa".repeat(20)}`, credentials, signatureType: 3, clock: createManualClock(now) },
  });
});
afterEach(() => new Promise<void>((closed) => server.close(() => closed())));

const row = (id: string, changes: Record<string, unknown> = {}) => ({
  ...{ id: hash(id), status: "ORDER_STATUS_LIVE", asset_id: "7", side: "BUY", price: ".57", original_size: "10" },
  ...{ size_matched: "2.5", associate_trades: null },
  ...changes,
});

describe("lists", () => {
  test("are read to their last page, each request signed over its path alone", async () => {
    const cursors: (string | undefined)[] = [];
    app.get("/data/orders", (context) => {
      const at = Number(context.req.header("POLY_TIMESTAMP"));
      const request = { method: "GET", path: "/data/orders", body: "" } as const;
      if (context.req.header("POLY_SIGNATURE") !== l2Signature(credentials.secret, request, at))
        return context.json({}, 401);
      const cursor = context.req.query("next_cursor");
      cursors.push(cursor);
      return context.json(
        cursor === "MA==" ? { next_cursor: "Mg==", data: [row("a")] } : { next_cursor: "LTE=", data: [row("b")] },
      );
    });
    const orders = await client.openOrders(signal);
    expect(orders.map(({ orderHash }) => orderHash)).toEqual([hash("a"), hash("b")]);
    expect(orders[0]).toMatchObject({ status: "live", price: 570_000n, size: 10_000_000n, matched: 2_500_000n });
    expect(cursors).toEqual(["MA==", "Mg=="]);
  });

  test.each<[string, readonly unknown[]]>([
    ["a second page that fails", [{ next_cursor: "Mg==", data: [row("a")] }, null]],
    ["a cursor that comes back", [{ next_cursor: "MA==", data: [row("a")] }]],
    ["one row with an unknown status", [{ next_cursor: "LTE=", data: [row("a"), row("b", { status: "PARKED" })] }]],
    ["no cursor", [{ data: [] }]],
  ])("%s gives an error, never a part", async (_what, pages) => {
    let asked = 0;
    app.get("/data/orders", (context) => {
      const answer = pages[asked++];
      return answer === null ? context.json({}, 502) : context.json(answer as object);
    });
    await expect(client.openOrders(signal)).rejects.toThrow();
    expect(asked).toBeGreaterThan(0);
  });

  test("an error names the place and the sort of the fault, and no value of ours", async () => {
    app.get("/data/orders", (context) =>
      context.json({ next_cursor: "LTE=", data: [row("a", { price: "12345.678" })] }),
    );
    const error = await client.openOrders(signal).catch((failure: unknown) => String(failure));
    expect(error).toContain("/data/orders: data.0.price not a price");
    expect(error).not.toContain("12345");
  });
});

describe("placing", () => {
  const order: SignedOrder = {
    order: {
      ...{ salt: 1n, maker: wallet, signer: wallet, tokenId: parseTokenId("7"), makerAmount: 5n, takerAmount: 9n },
      ...{ side: "BUY", signatureType: 3, timestamp: now, metadata: ZERO_32, builder: ZERO_32 },
    },
    ...{ signature: "0x01", expiration: 0, timeInForce: "FAK", postOnly: false },
  };

  test("no answer in time is no answer, and the bytes are those of the order", async () => {
    let received = "";
    app.post("/order", async (context) => {
      received = await context.req.text();
      return new Promise<Response>(() => {});
    });
    expect(await client.postOrder(order, signal)).toEqual({ kind: "unknown", text: expect.any(String) });
    expect(received).toBe(orderBody(order, credentials.key));
  });

  test("a broken connection is no answer either", async () => {
    await new Promise<void>((closed) => server.close(() => closed()));
    expect((await client.postOrder(order, signal)).kind).toBe("unknown");
  });

  test("asked to stop, it stops", async () => {
    app.post("/order", () => new Promise<Response>(() => {}));
    await expect(client.postOrder(order, AbortSignal.abort())).rejects.toThrow("stopped on request");
  });
});

test("an order that the venue does not know is null", async () => {
  expect(await client.order(parseOrderHash(hash("c")), signal)).toBeNull();
});

test("the least of the allowances counts, and a refresh asks the venue to look again first", async () => {
  const asked: string[] = [];
  app.use(async (context, next) => {
    asked.push(`${context.req.path} ${context.req.query("asset_type")}`);
    await next();
  });
  app.get("/balance-allowance/update", (context) => context.json({}));
  app.get("/balance-allowance", (context) => context.json({ balance: "100866980", allowances: { a: "900", b: "7" } }));
  expect(await client.collateral(true, signal)).toEqual({ balanceUsd: 100_866_980n, allowanceUsd: 7n });
  expect(await client.shares(parseTokenId("7"), false, signal)).toBe(100_866_980n);
  // A position of Protocol V2 (shared/samples, gamma_market_v2_synthetic.json).
  const position = parseTokenId("895257453734540292493143124621755605615887197499956109032745153687078305793");
  await client.shares(position, false, signal);
  expect(asked).toEqual([
    ...["/balance-allowance/update COLLATERAL", "/balance-allowance COLLATERAL"],
    ...["/balance-allowance CONDITIONAL", "/balance-allowance CONDITIONAL-V2"],
  ]);
});

const SAMPLES = "../shared/samples/user_channel_events.json";
describe.skipIf(!existsSync(SAMPLES))(`recorded trades (${SAMPLES})`, () => {
  const samples = existsSync(SAMPLES) ? JSON.parse(readFileSync(SAMPLES, "utf8")) : { events: [] };
  const events = z
    .object({ events: z.array(z.looseObject({ event_type: z.string(), status: z.string() })) })
    .parse(samples);
  const trades = events.events.filter((event) => event.event_type === "trade");

  test("of every status are read as the taker's one fill", async () => {
    // The examples shorten what they do not show.
    const data = trades.map((trade) => ({ ...trade, transaction_hash: "" }));
    app.get("/data/trades", (context) => context.json({ next_cursor: "LTE=", data }));
    const read = await client.trades(now, signal);
    expect(read).toHaveLength(trades.length);
    expect(new Set(read.map(({ status }) => status))).toEqual(
      new Set<TradeStatus>(["MATCHED", "MINED", "CONFIRMED", "FAILED"]),
    );
    expect(read[0]).toMatchObject({ role: "taker", side: "BUY", price: 570_000n, size: 10_000_000n });
  });

  test("as a maker, only our own orders in it count", async () => {
    const [trade] = trades;
    const maker = (id: string, owner: string, amount: string) => ({
      ...{ order_id: hash(id), owner, matched_amount: amount, price: "0.43", asset_id: "9", side: "BUY" },
    });
    const data = [
      {
        ...{ ...trade, trader_side: "MAKER", transaction_hash: hash("e") },
        maker_orders: [
          maker("a", credentials.key, "3"),
          maker("b", "someone else", "4"),
          maker("c", credentials.key, "5"),
        ],
      },
    ];
    app.get("/data/trades", (context) => context.json({ next_cursor: "LTE=", data }));
    const read = await client.trades(now, signal);
    expect(read.map(({ orderHash, role, side, size }) => ({ orderHash, role, side, size }))).toEqual([
      { orderHash: hash("a"), role: "maker", side: "BUY", size: 3_000_000n },
      { orderHash: hash("c"), role: "maker", side: "BUY", size: 5_000_000n },
    ]);
  });
});

test.each<[TradeStatus, TradeStatus, TradeStatus]>([
  ["MATCHED", "MINED", "MINED"],
  ["MINED", "MATCHED", "MINED"],
  ["MINED", "RETRYING", "RETRYING"],
  ["RETRYING", "MINED", "MINED"],
  ["CONFIRMED", "MATCHED", "CONFIRMED"],
  ["CONFIRMED", "FAILED", "CONFIRMED"],
  ["FAILED", "MINED", "FAILED"],
])("a trade known as %s of which %s is said is %s", (known, said, status) => {
  expect(laterStatus(known, said)).toBe(status);
});

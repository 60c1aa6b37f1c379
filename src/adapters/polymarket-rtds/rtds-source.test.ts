import { existsSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { createQuietLogger } from "../../../test/support/quiet-logger.ts";
import { epochMs } from "../../core/time/time.ts";
import type { TradeHint } from "../../ports/trade-hint.ts";
import { readFrame } from "./rtds-schema.ts";
import { createRtdsSource } from "./rtds-source.ts";

const SAMPLES = "../shared/samples";
const sample = (file: string): string => readFileSync(`${SAMPLES}/${file}`, "utf8");
const now = epochMs(1_785_027_309_000);

describe.skipIf(!existsSync(SAMPLES))("recorded frames", () => {
  test("a trade is read exactly", () => {
    expect(readFrame(sample("rtds_activity_trade.json"), now)).toEqual({
      kind: "trade",
      hint: {
        source: "rtds",
        txHash: "0x0a8e0353b2432ea36cb7ea163f212bddd8f1d1fe9078ef91c3d262b3f87c4874",
        wallet: "0x1015bb260154f51e5f432cb0a3227c1619fcbac8",
        tokenId: "86773034724744448744514889729172499268401134795843352779107239076687775715536",
        marketId: "0x6c0529846fd87559429fb702416d4da1c9566cfd15317f9faaf62c436483a71a",
        side: "BUY",
        size: 4_330_000n,
        price: 450_000n,
        occurredAt: 1_785_027_308_000,
        receivedAt: now,
      },
    });
  });

  test("greeting, answer to PING and refusal are told apart", () => {
    const frames = JSON.parse(sample("rtds_frames.json"));
    expect(readFrame(frames.greeting_text_frame, now)).toEqual({ kind: "other" });
    expect(readFrame(frames.ping_reply_text_frame, now)).toEqual({ kind: "other" });
    expect(readFrame(JSON.stringify(frames.rejected_subscription), now)).toMatchObject({ kind: "rejected" });
  });
});

const payload = {
  asset: "77",
  conditionId: `0x${"ab".repeat(32)}`,
  side: "SELL",
  price: 0.4,
  size: 10,
  proxyWallet: `0x${"Ab".repeat(20)}`,
  transactionHash: `0x${"cd".repeat(32)}`,
  timestamp: 1_785_027_308,
};
const frame = (changes: object = {}): string =>
  JSON.stringify({ topic: "activity", type: "trades", payload: { ...payload, ...changes } });

describe("a frame", () => {
  test.each([
    ["another topic", JSON.stringify({ topic: "comments", type: "comment_created", payload: {} }), "other"],
    ["no JSON", "hello", "unreadable"],
    ["a price above one", frame({ price: 1.2 }), "unreadable"],
    ["a size of nothing", frame({ size: 0 }), "unreadable"],
    ["a wallet that is none", frame({ proxyWallet: "0x12" }), "unreadable"],
    ["no side", frame({ side: null }), "unreadable"],
    ["amounts as text", frame({ price: ".48", size: "1.5" }), "trade"],
  ])("with %s", (_what, text, kind) => {
    expect(readFrame(text, now).kind).toBe(kind);
  });
});

describe("the connection", () => {
  const stop = new AbortController();
  let server: WebSocketServer | null = null;
  afterEach(async () => {
    stop.abort();
    for (const client of server?.clients ?? []) client.terminate();
    await new Promise((resolve) => server?.close(resolve));
  });

  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
  }

  test("is kept alive, subscribed again after a silence, and made anew after a second one", async () => {
    const heard: string[] = [];
    const clients: WebSocket[] = [];
    server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    server.on("connection", (client) => {
      clients.push(client);
      client.on("message", (text) => heard.push(String(text)));
    });
    await new Promise((resolve) => server?.once("listening", resolve));
    const clock = createManualClock();
    const hints: TradeHint[] = [];
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const logger = createQuietLogger();
    createRtdsSource({ url, clock, now: () => now, random: () => 0, logger }).subscribe((hint) => {
      hints.push(hint);
    }, stop.signal);
    const subscriptions = (): number => heard.filter((text) => text.includes('"subscribe"')).length;
    const pings = (): number => heard.filter((text) => text === "PING").length;

    await until(() => subscriptions() === 1);
    await clock.untilSleeping(1);
    clients[0]?.send(frame());
    await until(() => hints.length === 1);
    expect(hints[0]).toMatchObject({ side: "SELL", size: 10_000_000n, receivedAt: now });

    await clock.advance(5_000);
    await until(() => pings() === 1);
    await clock.advance(10_000);
    await until(() => subscriptions() === 2);
    await clock.advance(15_000);
    await until(() => clients[0]?.readyState === 3 && clock.sleeping() === 1);
    await clock.advance(1_000);
    await until(() => clients.length === 2 && subscriptions() === 3);
  });
});

import { EventEmitter } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { createQuietLogger } from "../../../test/support/quiet-logger.ts";
import { MATCH_ORDERS_SELECTOR } from "../../core/chain/match-call.ts";
import { epochMs } from "../../core/time/time.ts";
import { createPendingSource, readMessage } from "./pending-source.ts";

const V2 = "0xe111180000d2663c0091e4f400237545b87b996b";
const refusal = (id: number): string =>
  JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32_602, message: "unknown subscription" } });
const note = (result: unknown): string =>
  JSON.stringify({ jsonrpc: "2.0", method: "eth_subscription", params: { subscription: "0x1", result } });

describe("a node's pool", () => {
  let stop = new AbortController();
  afterEach(() => stop.abort());

  function listening() {
    stop = new AbortController();
    const sent: { id: number; params: unknown[] }[] = [];
    const ends: string[] = [];
    const socket = Object.assign(new EventEmitter(), {
      send: (text: string) => sent.push(JSON.parse(text)),
      ping: () => {},
      terminate: () => ends.push("terminated"),
    });
    const logger = createQuietLogger();
    const clock = createManualClock();
    const transport = { fetch: () => Promise.reject(new Error("no fetch")), openSocket: () => socket as never };
    const url = "wss://node.example/v2/0123456789abcdef";
    const deps = { url, clock, now: clock.nowMs, random: () => 0, logger, quietMs: 5_000, transport };
    createPendingSource(deps).subscribe(() => {}, stop.signal);
    socket.emit("open");
    return { socket, sent, ends, logger };
  }

  test("is asked for calls of the exchanges alone, and for everything where that is refused", () => {
    const { socket, sent, ends } = listening();
    expect(sent[0]?.params).toMatchObject(["alchemy_pendingTransactions", { hashesOnly: false }]);
    socket.emit("message", refusal(1));
    expect(sent[1]?.params).toEqual(["newPendingTransactions", true]);
    expect(ends).toEqual([]);
  });

  test.each<[string, readonly string[], RegExp]>([
    ["refuses both", [refusal(1), refusal(2)], /does not tell/],
    ["sends hashes only", [note(`0x${"ab".repeat(32)}`)], /hashes only/],
  ])("that %s is left, with one warning and without its key", (_what, messages, warning) => {
    const { socket, ends, logger } = listening();
    for (const message of messages) socket.emit("message", message);
    socket.emit("open");
    for (const message of messages) socket.emit("message", message);
    expect(ends).toEqual(["terminated", "terminated"]);
    const told = logger.lines.filter(({ message }) => warning.test(message));
    expect(told.map(({ fields }) => fields)).toEqual([{ endpoint: "wss://node.example" }]);
  });
});

test.each<[string, string, string]>([
  ["no JSON", "hello", "other"],
  ["a transaction that makes a contract", note({ hash: "0x1", to: null, input: "0x" }), "other"],
  ["another call", note({ hash: `0x${"ab".repeat(32)}`, to: V2, input: "0x12345678" }), "other"],
  ["a match without arguments", note({ hash: "0x1", to: V2, input: MATCH_ORDERS_SELECTOR }), "unreadable"],
])("%s is no hint", (_what, text, kind) => {
  expect(readMessage(text, epochMs(0)).kind).toBe(kind);
});

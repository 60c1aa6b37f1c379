import { EventEmitter } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { createFakeChain } from "../../../test/support/fake-chain.ts";
import { type JsonRpcNode, startJsonRpcNode } from "../../../test/support/json-rpc-node.ts";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { createQuietLogger } from "../../../test/support/quiet-logger.ts";
import type { ChainHint } from "../../ports/log-source.ts";
import { createSubscription, readHint } from "./head-subscription.ts";

let node: JsonRpcNode | null = null;
const stop = new AbortController();

afterEach(async () => {
  stop.abort();
  await node?.stop();
});

/** One turn of the event loop after the other, until something is so: real sockets, but no waiting by the clock. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

test("heads arrive as hints, and again after the connection was lost", async () => {
  const chain = createFakeChain({ head: 50 });
  node = await startJsonRpcNode(chain);
  const { announce, dropConnections, subscribers, wsUrl } = node;
  const clock = createManualClock();
  const hints: ChainHint[] = [];
  const { subscribe } = createSubscription({
    urls: [wsUrl],
    clock,
    random: () => 0,
    logger: createQuietLogger(),
    quietMs: 5_000,
  });
  subscribe((hint) => hints.push(hint), stop.signal);
  await until(() => subscribers() === 1);
  announce();
  await until(() => hints.length === 2);
  dropConnections();
  await until(() => subscribers() === 0 && clock.sleeping() === 1);
  await clock.advance(2_000);
  await until(() => subscribers() === 1);
  chain.mineTo(51);
  announce();
  await until(() => hints.length === 4);
  // Each confirmed subscription is a hint by itself: what was mined meanwhile is not announced.
  expect(hints).toEqual([{ head: null }, { head: 50 }, { head: null }, { head: 51 }]);
});

test("heads are asked for, and no logs: they would be a thousand messages that say the same", async () => {
  const sent: unknown[] = [];
  const send = (text: string): unknown => sent.push(JSON.parse(text));
  const socket = Object.assign(new EventEmitter(), { send, ping: () => {}, terminate: () => {} });
  const transport = { fetch: () => Promise.reject(new Error("no fetch")), openSocket: () => socket as never };
  const deps = { clock: createManualClock(), random: () => 0, logger: createQuietLogger(), quietMs: 5_000, transport };
  const ended = new AbortController();
  createSubscription({ ...deps, urls: ["ws://node"] }).subscribe(() => {}, ended.signal);
  socket.emit("open");
  expect(sent).toEqual([{ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["newHeads"] }]);
  ended.abort();
});

test("a feed that does not name three blocks read elsewhere is replaced by the next one", async () => {
  const chain = createFakeChain({ head: 50 });
  const nodes = [await startJsonRpcNode(chain), await startJsonRpcNode(chain)];
  const clock = createManualClock();
  const logger = createQuietLogger();
  const stopping = new AbortController();
  try {
    const urls = nodes.map(({ wsUrl }) => wsUrl);
    const { subscribe, noteHead } = createSubscription({ urls, clock, random: () => 0, logger, quietMs: 1_000_000 });
    const hints: ChainHint[] = [];
    subscribe((hint) => hints.push(hint), stopping.signal);
    await until(() => nodes[0]?.subscribers() === 1);
    noteHead(50);
    noteHead(52);
    chain.mineTo(52);
    nodes[0]?.announce();
    await until(() => hints.some(({ head }) => head === 52));
    // It is silent from here on.
    noteHead(54);
    expect(nodes[0]?.subscribers()).toBe(1);
    noteHead(55);
    await until(() => nodes[0]?.subscribers() === 0 && clock.sleeping() === 1);
    await clock.advance(1_000);
    await until(() => nodes[1]?.subscribers() === 1);
    expect(logger.lines.map(({ message }) => message)).toContain("silent feed replaced");
  } finally {
    stopping.abort();
    await Promise.all(nodes.map((each) => each.stop()));
  }
});

describe("a hint is read from a message", () => {
  const note = (result: object) =>
    JSON.stringify({ jsonrpc: "2.0", method: "eth_subscription", params: { subscription: "0x1", result } });
  test.each<[string, string, ChainHint | null]>([
    ["a new head", note({ number: "0x10" }), { head: 16 }],
    ["something without a block", note({}), { head: null }],
    ["a block number that is none", note({ number: "soon" }), { head: null }],
    ["the answer to a subscription", '{"jsonrpc":"2.0","id":1,"result":"0x1"}', null],
    ["no JSON", "hello", null],
    ["JSON of nothing", "null", null],
  ])("%s", (_what, text, hint) => {
    expect(readHint(text)).toEqual(hint);
  });
});

import { afterEach, describe, expect, test } from "vitest";
import { createFakeChain, type FakeChain } from "../../../test/support/fake-chain.ts";
import { type JsonRpcNode, type NodeOptions, startJsonRpcNode } from "../../../test/support/json-rpc-node.ts";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { createQuietLogger } from "../../../test/support/quiet-logger.ts";
import { EXCHANGES } from "../../core/chain/contracts.ts";
import { TOPICS } from "../../core/chain/topics.ts";
import { RangeTooLargeError } from "../../core/errors.ts";
import { epochMs } from "../../core/time/time.ts";
import type { LogSource } from "../../ports/log-source.ts";
import { createScaledClock, createSystemClock } from "../system/clock.ts";
import { connectPolygon, type PolygonOptions } from "./connect-polygon.ts";

const filter = { addresses: EXCHANGES.map(({ address }) => address), topics: [TOPICS.orderFilledV2] };
const nodes: JsonRpcNode[] = [];
const never = new AbortController().signal;
const range = (blocks: number) => ({ fromBlock: 1, toBlock: blocks, filter, headersFrom: blocks + 1 });

async function start(chain: FakeChain, options: NodeOptions = {}): Promise<JsonRpcNode> {
  const node = await startJsonRpcNode(chain, options);
  nodes.push(node);
  return node;
}
const connect = (urls: readonly string[], options: Partial<PolygonOptions> = {}): Promise<LogSource> =>
  connectPolygon({ urls, clock: createSystemClock(), random: () => 0, logger: createQuietLogger(), ...options }, never);
const ranges = ({ asked }: JsonRpcNode): number => asked.filter((method) => method === "eth_getLogs").length;

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
});

describe("limits of endpoints", () => {
  test("a range that one refuses is read from one that serves it, and the one is not asked so much again", async () => {
    const chain = createFakeChain({ head: 500 });
    const [small, large] = [await start(chain, { blocksMax: 10 }), await start(chain)];
    const source = await connect([small.url, large.url]);
    for (let time = 0; time < 3; time += 1) {
      expect((await source.readRange(range(100), never)).endpoint).toBe(large.url);
    }
    expect([ranges(small), ranges(large)]).toEqual([1, 3]);
    expect(source.endpoints()[0]).toMatchObject({ blocksMax: 10, failures: 0 });
  });

  test("what an earlier process learned holds for an hour, and is then asked again", async () => {
    const chain = createFakeChain({ head: 500 });
    const [small, large] = [await start(chain, { blocksMax: 10 }), await start(chain)];
    const learning = await connect([small.url, large.url]);
    await learning.readRange(range(100), never);
    const saved = (ageMs: number) =>
      learning.endpoints().map((each) => ({ ...each, measuredAt: epochMs(createSystemClock().nowMs() - ageMs) }));
    const again = await connect([small.url, large.url], { known: saved(3_000_000) });
    expect(again.endpoints()[0]).toMatchObject({ blocksMax: 10 });
    await again.readRange(range(100), never);
    expect(ranges(small)).toBe(1);
    const later = await connect([small.url, large.url], { known: saved(3_700_000) });
    await later.readRange(range(100), never);
    expect(ranges(small)).toBe(2);
  });

  test("where none serves it, the refusal says the most that one does, and costs no further request", async () => {
    const chain = createFakeChain({ head: 500 });
    const [ten, twenty] = [await start(chain, { blocksMax: 10 }), await start(chain, { blocksMax: 20 })];
    const source = await connect([ten.url, twenty.url]);
    await expect(source.readRange(range(100), never)).rejects.toThrow(RangeTooLargeError);
    const asked = ranges(ten) + ranges(twenty);
    await expect(source.readRange(range(100), never)).rejects.toMatchObject({ context: { blocksMax: 20 } });
    expect(ranges(ten) + ranges(twenty)).toBe(asked);
    expect((await source.readRange(range(20), never)).endpoint).toBe(twenty.url);
  });

  test("an endpoint that refuses by rate is left alone as long as it says, and the other answers", async () => {
    const chain = createFakeChain({ head: 50 });
    const [first, second] = [await start(chain), await start(chain)];
    const source = await connect([first.url, second.url]);
    await source.head(never);
    first.tamper.answer = () => ({ status: 429, body: "slow down", headers: { "retry-after": "60" } });
    await source.head(never);
    delete first.tamper.answer;
    const before = first.asked.length;
    for (let time = 0; time < 5; time += 1) await source.head(never);
    expect(first.asked.length).toBe(before);
    expect(source.endpoints()[0]).toMatchObject({ isResting: true, failures: 1 });
    expect(source.endpoints()[0]?.callsPerSecond).not.toBeNull();
  });
});

describe("who is asked", () => {
  test("somebody else than the one to be avoided, if only for shorter ranges", async () => {
    const chain = createFakeChain({ head: 500 });
    const [small, large] = [await start(chain, { blocksMax: 10 }), await start(chain)];
    const source = await connect([small.url, large.url]);
    await source.readRange(range(100), never);
    await expect(source.readRange({ ...range(100), avoid: large.url }, never)).rejects.toThrow(RangeTooLargeError);
    expect((await source.readRange({ ...range(10), avoid: large.url }, never)).endpoint).toBe(small.url);
    expect((await source.readRange({ ...range(10), avoid: small.url }, never)).endpoint).toBe(large.url);
  });

  test("everybody, when ranges are read side by side", async () => {
    const chain = createFakeChain({ head: 500 });
    const both = [await start(chain), await start(chain)];
    const source = await connect(
      both.map(({ url }) => url),
      { isSpread: true },
    );
    await Promise.all(Array.from({ length: 8 }, () => source.readRange(range(50), never)));
    expect(Math.min(...both.map(ranges))).toBeGreaterThan(1);
  });

  test("another one, when the head of the one in use stands still while others go on", async () => {
    const clock = createManualClock();
    const [stuck, live] = [createFakeChain({ head: 100 }), createFakeChain({ head: 100 })];
    const [first, second] = [await start(stuck), await start(live)];
    const source = await connect([first.url, second.url], { clock });
    expect((await source.head(never)).number).toBe(100);
    live.mineTo(120);
    await clock.advance(7_000);
    expect((await source.head(never)).number).toBe(100);
    // The answer was no newer than the last: the other endpoint has been asked beside it.
    while (source.endpoints()[1]?.lagBlocks !== 0) await new Promise((resolve) => setImmediate(resolve));
    await source.head(never);
    expect((await source.head(never)).number).toBe(120);
    expect(source.endpoints()[0]?.lagBlocks).toBe(20);
  });
});

test("keys in addresses appear in no line of the log, no error and no health, whatever fails", async () => {
  const chain = createFakeChain({ head: 50 });
  const [first, second] = [await start(chain), await start(chain)];
  const logger = createQuietLogger();
  const key = "s3cr3t-k3y-0123456789";
  const urls = [`${first.url}/v2/${key}`, `${second.url}/?apikey=${key}`];
  // Retries pause for seconds: here a hundred times as fast.
  const clock = createScaledClock({ startedAt: createSystemClock().nowMs(), speed: 100 });
  const source = await connect(urls, { logger, clock, attemptsMax: 3, timeoutMs: 300_000 });
  const said: unknown[] = [];
  const failures: (() => { status: number; body: string })[] = [
    () => ({ status: 503, body: `no service for ${key}` }),
    () => ({ status: 200, body: `{"error":{"code":-32000,"message":"project ${key} is suspended"}}` }),
    () => ({ status: 403, body: `{"error":"${key}"}` }),
    () => ({ status: 200, body: `<html>${key}</html>` }),
  ];
  for (const fail of failures) {
    for (const node of [first, second]) node.tamper.answer = fail;
    await source.head(never).catch((error: Error) => said.push(error.message, error.stack, { ...error }));
  }
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
  await source.head(never).catch((error: Error) => said.push(error.message, error.stack, { ...error }));
  expect(said.length).toBeGreaterThan(10);
  const everything = JSON.stringify([said, source.endpoints(), logger.lines], (_, value) =>
    value instanceof Error ? { ...value, message: value.message, stack: value.stack } : value,
  );
  expect(everything).toContain("suspended");
  expect(everything).not.toContain(key);
}, 30_000);

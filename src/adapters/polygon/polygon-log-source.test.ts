import { afterEach, describe, expect, test } from "vitest";
import { createFakeChain, type FakeChain } from "../../../test/support/fake-chain.ts";
import { type JsonRpcNode, type NodeOptions, startJsonRpcNode } from "../../../test/support/json-rpc-node.ts";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { createQuietLogger } from "../../../test/support/quiet-logger.ts";
import { simpleMatch } from "../../../test/support/sample-logs.ts";
import { EXCHANGES } from "../../core/chain/contracts.ts";
import { TOPICS } from "../../core/chain/topics.ts";
import {
  ConfigError,
  PayloadError,
  ProviderInconsistencyError,
  RangeTooLargeError,
  TransientError,
} from "../../core/errors.ts";
import type { LogSource } from "../../ports/log-source.ts";
import { createSystemClock } from "../system/clock.ts";
import { connectPolygon, type PolygonOptions } from "./connect-polygon.ts";

// A real node over HTTP and the real clock; nothing here waits for longer than a retry takes.
const filter = {
  addresses: EXCHANGES.map(({ address }) => address),
  topics: [TOPICS.orderFilledV2, TOPICS.ordersMatchedV2],
};
const nodes: JsonRpcNode[] = [];
const never = new AbortController().signal;

async function start(chain: FakeChain, options: NodeOptions = {}): Promise<JsonRpcNode> {
  const node = await startJsonRpcNode(chain, options);
  nodes.push(node);
  return node;
}

const connect = (urls: readonly string[], options: Partial<PolygonOptions> = {}): Promise<LogSource> =>
  connectPolygon(
    { urls, clock: createSystemClock(), random: () => 0, logger: createQuietLogger(), attemptsMax: 1, ...options },
    never,
  );

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
});

function chainWithMatches(): FakeChain {
  const chain = createFakeChain({ head: 120, finalized: 110 });
  chain.put(100, simpleMatch("first", 0));
  chain.put(105, simpleMatch("second", 4));
  chain.put(119, simpleMatch("third", 0));
  return chain;
}

const whole = { fromBlock: 100, toBlock: 120, filter, headersFrom: 118 };

describe("a range", () => {
  test("comes with its logs in chain order, the headers that were asked for, and the time of every block with a log", async () => {
    const chain = chainWithMatches();
    const source = await connect([(await start(chain)).url]);
    const answer = await source.readRange(whole, never);
    expect(answer.logs).toEqual(chain.logs(100, 120));
    expect(answer.blocks).toEqual([100, 118, 119, 120].map((number) => chain.block(number)));
    expect([...answer.timestamps]).toEqual([100, 105, 119].map((number) => [number, chain.block(number)?.timestamp]));
  });

  test("needs no header for the time of a block where the logs carry it", async () => {
    const node = await start(chainWithMatches(), { timestampsInLogs: true });
    const source = await connect([node.url]);
    node.asked.length = 0;
    const answer = await source.readRange({ ...whole, headersFrom: 121 }, never);
    expect(answer.timestamps.size).toBe(3);
    expect(node.asked).toEqual(["eth_getLogs", ...Array(3).fill("eth_getBlockByNumber")]);
  });

  test("is put together from small requests where a node takes no large ones", async () => {
    const chain = chainWithMatches();
    const source = await connect([(await start(chain, { batchMax: 3 })).url]);
    const answer = await source.readRange({ ...whole, headersFrom: 100 }, never);
    expect(answer.blocks).toHaveLength(21);
  });

  test("comes with its neighbours, whose own logs are not missed, in the one request", async () => {
    const chain = chainWithMatches();
    const node = await start(chain);
    const source = await connect([node.url]);
    node.asked.length = 0;
    const range = { fromBlock: 110, toBlock: 112, filter, headersFrom: 113, neighbours: [105, 119] };
    const answer = await source.readRange(range, never);
    expect(answer.blocks).toEqual([110, 112].map((number) => chain.block(number)));
    expect(answer.neighbours).toEqual([105, 119].map((number) => chain.block(number)));
    expect(node.asked).toEqual(["eth_getLogs", ...Array(5).fill("eth_getBlockByNumber")]);
  });

  test("beyond the head is not answered with silence", async () => {
    const source = await connect([(await start(chainWithMatches())).url]);
    await expect(source.readRange({ ...whole, toBlock: 121 }, never)).rejects.toThrow(TransientError);
  });

  test.each([
    ["blocks", { blocksMax: 10 }],
    ["results", { logsMax: 5 }],
  ])("with too many %s is refused as too large, at once", async (_what, options) => {
    const node = await start(chainWithMatches(), options);
    const source = await connect([node.url]);
    await expect(source.readRange(whole, never)).rejects.toThrow(RangeTooLargeError);
    expect(node.asked.filter((method) => method === "eth_getLogs")).toHaveLength(1);
  });
});

describe("a provider that lies is not believed", () => {
  const lies: [string, (node: JsonRpcNode) => void, new (...args: never[]) => Error][] = [
    [
      "a log of another address",
      ({ tamper }) =>
        (tamper.logs = (logs) => logs.map((log, i) => (i === 1 ? { ...log, address: `0x${"99".repeat(20)}` } : log))),
      ProviderInconsistencyError,
    ],
    [
      "a log of another topic",
      ({ tamper }) => (tamper.logs = (logs) => logs.map((log) => ({ ...log, topics: [`0x${"99".repeat(32)}`] }))),
      ProviderInconsistencyError,
    ],
    [
      "a log outside the range",
      ({ tamper }) => (tamper.logs = (logs) => logs.map((log) => ({ ...log, blockNumber: "0x1" }))),
      ProviderInconsistencyError,
    ],
    ["a log twice", ({ tamper }) => (tamper.logs = (logs) => [...logs, logs[0]]), ProviderInconsistencyError],
    [
      "a log of a block that the header denies",
      ({ tamper }) => (tamper.logs = (logs) => logs.map((log) => ({ ...log, blockHash: `0x${"77".repeat(32)}` }))),
      ProviderInconsistencyError,
    ],
    [
      "another block than asked for",
      ({ tamper }) => (tamper.header = (header) => header && { ...header, number: "0x5" }),
      ProviderInconsistencyError,
    ],
    [
      "headers that do not follow from each other",
      ({ tamper }) => (tamper.header = (header) => header && { ...header, parentHash: `0x${"55".repeat(32)}` }),
      ProviderInconsistencyError,
    ],
    [
      "a removed log",
      ({ tamper }) => (tamper.logs = (logs) => logs.map((log) => ({ ...log, removed: true }))),
      PayloadError,
    ],
    [
      "a topic that is no hex",
      ({ tamper }) => {
        tamper.logs = (logs) => logs.map((log) => ({ ...log, topics: [`0x${"zz".repeat(32)}`] }));
      },
      PayloadError,
    ],
    [
      "a log without data",
      ({ tamper }) => (tamper.logs = (logs) => logs.map(({ data: _data, ...log }) => log)),
      PayloadError,
    ],
    ["no list of logs", ({ tamper }) => (tamper.logs = () => ({ nothing: true })), PayloadError],
    [
      "a header without a hash",
      ({ tamper }) => (tamper.header = (header) => header && { number: header.number }),
      PayloadError,
    ],
    ["text instead of JSON", ({ tamper }) => (tamper.answer = () => ({ status: 200, body: "<html>" })), PayloadError],
    [
      "an answer to another question",
      ({ tamper }) => (tamper.answer = () => ({ status: 200, body: '[{"id":-1,"result":[]}]' })),
      PayloadError,
    ],
  ];
  test.each(lies)("%s", async (_what, lie, error) => {
    const node = await start(chainWithMatches());
    const source = await connect([node.url]);
    lie(node);
    await expect(source.readRange(whole, never)).rejects.toThrow(error);
  });

  test("logs that were cut at a round number, without a word", async () => {
    const chain = createFakeChain({ head: 10 });
    for (let index = 0; index < 334; index += 1) chain.put(5, simpleMatch(`match ${index}`, 3 * index));
    const node = await start(chain);
    node.tamper.logs = (logs) => logs.slice(0, 1_000);
    const source = await connect([node.url]);
    await expect(source.readRange({ fromBlock: 1, toBlock: 10, filter, headersFrom: 11 }, never)).rejects.toThrow(
      RangeTooLargeError,
    );
  });

  test("no logs, where the header announces some: believed the second time only", async () => {
    const node = await start(chainWithMatches());
    const source = await connect([node.url], { attemptsMax: 2 });
    node.tamper.logs = () => [];
    node.tamper.header = (header) => header && { ...header, logsBloom: `0x${"ff".repeat(256)}` };
    node.asked.length = 0;
    await expect(source.readRange(whole, never)).resolves.toMatchObject({ logs: [] });
    expect(node.asked.filter((method) => method === "eth_getLogs")).toHaveLength(2);
  });
});

describe("of several endpoints", () => {
  test("the next one answers where one fails, and is asked first from then on", async () => {
    const chain = chainWithMatches();
    const [first, second] = [await start(chain), await start(chain)];
    const source = await connect([first.url, second.url], { attemptsMax: 2 });
    await source.head(never);
    first.tamper.answer = () => ({ status: 503, body: "busy" });
    await expect(source.head(never)).resolves.toMatchObject({ number: 120 });
    second.asked.length = 0;
    await source.head(never);
    expect(second.asked).toEqual(["eth_getBlockByNumber"]);
  });

  test("one that serves another chain is never read", async () => {
    const other = await start(createFakeChain({ head: 5 }), { chainId: 80_002 });
    const source = await connect([other.url, (await start(chainWithMatches())).url], { attemptsMax: 2 });
    await expect(source.head(never)).resolves.toMatchObject({ number: 120 });
    expect(new Set(other.asked)).toEqual(new Set(["eth_chainId"]));
  });

  test("another one is asked when an answer is doubted", async () => {
    const chain = chainWithMatches();
    const [first, second] = [await start(chain), await start(chain)];
    const source = await connect([first.url, second.url]);
    await source.readRange(whole, never);
    await source.readRange({ ...whole, again: true }, never);
    expect([first, second].map(({ asked }) => asked.filter((method) => method === "eth_getLogs").length)).toEqual([
      1, 1,
    ]);
  });
});

describe("at the start", () => {
  test("no endpoint that answers is one sentence, with the variable, the way out, and no key", async () => {
    const dead = await start(createFakeChain({ head: 1 }));
    await dead.stop();
    const url = `${dead.url}/v2/secret-key`;
    const error = await connect([url]).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ConfigError);
    const [sentence] = (error as ConfigError).problems;
    expect(sentence).toContain("POLYGON_RPC_URL");
    expect(sentence).toContain("npm run demo");
    expect(sentence).not.toContain("secret-key");
    expect(sentence).not.toContain("\n");
  });

  test.each([
    ["no http address", ["wss://example.org"]],
    ["no address", ["example"]],
  ])("%s is refused", async (_what, urls) => {
    await expect(connect(urls)).rejects.toThrow(ConfigError);
  });
});

test("a request that is stopped ends as stopped, not as failed", async () => {
  const node = await start(chainWithMatches());
  const source = await connect([node.url]);
  const stop = new AbortController();
  stop.abort();
  await expect(source.head(stop.signal)).rejects.toMatchObject({ code: "ABORTED" });
});

test("an endpoint that never answers is given up after its time, and the range may then be halved", async () => {
  const node = await start(chainWithMatches());
  const clock = createManualClock();
  const source = await connect([node.url], { clock, timeoutMs: 60 });
  node.tamper.logs = () => {
    // Time runs out in this turn of the event loop, before the answer that is sent now can arrive.
    void clock.advance(60);
    return [];
  };
  await expect(source.readRange(whole, never)).rejects.toMatchObject({ code: "RPC_TIMEOUT" });
});

import { afterEach, describe, expect, test } from "vitest";
import { createFakeChain, type FakeChain } from "../../../test/support/fake-chain.ts";
import { type JsonRpcNode, type NodeOptions, startJsonRpcNode } from "../../../test/support/json-rpc-node.ts";
import { createQuietLogger } from "../../../test/support/quiet-logger.ts";
import { simpleMatch } from "../../../test/support/sample-logs.ts";
import { EXCHANGES } from "../../core/chain/contracts.ts";
import { TOPICS } from "../../core/chain/topics.ts";
import { PayloadError, ProviderInconsistencyError, RejectedError } from "../../core/errors.ts";
import type { LogSource } from "../../ports/log-source.ts";
import { createSystemClock } from "../system/clock.ts";
import { connectPolygon } from "./connect-polygon.ts";

const BLOCK = 105;
const filter = {
  addresses: EXCHANGES.map(({ address }) => address),
  topics: [TOPICS.orderFilledV2, TOPICS.ordersMatchedV2],
};
const request = { fromBlock: BLOCK, toBlock: BLOCK, filter, headersFrom: BLOCK };
const nodes: JsonRpcNode[] = [];
const never = new AbortController().signal;

async function start(chain: FakeChain, options: NodeOptions = {}): Promise<JsonRpcNode> {
  const node = await startJsonRpcNode(chain, options);
  nodes.push(node);
  return node;
}

const connect = (served: readonly JsonRpcNode[], attemptsMax = 1): Promise<LogSource> =>
  connectPolygon(
    {
      ...{ urls: served.map(({ url }) => url), clock: createSystemClock(), random: () => 0 },
      ...{ logger: createQuietLogger(), attemptsMax },
    },
    never,
  );

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
});

/** Each match is a transaction of three logs. */
function chainWith(matches: number): FakeChain {
  const chain = createFakeChain({ head: 120, finalized: 110 });
  chain.put(BLOCK, Array.from({ length: matches }, (_, index) => simpleMatch(`match ${index}`, 3 * index)).flat());
  return chain;
}

describe("a block with more logs than the node hands out at once", () => {
  const capped = { logsMax: 1 };

  test("is read from its receipts", async () => {
    // Long enough to be read while it arrives.
    const chain = chainWith(40);
    const source = await connect([await start(chain, capped)]);
    const answer = await source.readRange(request, never);
    expect(answer.logs).toHaveLength(120);
    expect(answer.logs).toEqual(chain.logs(BLOCK, BLOCK));
    expect(answer.timestamps.get(BLOCK)).toBe(chain.block(BLOCK)?.timestamp);
    const fewer = { ...filter, topics: [TOPICS.ordersMatchedV2] };
    const some = await source.readRange({ ...request, filter: fewer }, never);
    expect(some.logs).toEqual(chain.logs(BLOCK, BLOCK).filter(({ topics }) => topics[0] === TOPICS.ordersMatchedV2));
  });

  test("is not there yet where its receipts are not", async () => {
    const node = await start(chainWith(4), capped);
    node.tamper.receipts = () => null;
    const source = await connect([node]);
    await expect(source.readRange(request, never)).rejects.toMatchObject({ code: "BLOCK_NOT_YET" });
  });

  type Receipts = Parameters<NonNullable<JsonRpcNode["tamper"]["receipts"]>>[0];
  const otherHash = `0x${"77".repeat(32)}`;
  test.each<[string, (receipts: Receipts) => unknown, new (...args: never[]) => Error]>([
    ["a receipt left out", (receipts) => receipts.toSpliced(2, 1), ProviderInconsistencyError],
    ["the last receipts cut off", (receipts) => receipts.slice(0, 2), ProviderInconsistencyError],
    [
      "a log left out",
      ([first, ...rest]) => [{ ...first, logs: first?.logs.slice(1) }, ...rest],
      ProviderInconsistencyError,
    ],
    ["no receipts", () => [], ProviderInconsistencyError],
    [
      "receipts of another block, none of whose logs was asked for",
      (receipts) =>
        receipts.map(({ logs }) => ({
          logs: logs.map((log) => ({ ...log, blockHash: otherHash, address: `0x${"99".repeat(20)}` })),
        })),
      ProviderInconsistencyError,
    ],
    ["no list", () => ({ nothing: true }), PayloadError],
    ["receipts without logs", () => [{ status: "0x1" }], PayloadError],
  ])("is not believed with %s", async (_what, lie, error) => {
    const node = await start(chainWith(4), capped);
    node.tamper.receipts = lie;
    const source = await connect([node]);
    await expect(source.readRange(request, never)).rejects.toThrow(error);
  });

  test("is read from another endpoint where receipts are not all of them, and believed where nobody has more", async () => {
    const chain = chainWith(4);
    const [short, whole] = [await start(chain, capped), await start(chain, capped)];
    short.tamper.receipts = (receipts) => receipts.slice(1);
    expect((await (await connect([short, whole], 2)).readRange(request, never)).logs).toHaveLength(12);
    // Of a client's own transactions some nodes have no receipts.
    expect((await (await connect([short], 2)).readRange(request, never)).logs).toHaveLength(9);
  });

  test("says what is missing where no endpoint has receipts", async () => {
    const node = await start(chainWith(4), { ...capped, hasReceipts: false });
    const source = await connect([node]);
    const error = await source.readRange(request, never).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RejectedError);
    expect(String(error)).toMatch(/block 105 .*eth_getBlockReceipts.*POLYGON_RPC_URL/);
  });
});

describe("a block of exactly a thousand logs", () => {
  const cut = (node: JsonRpcNode): JsonRpcNode => {
    node.tamper.logs = (logs) => logs.slice(0, 1_000);
    return node;
  };

  test("may have been cut without a word: its receipts say whether it was", async () => {
    const source = await connect([cut(await start(chainWith(340)))]);
    expect((await source.readRange(request, never)).logs).toHaveLength(1_020);
  });

  test("is believed the second time where there are no receipts, or when a second endpoint says the same", async () => {
    const chain = chainWith(340);
    const nodes = [cut(await start(chain, { hasReceipts: false })), cut(await start(chain, { hasReceipts: false }))];
    await expect((await connect(nodes, 1)).readRange(request, never)).rejects.toThrow(ProviderInconsistencyError);
    expect((await (await connect(nodes, 2)).readRange(request, never)).logs).toHaveLength(1_000);
  });
});

import { describe, expect, test } from "vitest";
import { createFakeChain } from "../../../test/support/fake-chain.ts";
import { blocksOf, never, setUp } from "../../../test/support/ingestor-world.ts";
import { createMemoryChainStore } from "../../../test/support/memory-chain-store.ts";
import { preparationLog, resolutionLog, simpleMatch } from "../../../test/support/sample-logs.ts";
import { NEG_RISK_ADAPTER } from "../../core/chain/contracts.ts";
import { conditionId } from "../../core/chain/token-ids.ts";
import { ProviderInconsistencyError, TimeoutError, TransientError } from "../../core/errors.ts";
import type { ListenerConfig } from "./listener-config.ts";

describe("from an empty store", () => {
  test("it reads the last blocks before the head in ranges that grow, each once", async () => {
    const chain = createFakeChain({ head: 100, finalized: 90 });
    chain.put(59, simpleMatch("too old", 0));
    chain.put(60, simpleMatch("first", 0));
    chain.put(100, simpleMatch("last", 0));
    const { ingestor, toTip, store } = setUp(chain);
    await ingestor.open(never);
    await toTip();
    expect(store.records.map(({ fromBlock, toBlock }) => [fromBlock, toBlock])).toEqual([
      [60, 69],
      [70, 89],
      [90, 100],
    ]);
    expect(blocksOf(store)).toEqual([60, 60, 100, 100]);
    expect(await store.finalizedBlock()).toBe(90);
  });

  test("it begins at the configured block", async () => {
    const { ingestor, toTip, store } = setUp(createFakeChain({ head: 100 }), { startBlock: 20 });
    await ingestor.open(never);
    await toTip();
    expect(store.records[0]?.fromBlock).toBe(20);
  });

  test("it remembers the hash of every block that may be replaced or that a node may be behind of, and of the last of each range", async () => {
    const { ingestor, toTip, store } = setUp(createFakeChain({ head: 600, finalized: 597 }), { startBlocks: 540 });
    await ingestor.open(never);
    await toTip();
    const last512 = Array.from({ length: 513 }, (_, index) => 88 + index);
    expect(store.records.flatMap(({ blocks }) => blocks.map(({ number }) => number))).toEqual([69, ...last512]);
  });

  test("markets and resolutions come with their tokens and times", async () => {
    const chain = createFakeChain({ head: 100, finalized: 100 });
    chain.put(70, preparationLog("will it rain", NEG_RISK_ADAPTER, 0));
    chain.put(80, resolutionLog("will it rain", NEG_RISK_ADAPTER, [1n, 1n], 3));
    const { ingestor, toTip, store } = setUp(chain);
    await ingestor.open(never);
    await toTip();
    const marketId = store.records.flatMap(({ markets }) => markets)[0]?.marketId;
    expect(store.records.flatMap(({ markets }) => markets)).toMatchObject([{ negRisk: true, preparedBlock: 70 }]);
    expect(store.records.flatMap(({ resolutions }) => resolutions)).toMatchObject([
      { marketId, payoutNumerators: [1n, 1n], blockNumber: 80, logIndex: 3 },
    ]);
    expect(marketId).toBe(
      conditionId(NEG_RISK_ADAPTER, preparationLog("will it rain", NEG_RISK_ADAPTER, 0)[0]?.topics[3] ?? ""),
    );
  });
});

describe("times", () => {
  test("a live fill is known when it arrived, history a stated delay after it happened", async () => {
    const chain = createFakeChain({ head: 100, finalized: 100 });
    chain.put(60, simpleMatch("80 seconds old", 0));
    chain.put(99, simpleMatch("3 seconds old", 0));
    const { ingestor, toTip, store, clock } = setUp(chain);
    await ingestor.open(never);
    await toTip();
    const delays = store.fills().map(({ occurredAt, knownAt }) => knownAt - occurredAt);
    expect(delays).toEqual([3_000, 3_000, 3_000, 3_000]);
    const [old, , live] = store.fills();
    expect(old?.knownAt).toBeLessThan(clock.nowMs() - 70_000);
    expect(live?.knownAt).toBe(clock.nowMs());
  });

  test("nothing is known before it happened, though the clock be slow", async () => {
    const chain = createFakeChain({ head: 100, finalized: 100 });
    const set = setUp(chain);
    await set.ingestor.open(never);
    await set.toTip();
    chain.put(110, simpleMatch("in the future", 0));
    await set.toTip();
    const [fill] = set.store.fills();
    expect(fill?.knownAt).toBe(fill?.occurredAt);
  });
});

describe("at the tip", () => {
  async function atTip(chain = createFakeChain({ head: 100, finalized: 98 }), changes: Partial<ListenerConfig> = {}) {
    const set = setUp(chain, changes);
    await set.ingestor.open(never);
    await set.toTip();
    set.logSource.requests.length = 0;
    return set;
  }

  test("a hinted head is read without asking for the head first", async () => {
    const { chain, ingestor, logSource, store } = await atTip();
    chain.put(101, simpleMatch("new", 0));
    const step = await ingestor.step(never, 101);
    expect(step).toMatchObject({ kind: "extended", record: { fromBlock: 101, toBlock: 101 } });
    expect(logSource.requests).toHaveLength(1);
    expect(blocksOf(store)).toEqual([101, 101]);
  });

  test("a hint of a block that is not there yet is forgotten", async () => {
    const { ingestor } = await atTip();
    await expect(ingestor.step(never, 103)).rejects.toThrow(TransientError);
    expect((await ingestor.step(never, null)).kind).toBe("idle");
  });

  test("a hint from nowhere is not believed", async () => {
    const { ingestor, logSource } = await atTip();
    expect((await ingestor.step(never, 5_000_000)).kind).toBe("idle");
    expect(logSource.requests).toEqual([]);
  });

  test("missed hints are made up for: everything since the last covered block is read", async () => {
    const { chain, ingestor, store } = await atTip();
    chain.put(101, simpleMatch("missed", 0));
    chain.mineTo(105);
    await ingestor.step(never, 105);
    expect(store.records.at(-1)).toMatchObject({ fromBlock: 101, toBlock: 105 });
  });

  test("the mark of what is final follows the chain, also when no block is new", async () => {
    const { chain, ingestor, store } = await atTip();
    chain.finalizeTo(100);
    await ingestor.step(never, null);
    expect(await store.finalizedBlock()).toBe(100);
  });

  test("a node that has fallen behind is waited for", async () => {
    const chain = createFakeChain({ head: 100, finalized: 98 });
    const { ingestor, store } = await atTip(chain);
    const behind = setUp(createFakeChain({ head: 99, finalized: 98 }), {}, store);
    await behind.ingestor.open(never);
    expect((await behind.ingestor.step(never, null)).kind).toBe("idle");
    expect(ingestor.view().head).toBe(100);
  });

  test.each([1, 3, 7])("a reorg of %i blocks is found, taken back to the fork, and read again", async (depth) => {
    const chain = createFakeChain({ head: 100, finalized: 90 });
    chain.put(100, simpleMatch("orphaned", 0));
    chain.put(92, simpleMatch("stays", 0));
    const { ingestor, store, toTip } = await atTip(chain);
    chain.reorg(depth);
    chain.put(100, simpleMatch("replacement", 5));
    chain.mineTo(101);
    const [first, ...rest] = await toTip(101);
    expect(first).toEqual({ kind: "retracted", lastGoodBlock: 100 - depth, depth });
    expect(rest.map(({ kind }) => kind)).toContain("extended");
    expect(store.fills().map(({ fill }) => [fill.blockNumber, fill.logIndex])).toEqual([
      [92, 0],
      [92, 1],
      [100, 5],
      [100, 6],
    ]);
    expect(ingestor.view().covered).toEqual([{ fromBlock: 60, toBlock: 101 }]);
  });

  test("a reorg that makes the chain no longer is found by the head alone", async () => {
    const { chain, toTip, store } = await atTip();
    chain.reorg(2);
    chain.put(99, simpleMatch("replacement", 0));
    const [first] = await toTip();
    expect(first).toMatchObject({ kind: "retracted", lastGoodBlock: 98 });
    expect(blocksOf(store)).toEqual([99, 99]);
  });

  test("a reorg below what was final is refused: it is the provider that is wrong, or the end of the world", async () => {
    const { chain, ingestor } = await atTip();
    chain.reorg(5);
    chain.mineTo(101);
    await expect(ingestor.step(never, 101)).rejects.toMatchObject({ code: "FINALIZED_BLOCK_REPLACED" });
  });

  test("an answer of another branch while ours still stands is a contradiction, not a reorg", async () => {
    const { chain, ingestor, logSource, store } = await atTip();
    chain.mineTo(101);
    const honest = logSource.readRange;
    logSource.readRange = async (request, signal) => {
      const answer = await honest(request, signal);
      return { ...answer, blocks: answer.blocks.map((block) => ({ ...block, parentHash: block.hash })) };
    };
    await expect(ingestor.step(never, 101)).rejects.toThrow(ProviderInconsistencyError);
    expect(store.records.at(-1)?.toBlock).toBe(100);
  });
});

describe("ranges that a provider refuses", () => {
  test("are read in smaller pieces, without a gap", async () => {
    const chain = createFakeChain({ head: 100, finalized: 100 });
    for (let block = 60; block <= 100; block += 1) chain.put(block, simpleMatch(`block ${block}`, 0));
    const { ingestor, toTip, store, logSource } = setUp(chain, { rangeBlocks: 40 });
    logSource.limitBlocks(7);
    await ingestor.open(never);
    await toTip();
    expect(new Set(blocksOf(store)).size).toBe(41);
    expect(Math.max(...store.records.map(({ fromBlock, toBlock }) => toBlock - fromBlock + 1))).toBeLessThanOrEqual(7);
  });

  test("or that time out, are halved as well", async () => {
    const { ingestor, logSource } = setUp(createFakeChain({ head: 100, finalized: 100 }));
    await ingestor.open(never);
    logSource.failNext(new TimeoutError("RPC_TIMEOUT", "slow"));
    expect(await ingestor.step(never, null)).toEqual({ kind: "shrunk", rangeBlocks: 5 });
  });

  test("with logs cut off in the middle of a match are asked for a second time before that is believed", async () => {
    const chain = createFakeChain({ head: 100, finalized: 100 });
    chain.put(65, simpleMatch("whole", 0));
    const { ingestor, store, logSource } = setUp(chain);
    await ingestor.open(never);
    logSource.truncateNext();
    await ingestor.step(never, null);
    expect(logSource.requests.slice(0, 2).map(({ again }) => again ?? false)).toEqual([false, true]);
    expect(store.quarantined()).toEqual([]);
    expect(blocksOf(store)).toEqual([65, 65]);
  });
});

describe("a failure on the way", () => {
  test("of the store leaves nothing behind: the same range is read and committed again", async () => {
    const chain = createFakeChain({ head: 100, finalized: 100 });
    chain.put(61, simpleMatch("kept", 0));
    const { ingestor, store, toTip } = setUp(chain);
    await ingestor.open(never);
    store.failNext(new TransientError("DATABASE", "gone"));
    await expect(ingestor.step(never, null)).rejects.toThrow(TransientError);
    await toTip();
    expect(ingestor.view().covered).toEqual([{ fromBlock: 60, toBlock: 100 }]);
    expect(blocksOf(store)).toEqual([61, 61]);
  });

  test("of the store after it committed is found out: what was replaced meanwhile is taken back", async () => {
    const chain = createFakeChain({ head: 100, finalized: 90 });
    const { ingestor, store, toTip } = setUp(chain);
    await ingestor.open(never);
    await toTip();
    chain.put(101, simpleMatch("orphaned", 0));
    store.failAfterNext(new TransientError("DATABASE_UNAVAILABLE", "gone while committing"));
    await expect(ingestor.step(never, 101)).rejects.toThrow(TransientError);
    chain.reorg(1);
    chain.put(101, simpleMatch("replacement", 5));
    chain.mineTo(102);
    const steps = await toTip();
    expect(steps.map(({ kind }) => kind)).toEqual(["retracted", "extended"]);
    expect(store.fills().map(({ fill }) => [fill.blockNumber, fill.logIndex])).toEqual([
      [101, 5],
      [101, 6],
    ]);
  });

  test("of the source while the next range was being fetched is no failure of the range before", async () => {
    const { ingestor, store, logSource } = setUp(createFakeChain({ head: 100, finalized: 100 }));
    await ingestor.open(never);
    logSource.beforeNextRange(() =>
      logSource.beforeNextRange(() => logSource.failNext(new TransientError("RPC", "gone"))),
    );
    expect((await ingestor.step(never, null)).kind).toBe("extended");
    await expect(ingestor.step(never, null)).rejects.toThrow(TransientError);
    expect((await ingestor.step(never, null)).kind).toBe("extended");
    expect(store.records.map(({ fromBlock }) => fromBlock)).toEqual([60, 70]);
  });
});

test("the range behind is asked for once, and not before the database is at work on the one before", async () => {
  const store = createMemoryChainStore();
  const { ingestor, logSource } = setUp(
    createFakeChain({ head: 100, finalized: 100 }),
    {},
    {
      ...store,
      async extend(record, mark, onWriting = () => {}) {
        expect(asked()).toEqual([60]);
        onWriting();
        onWriting();
        expect(asked()).toEqual([60, 70]);
        return store.extend(record, mark);
      },
    },
  );
  const asked = (): number[] => logSource.requests.map(({ fromBlock }) => fromBlock);
  await ingestor.open(never);
  await ingestor.step(never, null);
  expect(asked()).toEqual([60, 70]);
});

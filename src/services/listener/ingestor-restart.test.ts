import { describe, expect, test } from "vitest";
import { createFakeChain, type FakeChain } from "../../../test/support/fake-chain.ts";
import { never, setUp } from "../../../test/support/ingestor-world.ts";
import { createMemoryChainStore } from "../../../test/support/memory-chain-store.ts";
import { simpleMatch } from "../../../test/support/sample-logs.ts";
import { ConfigError, TransientError } from "../../core/errors.ts";
import { epochMs } from "../../core/time/time.ts";
import type { BlockRangeRecord } from "../../ports/chain-store.ts";

/** What a backfill commits: final, and not remembered. */
const historyRecord = (fromBlock: number, toBlock: number): BlockRangeRecord => ({
  ...{ fromBlock, toBlock, finalizedBlock: toBlock, committedAt: epochMs(0) },
  ...{ blocks: [], fills: [], markets: [], resolutions: [], quarantined: [] },
});

describe("where the final block is one that somebody else read, and nobody remembers", () => {
  /** A write that failed has the listener look again at what is held. */
  async function withHistoryAbove({ historyTo = 120 } = {}) {
    const chain = createFakeChain({ head: 100, finalized: 90 });
    const parts = setUp(chain);
    const { ingestor, toTip, store } = parts;
    chain.put(98, simpleMatch("of a branch that may be replaced", 0));
    await ingestor.open(never);
    await toTip();
    chain.mineTo(130);
    chain.finalizeTo(115);
    store.failNext(new TransientError("DATABASE_UNAVAILABLE", "gone"));
    await expect(ingestor.step(never, null)).rejects.toThrow(TransientError);
    await store.extend(historyRecord(101, historyTo));
    return parts;
  }

  test("the mark moves over it, because what is remembered below is of that chain", async () => {
    const { toTip, store } = await withHistoryAbove({ historyTo: 130 });
    expect(await toTip()).toEqual([]);
    expect(await store.finalizedBlock()).toBe(115);
  });

  test("the mark stays while the node that is asked does not have both", async () => {
    const { toTip, store, logSource } = await withHistoryAbove({ historyTo: 130 });
    const honest = logSource.blocks;
    logSource.blocks = async (numbers, signal) =>
      (await honest(numbers, signal)).filter(({ number }) => number !== 100);
    await toTip();
    expect(await store.finalizedBlock()).toBe(90);
  });

  test("what is remembered below is taken back where it is of another chain", async () => {
    const { chain, ingestor, toTip, store } = await withHistoryAbove({ historyTo: 130 });
    chain.reorg(35);
    await toTip();
    const steps = await toTip();
    expect(steps).toContainEqual({ kind: "retracted", lastGoodBlock: 95, depth: 35 });
    expect(await store.finalizedBlock()).toBe(115);
    expect(ingestor.view().covered).toEqual([{ fromBlock: 60, toBlock: 130 }]);
  });

  test("and before the mark comes to a final block that was read above, though a node swears to the old branch", async () => {
    const { chain, logSource, store, toTip } = await withHistoryAbove();
    const stale = await logSource.blocks([100, 99, 98, 97, 96], never);
    chain.reorg(35);
    chain.finalizeTo(125);
    chain.put(98, simpleMatch("of the new branch", 5));
    const honest = logSource.blocks;
    logSource.blocks = async () => {
      logSource.blocks = honest;
      return stale;
    };
    await expect(toTip()).rejects.toMatchObject({ code: "FORK_NOT_FOUND" });
    expect(await toTip()).toContainEqual({ kind: "retracted", lastGoodBlock: 95, depth: 25 });
    expect(await store.finalizedBlock()).toBe(125);
    expect(store.fills().map(({ fill }) => [fill.blockNumber, fill.logIndex])).toEqual([
      [98, 5],
      [98, 6],
    ]);
  });
});

describe("a restart", () => {
  async function stopped(chain: FakeChain) {
    const first = setUp(chain);
    await first.ingestor.open(never);
    await first.toTip();
    return first.store;
  }

  test("goes on after the last covered block", async () => {
    const chain = createFakeChain({ head: 100, finalized: 100 });
    const store = await stopped(chain);
    chain.put(130, simpleMatch("meanwhile", 0));
    const { ingestor, toTip } = setUp(chain, {}, store);
    await ingestor.open(never);
    await toTip();
    expect(store.records.find(({ toBlock }) => toBlock > 100)?.fromBlock).toBe(101);
    expect(ingestor.view().covered).toEqual([{ fromBlock: 60, toBlock: 130 }]);
  });

  test("takes back what was replaced while it was away", async () => {
    const chain = createFakeChain({ head: 100, finalized: 95 });
    chain.put(99, simpleMatch("orphaned", 0));
    const store = await stopped(chain);
    chain.reorg(3);
    chain.mineTo(103);
    const { ingestor, toTip } = setUp(chain, {}, store);
    expect(await ingestor.open(never)).toEqual({ kind: "retracted", lastGoodBlock: 97, depth: 3 });
    await toTip();
    expect(store.fills()).toEqual([]);
  });

  test("with an earlier first block fills the gap below and joins what was there", async () => {
    const chain = createFakeChain({ head: 100, finalized: 100 });
    const store = await stopped(chain);
    const { ingestor, toTip } = setUp(chain, { startBlock: 45 }, store);
    await ingestor.open(never);
    await toTip();
    expect(ingestor.view().covered).toEqual([{ fromBlock: 45, toBlock: 100 }]);
  });

  test("with an earlier first block takes back what lies above the gap on another branch than what fills it", async () => {
    const chain = createFakeChain({ head: 100, finalized: 50 });
    chain.put(61, simpleMatch("orphaned", 0));
    const store = await stopped(chain);
    const { ingestor, logSource, toTip } = setUp(chain, { startBlock: 45 }, store);
    const { blocks } = logSource;
    const stale = await blocks([100], never);
    chain.reorg(48);
    logSource.blocks = async () => stale;
    await ingestor.open(never);
    await expect(toTip()).rejects.toMatchObject({ code: "FORK_NOT_FOUND" });
    logSource.blocks = blocks;
    await toTip();
    expect(ingestor.view().covered).toEqual([{ fromBlock: 45, toBlock: 100 }]);
    expect(store.fills()).toEqual([]);
  });

  test("keeps what somebody else has read above", async () => {
    const chain = createFakeChain({ head: 100, finalized: 90 });
    const store = await stopped(chain);
    chain.mineTo(130);
    await store.extend(historyRecord(101, 120));
    const { ingestor, toTip } = setUp(chain, {}, store);
    expect(await ingestor.open(never)).toEqual({ kind: "idle" });
    expect(await toTip()).toMatchObject([{ kind: "extended", record: { fromBlock: 121, toBlock: 130 } }]);
  });

  test("keeps final blocks that somebody else read, and takes back only what is above them", async () => {
    const chain = createFakeChain({ head: 100, finalized: 59 });
    const store = await stopped(chain);
    await store.extend(historyRecord(0, 59));
    await store.settle(59, epochMs(0));
    chain.reorg(41);
    const { ingestor, toTip } = setUp(chain, {}, store);
    expect(await ingestor.open(never)).toEqual({ kind: "retracted", lastGoodBlock: 59, depth: 41 });
    await toTip();
    expect(ingestor.view().covered).toEqual([{ fromBlock: 0, toBlock: 100 }]);
  });

  test("with nothing left of what it remembers, and a long history behind that, takes back what is not final", async () => {
    const chain = createFakeChain({ head: 100, finalized: 59 });
    const store = await stopped(chain);
    await store.settle(59, epochMs(0));
    chain.reorg(41);
    chain.mineTo(2_000);
    chain.finalizeTo(1_990);
    await store.extend(historyRecord(101, 1_900));
    const { ingestor, toTip } = setUp(chain, {}, store);
    expect(await ingestor.open(never)).toEqual({ kind: "retracted", lastGoodBlock: 59, depth: 1_841 });
    await toTip();
    expect(ingestor.view().covered).toEqual([{ fromBlock: 60, toBlock: 2_000 }]);
  });

  test("waits for a node to which final is what was final before", async () => {
    const chain = createFakeChain({ head: 100, finalized: 30 });
    const store = createMemoryChainStore();
    await store.settle(70, epochMs(0));
    const { ingestor, toTip } = setUp(chain, {}, store);
    await ingestor.open(never);
    await expect(toTip()).rejects.toMatchObject({ code: "RANGE_NOT_FINAL" });
    expect(store.records).toEqual([]);
    chain.finalizeTo(75);
    await toTip();
    expect(ingestor.view().covered).toEqual([{ fromBlock: 60, toBlock: 100 }]);
  });

  test("against another chain says so instead of taking everything back", async () => {
    const store = await stopped(createFakeChain({ head: 100, finalized: 90 }));
    const other = createFakeChain({ head: 200, finalized: 190 });
    other.reorg(201);
    const { ingestor } = setUp(other, {}, store);
    await expect(ingestor.open(never)).rejects.toThrow(ConfigError);
    expect(await store.finalizedBlock()).toBe(90);
  });
});

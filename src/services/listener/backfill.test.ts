import { describe, expect, test } from "vitest";
import { createFakeChain, type FakeChain } from "../../../test/support/fake-chain.ts";
import { createFakeLogSource, type FakeLogSource } from "../../../test/support/fake-log-source.ts";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { createMemoryChainStore } from "../../../test/support/memory-chain-store.ts";
import { createQuietLogger } from "../../../test/support/quiet-logger.ts";
import {
  encodeEvent,
  matchLogs,
  place,
  type SampleMatch,
  simpleMatch,
  wallet,
} from "../../../test/support/sample-logs.ts";
import { EXCHANGES } from "../../core/chain/contracts.ts";
import type { BlockRef } from "../../core/chain/fill.ts";
import { AbortedError, InvariantError, ProviderInconsistencyError, TransientError } from "../../core/errors.ts";
import type { Address } from "../../core/ids/ids.ts";
import { backfill } from "./backfill.ts";
import type { BackfillProgress } from "./backfill-meter.ts";
import { defaultListenerConfig } from "./listener-config.ts";

function aChain(): FakeChain {
  const chain = createFakeChain({ head: 1_000, finalized: 990 });
  for (let block = 0; block <= 1_000; block += 7) chain.put(block, simpleMatch(`block ${block}`, 0));
  return chain;
}
const V3 = EXCHANGES.at(-1)?.address as Address;
const leg = { token: 77n, size: 10_000_000n, cash: 4_000_000n };
const aMatch = (tx: string): SampleMatch => ({
  tx,
  taker: { ...leg, side: "BUY", who: wallet("taker"), order: `${tx} taker` },
  makers: [{ ...leg, side: "SELL", who: wallet("maker"), order: `${tx} maker` }],
});
const whole = { fromBlock: 100, toBlock: 900, concurrency: 3 };

function setUp(chain = aChain()) {
  const [logSource, store, clock, logger] = [
    createFakeLogSource(chain),
    createMemoryChainStore(),
    createManualClock(),
    createQuietLogger(),
  ];
  const deps = { logSource, store, clock, logger, config: defaultListenerConfig };
  const progress: BackfillProgress[] = [];
  const stop = new AbortController();
  const run = (request = whole) => backfill(deps, request, (each) => progress.push(each), stop.signal);
  return { ...deps, chain, progress, stop, run };
}

/** Runs to its end while time goes on by itself: pauses after failures pass. */
async function passing<T>(clock: ReturnType<typeof createManualClock>, running: Promise<T>): Promise<T> {
  const state = { isDone: false };
  const end = (): void => {
    state.isDone = true;
  };
  running.then(end, end);
  while (!state.isDone) await clock.advance(1_000);
  return running;
}

const fillBlocks = (store: ReturnType<typeof createMemoryChainStore>): readonly number[] =>
  [...new Set(store.fills().map(({ fill }) => fill.blockNumber))].sort((a, b) => a - b);
const expectedBlocks = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index).filter((block) => block % 7 === 0);

describe("a backfill", () => {
  test("reads every block once, side by side, and tells how far it is", async () => {
    const { run, store, logSource, progress } = setUp();
    const report = await run();
    expect(report).toMatchObject({ blocksRead: 801, blocksBefore: 0, missing: [] });
    expect(report.fills).toBe(store.fills().length);
    expect(fillBlocks(store)).toEqual(expectedBlocks(100, 900));
    expect(progress.at(-1)).toMatchObject({ blocks: 801, blocksDone: 801, fills: report.fills });
    const blocks = logSource.requests.reduce((sum, { fromBlock, toBlock }) => sum + toBlock - fromBlock + 1, 0);
    expect(blocks).toBe(801);
  });

  /** The answer about the first range comes when all others that may be read at once have been. */
  function answerFirstRangeLate(logSource: FakeLogSource): void {
    const readNow = logSource.readRange;
    const late = Promise.withResolvers<void>();
    let answers = 0;
    logSource.readRange = async (request, signal) => {
      const answer = await readNow(request, signal);
      if (request.fromBlock === whole.fromBlock) await late.promise;
      answers += 1;
      if (answers === whole.concurrency - 1) late.resolve();
      return answer;
    };
  }

  test("commits in the order of blocks, whichever answer comes first", async () => {
    const { run, store, logSource } = setUp();
    answerFirstRangeLate(logSource);
    expect(await run()).toMatchObject({ missing: [] });
    const firsts = store.records.map(({ fromBlock }) => fromBlock);
    expect(firsts[0]).toBe(100);
    expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
  });

  test("stops reading a contract where a log no longer decodes, though later blocks were read before", async () => {
    const { chain, run, store, logSource } = setUp();
    const fillsOf = (tx: string) => matchLogs({ ...aMatch(tx), exchange: V3 }, 0);
    const cut = fillsOf("cut").map((log, index) => (index === 0 ? { ...log, data: log.data.slice(0, -64) } : log));
    const upgrade = encodeEvent("upgraded", { implementation: wallet("new code") });
    chain.put(101, fillsOf("before"));
    chain.put(102, place(V3, "upgrade", [upgrade], 0));
    chain.put(103, cut);
    chain.put(104, fillsOf("behind"));
    chain.put(160, fillsOf("in the next range"));
    answerFirstRangeLate(logSource);
    await run();
    expect(store.records.flatMap(({ facts }) => facts?.halts ?? [])).toMatchObject([{ address: V3, fromBlock: 103 }]);
    const ofV3 = store.fills().filter(({ fill }) => fill.exchange === V3);
    expect(ofV3.map(({ fill }) => fill.blockNumber)).toEqual([101, 101]);
  });

  test("stopped, drops what lies behind a range that was not read", async () => {
    const { run, store, logSource, stop } = setUp();
    const readNow = logSource.readRange;
    let answers = 0;
    logSource.readRange = async (request, signal) => {
      if (request.fromBlock === 100) {
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
        throw new AbortedError();
      }
      const answer = await readNow(request, signal);
      answers += 1;
      if (answers === whole.concurrency - 1) stop.abort();
      return answer;
    };
    expect(await run()).toMatchObject({ blocksRead: 0, missing: [{ fromBlock: 100, toBlock: 900 }] });
    expect(store.records).toEqual([]);
  });

  test("skips what is covered, so a second run reads nothing", async () => {
    const { run, logSource } = setUp();
    await run({ ...whole, fromBlock: 300, toBlock: 400 });
    await run();
    const asked = logSource.requests.length;
    expect(await run()).toMatchObject({ blocksRead: 0, blocksBefore: 801, missing: [] });
    expect(logSource.requests.length).toBe(asked);
  });

  test("asks for smaller ranges where they are too large, and grows them back", async () => {
    const { run, store, logSource, progress } = setUp();
    logSource.limitBlocks(10);
    expect(await run()).toMatchObject({ missing: [] });
    expect(fillBlocks(store)).toEqual(expectedBlocks(100, 900));
    const tried = logSource.requests.map(({ fromBlock, toBlock }) => toBlock - fromBlock + 1);
    expect(tried.filter((blocks) => blocks > 10).length).toBeLessThan(20);
    expect(Math.max(...progress.slice(-5).map(({ rangeBlocks }) => rangeBlocks))).toBeGreaterThanOrEqual(6);
  });

  test("goes on after failures of the endpoint and of the store", async () => {
    const { run, store, logSource, clock } = setUp();
    logSource.failNext(new TransientError("RPC_FAILED", "busy"));
    logSource.failNext(new TransientError("RPC_FAILED", "busy"));
    store.failNext(new TransientError("DATABASE_UNAVAILABLE", "gone for a moment"));
    expect(await passing(clock, run())).toMatchObject({ missing: [] });
    expect(fillBlocks(store)).toEqual(expectedBlocks(100, 900));
  });

  test("gives up on an endpoint that keeps contradicting itself, and keeps what was read", async () => {
    const { run, store, logSource, clock } = setUp();
    await run({ ...whole, toBlock: 200 });
    for (let time = 0; time < 200; time += 1) logSource.failNext(new ProviderInconsistencyError("LIE", "two hashes"));
    await expect(passing(clock, run())).rejects.toThrow(ProviderInconsistencyError);
    expect(fillBlocks(store)).toEqual(expectedBlocks(100, 200));
  });

  test("ends at once on a mistake of our own", async () => {
    const { run, store } = setUp();
    store.failNext(new InvariantError("BROKEN", "our mistake"));
    await expect(run()).rejects.toThrow(InvariantError);
  });

  test("stopped, commits what has been read and names what is missing; the same request goes on there", async () => {
    const { run, store, logSource, stop, chain, clock, logger, config } = setUp();
    const readNow = logSource.readRange;
    let answers = 0;
    logSource.readRange = async (request, signal) => {
      const answer = await readNow(request, signal);
      answers += 1;
      // The answer is here; the wish to stop comes before it is committed.
      if (answers === 4) stop.abort();
      return answer;
    };
    const report = await run();
    expect(report.missing.length).toBeGreaterThan(0);
    expect(report.blocksRead).toBe(store.records.reduce((sum, each) => sum + each.toBlock - each.fromBlock + 1, 0));
    expect(store.records.length).toBeGreaterThanOrEqual(4);
    const again = { logSource: createFakeLogSource(chain), store, clock, logger, config };
    const second = await backfill(again, whole, () => {}, new AbortController().signal);
    expect(second).toMatchObject({ blocksBefore: report.blocksRead, missing: [] });
    expect(fillBlocks(store)).toEqual(expectedBlocks(100, 900));
  });

  test("marks what it read as final, so that ledgers take it", async () => {
    const { run, store } = setUp();
    await run();
    expect(await store.finalizedBlock()).toBe(900);
  });

  test("but not what a listener beside it remembers, some of which may have been replaced", async () => {
    const { run, store, chain, clock } = setUp();
    const remembered = { fromBlock: 700, toBlock: 700, blocks: [chain.block(700) as BlockRef] };
    const nothing = { fills: [], markets: [], resolutions: [], quarantined: [], committedAt: clock.nowMs() };
    await store.extend({ ...remembered, ...nothing });
    expect(await run()).toMatchObject({ missing: [] });
    expect(await store.finalizedBlock()).toBe(699);
  });
});

import { describe, expect, test } from "vitest";
import { createFakeChain, type FakeChain } from "../../../test/support/fake-chain.ts";
import { createFakeLogSource } from "../../../test/support/fake-log-source.ts";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { createMemoryChainStore } from "../../../test/support/memory-chain-store.ts";
import { createQuietLogger } from "../../../test/support/quiet-logger.ts";
import { simpleMatch } from "../../../test/support/sample-logs.ts";
import { InvariantError, PayloadError, RateLimitError, TransientError } from "../../core/errors.ts";
import { fromUnixSeconds } from "../../core/time/time.ts";
import type { MarketCatalog } from "../../ports/market-catalog.ts";
import { defaultListenerConfig, type ListenerConfig } from "./listener-config.ts";
import { createListenerService } from "./listener-service.ts";

const nothing = { infos: [], unreadable: [] };
const emptyCatalog: MarketCatalog = { byMarket: async () => nothing, byToken: async () => nothing };

/** The whole service over a chain that the test writes; both of its loops sleep once it has caught up. */
function start(chain: FakeChain, changes: Partial<ListenerConfig> = {}, store = createMemoryChainStore()) {
  const logSource = createFakeLogSource(chain);
  const clock = createManualClock(fromUnixSeconds((chain.block(chain.head())?.timestamp ?? 0) + 1));
  const logger = createQuietLogger();
  const config = { ...defaultListenerConfig, startBlocks: 20, ...changes };
  const service = createListenerService({ logSource, catalog: emptyCatalog, store, clock, logger, config });
  const stop = new AbortController();
  return {
    ...{ logSource, clock, store, logger, service, chain },
    run: () => service.run(stop.signal),
    stop: () => stop.abort(),
    messages: () => logger.lines.map(({ message }) => message),
  };
}

describe("the listener", () => {
  test("catches up, follows by polling, and stops with everything committed", async () => {
    const { run, clock, chain, store, stop, service, messages, logger } = start(
      createFakeChain({ head: 100, finalized: 100 }),
    );
    const running = run();
    await clock.untilSleeping(2);
    expect(store.records.at(-1)?.toBlock).toBe(100);
    expect(service.health()).toMatchObject({ ready: true });
    chain.put(103, simpleMatch("new", 0));
    await clock.advance(defaultListenerConfig.pollMs);
    expect(store.fills().map(({ fill }) => fill.blockNumber)).toEqual([103, 103]);
    stop();
    await running;
    expect(messages()).toEqual(expect.arrayContaining(["listening", "following"]));
    const { fields } = logger.lines.find(({ message }) => message === "listening") ?? {};
    expect(fields).toEqual({ fromBlock: store.records[0]?.fromBlock, headBlock: 100 });
  });

  test("waits while another one follows into the same store, ready, and goes on where that ended", async () => {
    const chain = createFakeChain({ head: 100, finalized: 100 });
    const first = start(chain);
    const running = first.run();
    await first.clock.untilSleeping(2);
    const second = start(chain, {}, first.store);
    const standby = second.run();
    await second.clock.untilSleeping(1);
    expect(second.service.health()).toMatchObject({ ready: true, detail: expect.stringMatching(/another listener/) });
    chain.mineTo(101);
    await second.clock.advance(5_000);
    expect(first.store.records.at(-1)?.toBlock).toBe(100);
    first.stop();
    await running;
    await second.clock.advance(1_000);
    await second.clock.untilSleeping(2);
    expect(first.store.records.at(-1)).toMatchObject({ fromBlock: 101, toBlock: 101 });
    second.stop();
    await standby;
    expect(second.messages().filter((message) => message.startsWith("another listener"))).toHaveLength(1);
  });

  test("reads at once when it is hinted at a head", async () => {
    const { run, clock, chain, store, stop, logSource } = start(createFakeChain({ head: 100, finalized: 100 }));
    const running = run();
    await clock.untilSleeping(2);
    chain.put(101, simpleMatch("new", 0));
    logSource.hint({ head: 101 });
    await clock.advance(0);
    await clock.untilSleeping(2);
    expect(store.fills()).toHaveLength(2);
    stop();
    await running;
  });

  test("writes a line for a large trade while it is live, and none for history", async () => {
    const chain = createFakeChain({ head: 100, finalized: 100 });
    chain.put(81, simpleMatch("old and large", 0, 9_000_000_000n));
    const { run, clock, stop, logSource, logger } = start(chain, { liveWindowMs: 10_000 });
    const running = run();
    await clock.untilSleeping(2);
    chain.put(101, [...simpleMatch("small", 0), ...simpleMatch("large", 3, 9_000_000_000n)]);
    logSource.hint({ head: 101 });
    await clock.advance(0);
    await clock.untilSleeping(2);
    stop();
    await running;
    const trades = logger.lines.filter(({ message }) => message === "trade").map(({ fields }) => fields);
    expect(trades).toMatchObject([{ usd: "3600", price: 0.4, side: "BUY", block: 101 }]);
  });

  test("waits after what may pass, says for what, and goes on", async () => {
    const { run, clock, store, stop, logSource, service } = start(createFakeChain({ head: 100, finalized: 100 }));
    logSource.failNext(new TransientError("RPC_UNREACHABLE", "the endpoint cannot be reached"));
    const running = run();
    await clock.untilSleeping(2);
    expect(service.health()).toMatchObject({ ready: false });
    expect(service.health().detail).toContain("cannot be reached");
    logSource.failNext(new RateLimitError(20_000, "slow down"));
    await clock.advance(1_000);
    await clock.advance(19_000);
    expect(store.records).toEqual([]);
    await clock.advance(2_000);
    expect(store.records).not.toEqual([]);
    expect(service.health().ready).toBe(true);
    stop();
    await running;
  });

  test("stops the process when the provider does not stop contradicting itself", async () => {
    const { run, clock, logSource } = start(createFakeChain({ head: 100 }), { contradictionsMax: 3 });
    const contradict = (): void => logSource.failNext(new PayloadError("RPC_MALFORMED", "nonsense"));
    contradict();
    const failed = run().then(
      () => null,
      (error: unknown) => error,
    );
    for (let times = 0; times < 2; times += 1) {
      await clock.untilSleeping(2);
      contradict();
      await clock.advance(2_000);
    }
    expect(await failed).toBeInstanceOf(PayloadError);
  });

  test("does not outlive our own mistakes", async () => {
    const { run, store } = start(createFakeChain({ head: 100 }));
    store.failNext(new InvariantError("BROKEN", "ours"));
    await expect(run()).rejects.toThrow(InvariantError);
  });

  test("stops at once when it was stopped before it began", async () => {
    const { run, stop, store } = start(createFakeChain({ head: 100 }));
    stop();
    await run();
    expect(store.records).toEqual([]);
  });
});

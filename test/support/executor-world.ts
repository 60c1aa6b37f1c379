import type { sql } from "kysely";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import { createExecutorStore } from "../../src/adapters/postgres/executor-store.ts";
import { createPaperVenue } from "../../src/adapters/simulated-venue/paper-venue.ts";
import type { Fill } from "../../src/core/chain/fill.ts";
import type { EngineConfig } from "../../src/core/engine/state.ts";
import { DEFAULT_EXECUTOR_TIMING } from "../../src/services/executor/executor-config.ts";
import { createExecutorService } from "../../src/services/executor/executor-service.ts";
import type { ExecutorDeps } from "../../src/services/executor/session.ts";
import * as facts from "./chain-facts.ts";
import { emptyChain } from "./empty-chain.ts";
import { emptyExecutor } from "./empty-executor.ts";
import { emptyReputation } from "./empty-reputation.ts";
import { createFakeBooks } from "./fake-books.ts";
import { createManualClock } from "./manual-clock.ts";
import { createQuietLogger } from "./quiet-logger.ts";
import { putScore } from "./scores.ts";
import { $, aBook, aConfig, sh } from "./trading.ts";

export const LATENCY_MS = 250;
const BLOCK_MS = 2_000;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * A database with two markets and a whale, an executor in front of it, books that a test sets and a clock that it
 * moves. Blocks are two seconds apart and the clock stands at the time of the newest.
 */
export async function createExecutorWorld(db: Database) {
  await emptyChain(db);
  await emptyReputation(db);
  await emptyExecutor(db);
  const chain = createChainStore(db);
  let block = 10;
  const clock = createManualClock(facts.blockTime(block));
  const books = createFakeBooks();
  const markets = [facts.preparedMarket(0, block), facts.preparedMarket(1, block)];
  await chain.extend(facts.aRecord(block, block, { markets }));
  await chain.saveMarketInfo([facts.aMarketInfo(0), facts.aMarketInfo(1, { eventId: "8" })], clock.nowMs());
  await putScore(db, facts.walletNo(1), { score: 9, edgeLowerBound: 0.05, tier: "WHALE" });

  const started: (() => Promise<void>)[] = [];
  const depsOf = (config: EngineConfig = aConfig()): ExecutorDeps => ({
    store: createExecutorStore(db, "PAPER"),
    books,
    venue: createPaperVenue({ books, clock, latencyMs: LATENCY_MS }),
    clock,
    logger: createQuietLogger(),
    wake: db.wake,
    config: { engine: config, timing: DEFAULT_EXECUTOR_TIMING },
  });

  /** The first block that is not yet past. */
  const nextBlock = (): number => {
    const past = Math.ceil((clock.nowMs() - facts.blockTime(0)) / BLOCK_MS);
    return Math.max(block + 1, past);
  };

  /** One more block, and the clock at its time. */
  async function mine(content: Parameters<typeof facts.aRecord>[2] = {}): Promise<number> {
    await clock.advance(facts.blockTime(nextBlock()) - clock.nowMs());
    block = nextBlock();
    await chain.extend(facts.aRecord(block, block, content));
    return block;
  }

  return {
    ...{ db, chain, clock, books, depsOf, mine },
    query: async (statement: ReturnType<typeof sql>): Promise<Record<string, unknown>[]> =>
      (await statement.execute(db.kysely)).rows as Record<string, unknown>[],
    /** The whale buys 400 shares of market 0's first outcome for 200 USD. */
    whaleBuys: (overrides: Partial<Fill> = {}) => {
      const whole = { size: sh("400"), cash: $("200"), blockNumber: nextBlock(), logIndex: 0 };
      return mine({ fills: [facts.aFill({ ...whole, ...overrides })] });
    },
    async resolve(market: number, numerators: readonly [bigint, bigint]): Promise<void> {
      const at = await mine({ resolutions: [facts.resolved(market, numerators, nextBlock())] });
      await chain.finalize(at, at, clock.nowMs());
    },
    offer: (market: number, bid: string, ask: string): void => {
      for (const token of [2 * market, 2 * market + 1]) {
        books.setBook(facts.tokenNo(token), aBook([[bid, "10000"]], [[ask, "10000"]]));
      }
    },
    /** Starts an executor; `stop` ends it as Ctrl-C would. */
    start(deps: ExecutorDeps = depsOf()) {
      const stopping = new AbortController();
      const service = createExecutorService(deps);
      const outcome: { error: unknown; ended: boolean } = { error: null, ended: false };
      const running = service
        .run(stopping.signal)
        .catch((error: unknown) => {
          outcome.error = error;
        })
        .finally(() => {
          outcome.ended = true;
        });
      const stop = async (): Promise<void> => {
        stopping.abort();
        await running;
      };
      started.push(stop);
      return { service, outcome, stop };
    },
    /** Lets time go on in small steps, each when somebody waits for it, until the goal is reached. */
    async until(goal: () => Promise<boolean> | boolean, stepMs = 50): Promise<void> {
      while (!(await goal())) {
        if (clock.sleeping() > 0) await clock.advance(stepMs);
        await turn();
      }
    },
    /** Ends whatever a test left running. */
    async close(): Promise<void> {
      for (const stop of started) await stop();
    },
  };
}

export type ExecutorWorld = Awaited<ReturnType<typeof createExecutorWorld>>;

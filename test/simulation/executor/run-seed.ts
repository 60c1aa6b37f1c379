import { sql } from "kysely";
import { createChainStore } from "../../../src/adapters/postgres/chain-store.ts";
import { ts } from "../../../src/adapters/postgres/codecs.ts";
import { assembleDatabase, type Database } from "../../../src/adapters/postgres/connect.ts";
import type { Engine } from "../../../src/adapters/postgres/engine.ts";
import { createExecutorStore } from "../../../src/adapters/postgres/executor-store.ts";
import { createFaults } from "../../../src/adapters/simnet/faults/faults.ts";
import type { EngineConfig } from "../../../src/core/engine/state.ts";
import { TransientError } from "../../../src/core/errors.ts";
import { DEFAULT_RISK_LIMITS } from "../../../src/core/risk/limits.ts";
import { epochMs } from "../../../src/core/time/time.ts";
import type { Logger } from "../../../src/ports/logger.ts";
import { DEFAULT_EXECUTOR_TIMING } from "../../../src/services/executor/executor-config.ts";
import { createExecutorService } from "../../../src/services/executor/executor-service.ts";
import type { ExecutorDeps } from "../../../src/services/executor/session.ts";
import * as facts from "../../support/chain-facts.ts";
import { putScore } from "../../support/scores.ts";
import { $, aConfig, anOrderHash, sh } from "../../support/trading.ts";
import { createLife, type Life } from "../life.ts";
import { createMortalEngine, type DatabaseFault } from "../mortal-engine.ts";
import type { SimDatabase } from "../sim-database.ts";
import { createSimTime, type SimTime } from "../sim-time.ts";
import { createKiller } from "../surroundings.ts";
import { findExecutorProblems } from "./checks.ts";
import { ALL_MARKETS, createOutside, type Outside } from "./outside.ts";
import { drawExecutorPlan, type ExecutorPlan, type OutsideFault, WHALES, type WorldEvent } from "./plan.ts";

export type ExecutorSeedResult = {
  readonly seed: number;
  /** Empty: everything ended as it should. */
  readonly problems: readonly string[];
  readonly kills: number;
  readonly faults: number;
  readonly statements: number;
  /** Orders that the venue saw. */
  readonly orders: number;
};

export type ExecutorSeedOptions = {
  /** A planted defect: parts of the executor replaced by worse ones. */
  readonly sabotage?: (deps: ExecutorDeps) => ExecutorDeps;
  readonly logger?: Logger;
};

const ignore = (): void => {};
const silent: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore, with: () => silent };

const FIRST_BLOCK = 10;
const AFTERMATH_MS = 6_000;
/** Simulated time within which an executor at peace must have settled everything. */
const PEACE_MS_MAX = 10 * 60_000;

/** Small enough that its limits are met in most seeds. */
const config: EngineConfig = aConfig({
  capitalUsd: $("2000"),
  sizing: { method: "classic", kellyFraction: 0.25, maxPositionUsd: $("600") },
  limits: { ...DEFAULT_RISK_LIMITS, maxPositionUsd: $("600"), maxOpenPositions: 3, maxDailyLossUsd: $("120") },
});
const limits = { positionsMax: 3, deployedMaxMicros: $("1000"), stakeMaxMicros: $("600") };

/** Lives through everything that a seed brings, lets the executor settle in peace, and looks for what must not be. */
export async function runExecutorSeed(
  seed: number,
  sim: SimDatabase,
  options: ExecutorSeedOptions = {},
): Promise<ExecutorSeedResult> {
  const plan = drawExecutorPlan(seed);
  await sim.clear();
  const time = createSimTime(facts.blockTime(FIRST_BLOCK));
  const outsideFaults = createFaults<OutsideFault>(seed, plan.outsideRates);
  const databaseFaults = createFaults<DatabaseFault>(seed, plan.databaseRates);
  const outside = createOutside(time, outsideFaults, limits);
  const world = await createWorld(sim.database, time, outside);
  const killer = createKiller(plan);
  const processes = createProcesses(plan, sim, time, { outside, killer, databaseFaults, options });
  const problems: string[] = [];
  try {
    for (const event of plan.events) await processes.untilTime(event.at, () => world.happen(event));
    await processes.untilTime((plan.events.at(-1)?.at ?? 0) + AFTERMATH_MS, async () => {});
    for (const each of [databaseFaults, outsideFaults]) each.stop();
    killer.stop();
    await processes.settle(() => world.isSettled());
    problems.push(...(await stubborn(() => findExecutorProblems(sim.database, outside))));
  } catch (error) {
    if (!(error instanceof Stuck)) throw error;
    problems.push(error.message);
  } finally {
    await processes.end();
  }
  const faults = [...databaseFaults.counts().values(), ...outsideFaults.counts().values()].reduce((a, b) => a + b, 0);
  return {
    seed,
    problems,
    kills: processes.kills(),
    faults,
    statements: killer.statements(),
    orders: outside.answers.size,
  };
}

class Stuck extends Error {}

type ProcessParts = {
  readonly outside: Outside;
  readonly killer: ReturnType<typeof createKiller>;
  readonly databaseFaults: ReturnType<typeof createFaults<DatabaseFault>>;
  readonly options: ExecutorSeedOptions;
};

/** One executor at a time; whoever was killed is replaced a while later. */
function createProcesses(plan: ExecutorPlan, sim: SimDatabase, time: SimTime, parts: ProcessParts) {
  const { outside, killer, databaseFaults, options } = parts;
  const attempts = new Map<string, number>();
  const startedAt = time.now();
  let running: { readonly life: Life; readonly stop: AbortController; ending: { error: unknown } | null } | null = null;
  let kills = 0;

  function start(): void {
    const life = createLife(time);
    const { terminate } = sim;
    const mortal = createMortalEngine(sim.engine, { time, life, attempts, killer, faults: databaseFaults, terminate });
    const database = assembleDatabase(dyingWith(life, time, mortal), (ms) => life.clock.sleep(ms));
    const deps: ExecutorDeps = {
      store: createExecutorStore(database, "PAPER"),
      ...outside.seenBy(life),
      clock: life.clock,
      logger: options.logger ?? silent,
      wake: database.wake,
      config: { engine: config, timing: { ...DEFAULT_EXECUTOR_TIMING, markMs: 2_000, snapshotSteps: 7 } },
    };
    const stop = new AbortController();
    const mine = { life, stop, ending: null as { error: unknown } | null };
    running = mine;
    void createExecutorService(options.sabotage?.(deps) ?? deps)
      .run(stop.signal)
      .then(
        () => {
          mine.ending = { error: null };
        },
        (error: unknown) => {
          mine.ending = { error };
        },
      );
  }

  async function lookAfter(): Promise<void> {
    const gone = running;
    if (gone === null || !(gone.life.isDead() || gone.ending !== null)) return;
    if (!gone.life.isDead()) throw new Stuck(`the executor ended with ${String(gone.ending?.error)}`);
    running = null;
    kills += 1;
    await time.settled();
    time.at(time.now() + (plan.awayMs[kills % plan.awayMs.length] ?? 0), start);
  }

  /** Moves time on, from what is due to what is due next, until `isOver`. */
  async function proceed(isOver: () => Promise<boolean> | boolean, deadline: number): Promise<void> {
    for (;;) {
      await time.settled();
      await lookAfter();
      if (await isOver()) return;
      if (time.now() > deadline) throw new Stuck("not settled in time");
      if (!time.next()) throw new Stuck("nothing is due, and the end is not reached");
    }
  }

  async function end(): Promise<void> {
    running?.life.kill();
    running = null;
    await time.settled();
  }

  start();
  return {
    kills: () => kills,
    end,
    async untilTime(offset: number, then: () => Promise<void>): Promise<void> {
      let isReached = false;
      time.at(startedAt + offset, () => {
        isReached = true;
      });
      await proceed(() => isReached, Number.POSITIVE_INFINITY);
      await time.busy(then);
    },
    async settle(isSettled: () => Promise<boolean>): Promise<void> {
      let lookAt = time.now();
      await proceed(async () => {
        if (time.now() < lookAt || running === null) return false;
        lookAt = time.now() + 1_000;
        return isSettled();
      }, time.now() + PEACE_MS_MAX);
      // Asked to end, it leaves a snapshot of where it stands.
      const last = running as { readonly stop: AbortController; readonly ending: unknown } | null;
      last?.stop.abort();
      await proceed(() => last?.ending !== null, time.now() + PEACE_MS_MAX).catch((error: unknown) => {
        if (last?.ending === null) throw error;
      });
      running = null;
    },
  };
}

/** Its advisory lock and its ears go with a process. */
function dyingWith(life: Life, time: SimTime, engine: Engine): Engine {
  return {
    ...engine,
    tryLock: (key, onLost) =>
      life.answer(
        time.busy(async () => {
          const release = await engine.tryLock(key, onLost);
          if (release === null) return null;
          life.onDeath(() => void time.busy(release));
          return () => time.busy(release);
        }),
      ),
    wake: {
      ...engine.wake,
      listen: (channel, onHint) =>
        life.answer(
          time.busy(async () => {
            const unlisten = await engine.wake.listen(channel, () => life.isDead() || onHint());
            life.onDeath(() => void unlisten());
            return unlisten;
          }),
        ),
    },
  };
}

/** An ended connection may be noticed by whoever uses it next. */
export async function stubborn<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TransientError) || attempt === 5) throw error;
    }
  }
}

/** What happens on the chain and at the keyboard, written by whom nothing befalls. */
async function createWorld(database: Database, time: SimTime, outside: Outside) {
  const chain = createChainStore(database);
  let block = FIRST_BLOCK;
  let orders = 0;
  const now = () => epochMs(Math.floor(time.now()));
  const markets = ALL_MARKETS.map((market) => facts.preparedMarket(market, block));
  await chain.extend(facts.aRecord(block, block, { markets }));
  // Two markets of one event share its limit.
  const infos = ALL_MARKETS.map((market) =>
    facts.aMarketInfo(market, { eventId: market < 2 ? "7" : String(market + 10) }),
  );
  await chain.saveMarketInfo(infos, now());
  for (let whale = 1; whale <= WHALES; whale += 1) {
    await putScore(database, facts.walletNo(whale), { score: 7.5 + whale / 3, edgeLowerBound: 0.05, tier: "WHALE" });
  }

  /** Blocks up to now, the last with this content. */
  async function mine(content: (block: number) => Parameters<typeof facts.aRecord>[2]): Promise<number> {
    const due = FIRST_BLOCK + Math.floor((time.now() - facts.blockTime(FIRST_BLOCK)) / 2_000);
    const next = Math.max(block + 1, due);
    await chain.extend(facts.aRecord(block + 1, next, { ...content(next), committedAt: now() }));
    block = next;
    return next;
  }

  function fillsOf(event: Extract<WorldEvent, { kind: "buy" | "sell" }>, at: number) {
    orders += 1;
    const count = event.kind === "buy" ? event.fills : 1;
    return Array.from({ length: count }, (_, logIndex) => {
      const fill = facts.aFill({
        wallet: facts.walletNo(event.whale),
        tokenId: facts.tokenNo(event.token),
        side: event.kind === "buy" ? "BUY" : "SELL",
        ...{ blockNumber: at, logIndex, orderHash: anOrderHash(orders), size: sh("400"), cash: $("200") },
      });
      return { ...fill, occurredAt: now(), knownAt: now() };
    });
  }

  return {
    async happen(event: WorldEvent): Promise<void> {
      switch (event.kind) {
        case "buy":
        case "sell":
          return void (await mine((at) => ({ fills: fillsOf(event, at) })));
        case "price":
          outside.setCents(event.market, event.cents);
          return void (await mine(() => ({})));
        case "resolve": {
          if (outside.isClosed(event.market)) return;
          const numerators: readonly [bigint, bigint] =
            event.winner === null ? [1n, 1n] : event.winner === 0 ? [1n, 0n] : [0n, 1n];
          outside.close(event.market, numerators);
          const at = await mine((number) => ({ resolutions: [facts.resolved(event.market, numerators, number)] }));
          return chain.finalize(at, at, now());
        }
        case "reorg": {
          const at = await mine(() => ({}));
          block = at - 1;
          return chain.retract(block, now());
        }
        case "command":
          await stubborn(() =>
            sql`INSERT INTO flow.command (kind, created_by, created_at)
              VALUES (${event.command}, 'simulation', ${ts(now())})`.execute(database.kysely),
          );
          return stubborn(() => database.wake.notify("orderflow_commands"));
      }
    },
    /** Nothing is on its way any more: no order, no exit that could go on, no resolution not booked. */
    async isSettled(): Promise<boolean> {
      const { rows } = await stubborn(() =>
        sql<{ left: bigint }>`
        SELECT (SELECT count(*) FROM flow.trade_order WHERE status = 'SUBMITTED')
          + (SELECT count(*) FROM flow.signal WHERE status = 'PENDING' AND side = 'BUY')
          + (SELECT count(*) FROM flow.command WHERE handled_at IS NULL)
          + (SELECT count(*) FROM flow.position p JOIN flow.resolution r USING (market_key) WHERE p.status = 'OPEN')
          + CASE WHEN EXISTS (SELECT FROM flow.executor_state) THEN 0 ELSE 1 END AS left`.execute(database.kysely),
      );
      return rows[0]?.left === 0n;
    },
  };
}

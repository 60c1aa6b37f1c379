import { sql } from "kysely";
import { createChainStore } from "../../../src/adapters/postgres/chain-store.ts";
import { ts } from "../../../src/adapters/postgres/codecs.ts";
import type { Database } from "../../../src/adapters/postgres/connect.ts";
import { createExecutorStore } from "../../../src/adapters/postgres/executor-store.ts";
import { createFaults } from "../../../src/adapters/simnet/faults/faults.ts";
import type { EngineConfig } from "../../../src/core/engine/state.ts";
import { TransientError } from "../../../src/core/errors.ts";
import { DEFAULT_RISK_LIMITS } from "../../../src/core/risk/limits.ts";
import { epochMs } from "../../../src/core/time/time.ts";
import type { StoredFill } from "../../../src/ports/chain-store.ts";
import type { Logger } from "../../../src/ports/logger.ts";
import { DEFAULT_EXECUTOR_TIMING } from "../../../src/services/executor/executor-config.ts";
import type { ExecutorDeps } from "../../../src/services/executor/session.ts";
import * as facts from "../../support/chain-facts.ts";
import { putScore } from "../../support/scores.ts";
import { $, aConfig, anOrderHash, sh } from "../../support/trading.ts";
import type { Life } from "../life.ts";
import type { DatabaseFault } from "../mortal-engine.ts";
import type { SimDatabase } from "../sim-database.ts";
import { createSimTime, type SimTime } from "../sim-time.ts";
import { createKiller } from "../surroundings.ts";
import { findExecutorProblems } from "./checks.ts";
import { ALL_MARKETS, createOutside, type Outside } from "./outside.ts";
import { drawExecutorPlan, type OutsideFault, WHALES, type WorldEvent } from "./plan.ts";
import { createProcesses, Stuck } from "./processes.ts";

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
  /** Others write between the executor's statements. */
  readonly interleaved?: boolean;
};

const ignore = (): void => {};
const silent: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore, with: () => silent };

const FIRST_BLOCK = 10;
const AFTERMATH_MS = 6_000;

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
  const plan = drawExecutorPlan(seed, options.interleaved);
  await sim.clear();
  const time = createSimTime(facts.blockTime(FIRST_BLOCK));
  const outsideFaults = createFaults<OutsideFault>(seed, plan.outsideRates);
  const databaseFaults = createFaults<DatabaseFault>(seed, plan.databaseRates);
  const outside = createOutside(time, outsideFaults, limits);
  const world = await createWorld(sim.database, time, outside, options.interleaved === true);
  const killer = createKiller(plan);
  const depsOf = (life: Life, database: Database): ExecutorDeps => {
    const deps: ExecutorDeps = {
      store: createExecutorStore(database, "PAPER"),
      ...outside.seenBy(life),
      clock: life.clock,
      logger: options.logger ?? silent,
      wake: database.wake,
      config: { engine: config, timing: { ...DEFAULT_EXECUTOR_TIMING, markMs: 2_000, snapshotSteps: 7 } },
    };
    return options.sabotage?.(deps) ?? deps;
  };
  const interludes = createInterludes(world.happen);
  const { between: after } = plan;
  const between = after === null ? {} : { between: interludes.between };
  const processes = createProcesses(plan, sim, time, { killer, databaseFaults, depsOf, ...between });
  const problems: string[] = [];
  try {
    for (const [index, event] of plan.events.entries()) {
      await processes.untilTime(event.at, () => interludes.due(event, after?.[index] ?? null));
    }
    await processes.untilTime((plan.events.at(-1)?.at ?? 0) + AFTERMATH_MS, interludes.rest);
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

/** Lets what is due happen before so many more statements of the executor's, in its order. */
function createInterludes(happen: (event: WorldEvent) => Promise<void>) {
  let waiting: readonly { readonly event: WorldEvent; readonly after: number }[] = [];
  let line: Promise<void> = Promise.resolve();
  const take = (isDue: (after: number) => boolean): Promise<void> => {
    line = line.then(async () => {
      for (let [next] = waiting; next !== undefined && isDue(next.after); [next] = waiting) {
        waiting = waiting.slice(1);
        await happen(next.event);
      }
      waiting = waiting.map((each, index) => (index === 0 ? { ...each, after: each.after - 1 } : each));
    });
    return line;
  };
  return {
    /** @param after null: at once */
    async due(event: WorldEvent, after: number | null): Promise<void> {
      if (after === null) await happen(event);
      else waiting = [...waiting, { event, after }];
    },
    between: () => take((after) => after <= 0),
    rest: () => take(() => true),
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
async function createWorld(database: Database, time: SimTime, outside: Outside, interleaved: boolean) {
  const chain = createChainStore(database);
  let block = FIRST_BLOCK;
  let orders = 0;
  let [final, fork] = [FIRST_BLOCK, 0];
  /** What the blocks above the final one hold. */
  let recent: { readonly number: number; readonly fills: readonly StoredFill[] }[] = [];
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
    const { fills = [], ...others } = content(next) ?? {};
    const blocks = [facts.aBlock(next, fork)];
    const record = { ...others, fills, blocks, finalizedBlock: final, committedAt: now() };
    await chain.extend(facts.aRecord(block + 1, next, record));
    if (fills.length > 0) recent.push({ number: next, fills });
    block = next;
    return next;
  }

  /** A part of what it holds, and we go on holding and counting. */
  const amounts = ({ kind }: WorldEvent) =>
    interleaved && kind === "sell" ? { size: sh("100"), cash: $("50") } : { size: sh("400"), cash: $("200") };

  function fillsOf(event: Extract<WorldEvent, { kind: "buy" | "sell" }>, at: number) {
    orders += 1;
    const count = event.kind === "buy" ? event.fills : 1;
    return Array.from({ length: count }, (_, logIndex) => {
      const fill = facts.aFill({
        wallet: facts.walletNo(event.whale),
        tokenId: facts.tokenNo(event.token),
        side: event.kind === "buy" ? "BUY" : "SELL",
        ...{ blockNumber: at, logIndex, orderHash: anOrderHash(orders), ...amounts(event) },
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
          final = at;
          return chain.finalize(at, at, now());
        }
        case "fork": {
          const last = Math.max(final, block - event.depth);
          const gone = recent.filter(({ number }) => number > last).flatMap(({ fills }) => fills);
          recent = recent.filter(({ number }) => number <= last);
          await chain.retract(last, now());
          [block, fork] = [last, fork + 1];
          if (gone.length === 0 || event.isLost) return;
          const again = (at: number) =>
            gone.map((each, logIndex) => ({ ...each, fill: { ...each.fill, blockNumber: at, logIndex } }));
          return void (await mine((at) => ({ fills: again(at) })));
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
    /** Nothing is on its way any more: no order, no exit that could go on, no row, no resolution not booked. */
    async isSettled(): Promise<boolean> {
      const { rows } = await stubborn(() =>
        sql<{ left: bigint }>`
        SELECT (SELECT count(*) FROM flow.trade_order WHERE status = 'SUBMITTED')
          + (SELECT count(*) FROM flow.signal WHERE status = 'PENDING' AND side = 'BUY')
          + (SELECT count(*) FROM flow.command WHERE handled_at IS NULL)
          + (SELECT count(*) FROM flow.position p JOIN flow.resolution r USING (market_key) WHERE p.status = 'OPEN')
          + CASE WHEN EXISTS (SELECT FROM flow.executor_state WHERE waiting IS NULL) THEN 0 ELSE 1 END AS left`.execute(
          database.kysely,
        ),
      );
      return rows[0]?.left === 0n;
    },
  };
}

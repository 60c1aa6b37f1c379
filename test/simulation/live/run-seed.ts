import { AsyncLocalStorage } from "node:async_hooks";
import { sql } from "kysely";
import { createAlertOutbox } from "../../../src/adapters/postgres/alert-outbox.ts";
import type { Database } from "../../../src/adapters/postgres/connect.ts";
import { createExecutorStore } from "../../../src/adapters/postgres/executor-store.ts";
import { createLiveAccountStore } from "../../../src/adapters/postgres/live-account-store.ts";
import { createLiveOrderStore } from "../../../src/adapters/postgres/live-order-store.ts";
import { createFaults, type Faults } from "../../../src/adapters/simnet/faults/faults.ts";
import { createPrng } from "../../../src/adapters/simnet/random/prng.ts";
import { createPaperVenue } from "../../../src/adapters/simulated-venue/paper-venue.ts";
import type { EngineConfig } from "../../../src/core/engine/state.ts";
import { TransientError } from "../../../src/core/errors.ts";
import { DEFAULT_RISK_LIMITS } from "../../../src/core/risk/limits.ts";
import type { Logger } from "../../../src/ports/logger.ts";
import type { VenueClient } from "../../../src/ports/venue-client.ts";
import { DEFAULT_EXECUTOR_TIMING } from "../../../src/services/executor/executor-config.ts";
import type { ExecutorDeps } from "../../../src/services/executor/session.ts";
import { createLiveAccount } from "../../../src/services/live/live-account.ts";
import { createLiveVenue } from "../../../src/services/live/live-venue.ts";
import { createOrderHints } from "../../../src/services/live/order-hints.ts";
import { withPaperTwin } from "../../../src/services/live/paper-twin.ts";
import { START } from "../../support/live-simnet.ts";
import { $, aConfig } from "../../support/trading.ts";
import { createProcesses, Stuck } from "../executor/processes.ts";
import { stubborn } from "../executor/run-seed.ts";
import type { Life } from "../life.ts";
import type { DatabaseFault } from "../mortal-engine.ts";
import type { SimDatabase } from "../sim-database.ts";
import { createSimTime, type SimTime } from "../sim-time.ts";
import { createKiller } from "../surroundings.ts";
import { findLiveProblems, type LiveLimits } from "./checks.ts";
import { createHintFeed } from "./hint-feed.ts";
import { drawLivePlan, type LiveEvent, type LivePlan, type WireFault } from "./plan.ts";
import { createLiveWorld, type LiveWorld } from "./world.ts";

export type LiveSeedResult = {
  readonly seed: number;
  /** Empty: everything ended as it should. */
  readonly problems: readonly string[];
  readonly kills: number;
  readonly faults: number;
  /** Orders that reached the venue, or would have. */
  readonly posts: number;
  readonly trades: number;
  /** Orders of which something was filled while they rested. */
  readonly rested: number;
  /** Why orders came to nothing. */
  readonly reasons: readonly string[];
};

/** @param livedMs since the beginning */
export type Sabotage = (client: VenueClient, livedMs: () => number) => VenueClient;

export type LiveSeedOptions = {
  /** A planted defect: parts of the executor replaced by worse ones. */
  readonly sabotage?: (deps: ExecutorDeps, database: Database) => ExecutorDeps;
  readonly sabotageClient?: Sabotage;
  /** Simulated time in which everything has to settle; default: ten minutes. */
  readonly peaceMs?: number;
  /** Looks at what has become of it. */
  readonly onEnd?: (database: Database, world: LiveWorld) => Promise<void>;
  readonly logger?: Logger;
};

const ignore = (): void => {};
const silent: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore, with: () => silent };
const AFTERMATH_MS = 5_000;

/** Small enough that its limits are met in most seeds; less than the wallet holds. */
export const LIVE_CONFIG = aConfig({
  mode: "LIVE",
  capitalUsd: $("900"),
  sizing: { method: "classic", kellyFraction: 0.25, maxPositionUsd: $("100") },
  limits: { ...DEFAULT_RISK_LIMITS, maxPositionUsd: $("100"), maxOpenPositions: 3, maxDailyLossUsd: $("60") },
});
export const LIVE_LIMITS: LiveLimits = {
  positionsMax: 3,
  deployedMaxMicros: 450_000_000n,
  stakeMaxMicros: 100_000_000n,
};

/** What rests does so for less than a life. */
const REST_MS = 20_000;
/** Much, at the best price there was and no higher, so that not all of it is on offer. */
const TIGHT = { ttlMs: REST_MS, slippageBps: 0n };
const configOf = ({ order }: LivePlan): EngineConfig => ({
  ...LIVE_CONFIG,
  copy: { ...LIVE_CONFIG.copy, base: order === "FAK" ? {} : { order, stake: { kind: "fixed", usd: $("100") } } },
  signals: { ...LIVE_CONFIG.signals, ...(order === "FAK" ? {} : TIGHT) },
});

/** Lives through everything that a seed brings, lets the executor settle in peace, and looks for what must not be. */
export async function runLiveSeed(
  seed: number,
  sim: SimDatabase,
  options: LiveSeedOptions = {},
  plan: LivePlan = drawLivePlan(seed),
): Promise<LiveSeedResult> {
  await sim.clear();
  const time = createSimTime(START);
  const wire = createFaults<WireFault>(seed, plan.wireRates);
  const databaseFaults = createFaults<DatabaseFault>(seed, plan.databaseRates);
  const { database } = sim;
  const world = await createLiveWorld({ ...plan, database, now: time.now });
  const killer = createKiller(plan);
  const random = createPrng(seed, "salts");
  const problems: string[] = [];
  const depsOf = (life: Life, own: Database): ExecutorDeps => {
    const { logger = silent, sabotageClient = (client) => client } = options;
    const seen = notingTransactions(own);
    const deps = liveDeps({ plan, world, life, time, wire, random, database: seen, logger, sabotageClient, problems });
    return options.sabotage?.(deps, seen) ?? deps;
  };
  const onTime = (): void => world.simnet.advanceTo(time.now());
  const processes = createProcesses(plan, sim, time, { killer, databaseFaults, depsOf, onTime });
  try {
    for (const event of plan.events) await processes.untilTime(event.at, () => happen(world, event));
    await processes.untilTime((plan.events.at(-1)?.at ?? 0) + AFTERMATH_MS, async () => {});
    for (const each of [databaseFaults, wire]) each.stop();
    killer.stop();
    await processes.settle(() => isSettled(database), options.peaceMs);
    problems.push(...(await stubborn(() => findLiveProblems(database, world, LIVE_LIMITS))));
    await options.onEnd?.(database, world);
  } catch (error) {
    if (!(error instanceof Stuck)) throw error;
    problems.push(error.message);
  } finally {
    await processes.end();
    await world.stop();
  }
  const counts = [...databaseFaults.counts().values(), ...wire.counts().values()];
  const posts = world.simnet.faults.seen();
  const struck = plan.orderFaults.slice(0, posts).filter((fault) => fault !== null).length;
  const { rows } = await sql<{ trades: number; rested: number; reasons: readonly string[] }>`
    SELECT (SELECT count(*)::int FROM flow.own_fill) AS trades,
      (SELECT count(*)::int FROM flow.live_order WHERE trades @> '[{"role": "maker"}]') AS rested, (SELECT coalesce(array_agg(reason), '{}')
      FROM flow.trade_order WHERE reason IS NOT NULL) AS reasons`.execute(database.kysely);
  const faults = counts.reduce((a, b) => a + b, struck);
  return { seed, problems, kills: processes.kills(), faults, posts, trades: 0, rested: 0, reasons: [], ...rows[0] };
}

async function happen({ whales }: LiveWorld, event: LiveEvent): Promise<void> {
  if (event.kind === "block") return whales.mine();
  if (event.kind === "command") return stubborn(() => whales.command(event.command));
  await whales.trade(event.kind === "buy" ? "BUY" : "SELL", event.whale, event.market);
}

/** Nothing is on its way any more. Exits that find no buyer may go on for ever. */
async function isSettled({ kysely }: Database): Promise<boolean> {
  const { rows } = await stubborn(() =>
    sql<{ left: bigint }>`
    SELECT (SELECT count(*) FROM flow.trade_order WHERE status = 'SUBMITTED')
      + (SELECT count(*) FROM flow.live_order WHERE result IS NULL)
      + (SELECT count(*) FROM flow.signal WHERE status = 'PENDING' AND side = 'BUY')
      + (SELECT count(*) FROM flow.command WHERE handled_at IS NULL)
      + CASE WHEN EXISTS (SELECT FROM flow.executor_state) THEN 0 ELSE 1 END
      + CASE WHEN EXISTS (SELECT FROM flow.live_account WHERE reconciled_at IS NOT NULL) THEN 0 ELSE 1 END AS left`.execute(
      kysely,
    ),
  );
  return rows[0]?.left === 0n;
}

type LiveDepsParts = {
  readonly plan: LivePlan;
  readonly world: LiveWorld;
  readonly life: Life;
  readonly time: SimTime;
  readonly wire: Faults<WireFault>;
  readonly random: () => number;
  readonly database: Database;
  readonly logger: Logger;
  readonly sabotageClient: Sabotage;
  readonly problems: string[];
};

const transacting = new AsyncLocalStorage<true>();

/** Marks whatever is done inside of a transaction. */
const notingTransactions = (database: Database): Database => ({
  ...database,
  transaction: (run) => database.transaction((trx) => transacting.run(true, () => run(trx))),
});

/** The program's own parts between a decision and the venue, as one process has them. */
function liveDeps(parts: LiveDepsParts): ExecutorDeps {
  const { world, life, time, wire, random, database, logger } = parts;
  let asked = 0;
  /** Time waits for what is outside; a process that is dead by then does not see its answer. */
  const outside = <Part extends object>(part: Part, fault: WireFault): Part =>
    Object.fromEntries(
      Object.entries(part).map(([name, method]: [string, unknown]) => [
        name,
        (...args: unknown[]) =>
          life.answer(
            time.busy(async () => {
              asked += 1;
              if (transacting.getStore() === true) parts.problems.push(`${name} is asked inside of a transaction`);
              if (name !== "postOrder" && wire.strikes(fault, `${name} ${Math.floor(time.now())}`, asked)) {
                wire.count(fault);
                throw new TransientError("LOST", "no answer");
              }
              return (method as (...given: unknown[]) => Promise<unknown>)(...args);
            }),
          ),
      ]),
    ) as Part;
  const client = parts.sabotageClient(outside(world.client, "ask_lost"), () => time.now() - START);
  const books = outside(world.books, "book_lost");
  const signer = outside(world.signer, "signer_silent");
  const { clock } = life;
  const hints = createOrderHints(clock);
  const { wallet } = world;
  const shared = { client, clock, logger, hints };
  const companion = createLiveAccount({
    ...{
      ...shared,
      wallet,
      store: createLiveAccountStore(database),
      feed: createHintFeed(world.simnet, life, parts.plan),
    },
    outbox: createAlertOutbox(database),
  });
  const { signatureType, owner } = world.identity;
  const live = createLiveVenue({
    ...{ ...shared, signer, random, store: createLiveOrderStore(database), account: { wallet, owner, signatureType } },
    exchangeOf: async (id) => ({ marketVersion: "v1", negRisk: world.marketOf(id)?.negRisk === true }),
    ...{ alarm: companion.alarm, hold: companion.hold },
  });
  return {
    store: createExecutorStore(database, "LIVE"),
    books,
    venue: withPaperTwin(live, createPaperVenue({ books, clock, latencyMs: 500 }), logger),
    ...{ clock, logger, wake: database.wake, companion },
    config: { engine: configOf(parts.plan), timing: { ...DEFAULT_EXECUTOR_TIMING, markMs: 5_000, snapshotSteps: 7 } },
  };
}

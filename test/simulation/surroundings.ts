import { createFaults, type Fault } from "../../src/adapters/simnet/faults/faults.ts";
import { createPrng } from "../../src/adapters/simnet/random/prng.ts";
import { DEFAULT_LIMITS } from "../../src/adapters/simnet/server/rpc-methods.ts";
import { ConfigError, PayloadError, ProviderInconsistencyError } from "../../src/core/errors.ts";
import type { Logger } from "../../src/ports/logger.ts";
import { GENESIS_MS } from "../support/simulated-chain.ts";
import { isCaughtUp } from "./checks.ts";
import { createNetwork, type Network } from "./endpoints.ts";
import { createLife } from "./life.ts";
import { createMortalEngine, type DatabaseFault, type Killer } from "./mortal-engine.ts";
import type { AnyFault, Plan } from "./plan.ts";
import { recordedWorld } from "./recorded-world.ts";
import { type CatalogFault, createSimCatalog } from "./sim-catalog.ts";
import type { SimDatabase } from "./sim-database.ts";
import { type Sabotage, type SimProcess, startSimProcess } from "./sim-process.ts";
import { createSimTime } from "./sim-time.ts";
import { createWire } from "./wire.ts";

export type SurroundingsOptions = { readonly sabotage?: Sabotage; readonly logger?: Logger };

/** A listener that does not get where it must, or ends as it must not. */
export class Stuck extends Error {}

export type Surroundings = {
  readonly network: Network;
  /** Until everything that the seed brings has happened, and for a while after. */
  liveThrough(): Promise<void>;
  /** The world stops and nothing fails any more. @throws Stuck */
  catchUp(): Promise<void>;
  /** A new listener on an empty database that meets no fault at all. @throws Stuck */
  runClean(): Promise<void>;
  end(): Promise<void>;
  counts(): { readonly faults: ReadonlyMap<AnyFault, number>; readonly kills: number; readonly statements: number };
};

const ignore = (): void => {};
const silent: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore, with: () => silent };

/** Simulated time within which a listener whose world is at peace must have caught up. */
const CATCH_UP_MS_MAX = 15 * 60_000;
const AFTERMATH_MS = 20_000;
const RESTART_MS = 1_000;
const LOOK_EVERY_MS = 500;
const CLEAN = "clean.sim";

export function createSurroundings(plan: Plan, sim: SimDatabase, options: SurroundingsOptions): Surroundings {
  const time = createSimTime(GENESIS_MS);
  const world = recordedWorld(plan.worldSeed);
  const faults = createFaults<Fault>(plan.seed, plan.rates);
  const databaseFaults = createFaults<DatabaseFault>(plan.seed, plan.rates);
  const catalogFaults = createFaults<CatalogFault>(plan.seed, plan.rates);
  const attempts = new Map<string, number>();
  const killer = createKiller(plan);
  const cleanEndpoint = {
    name: CLEAN,
    lagsMs: [0],
    stuck: null,
    dead: null,
    lies: "never",
    limits: DEFAULT_LIMITS,
  } as const;
  const network = createNetwork({ ...plan, time, world, faults, endpoints: [...plan.endpoints, cleanEndpoint] });
  const names = plan.endpoints.map(({ name }) => name);
  let process: SimProcess | null = null;
  let started = 0;
  let kills = 0;

  function start(endpoints: readonly string[], changes: Partial<Plan> = {}, sabotage: Sabotage = {}): void {
    const { batchMax, rangeBlocks, rangeBlocksMax, startBlock } = { ...plan, ...changes };
    started += 1;
    const life = createLife(time);
    const engine = createMortalEngine(sim.engine, {
      ...{ time, life, attempts, killer, faults: databaseFaults, terminate: sim.terminate },
    });
    process = startSimProcess({
      ...{ life, engine, batchMax, sabotage },
      transport: createWire({ time, network, faults, processNumber: started }, life),
      catalog: createSimCatalog(world.world.markets, { time, faults: catalogFaults, attempts }, life),
      urls: endpoints.map((name) => `http://${name}/rpc`),
      random: createPrng(plan.seed, `jitter ${started}`),
      logger: options.logger ?? silent,
      config: { startBlock, rangeBlocks, rangeBlocksMax, infoStaleMs: 60_000 },
    });
  }

  /** Whoever looks after processes starts one that is gone again, a while later. @throws Stuck when it must not be gone. */
  async function lookAfter(): Promise<void> {
    const gone = process;
    const ending = gone?.ending() ?? null;
    if (gone === null || !(gone.life.isDead() || ending !== null)) return;
    process = null;
    if (gone.life.isDead()) kills += 1;
    else if (!mayEndWith(ending?.error)) throw new Stuck(`the listener ended with ${describe(ending?.error)}`);
    gone.life.kill();
    await time.settled();
    const awayMs = ending === null ? (plan.awayMs[kills % plan.awayMs.length] ?? 0) : RESTART_MS;
    time.at(time.now() + awayMs, () => start(names, {}, options.sabotage));
  }

  /** Moves time on, from event to event, until `isOver`. @throws Stuck */
  async function proceed(isOver: () => Promise<boolean> | boolean, deadline: number): Promise<void> {
    for (;;) {
      await time.settled();
      await lookAfter();
      if (await isOver()) return;
      if (time.now() > deadline) throw new Stuck(`not caught up: ${process?.health()?.detail ?? "no process"}`);
      if (!time.next()) throw new Stuck("nothing is due, and the end is not reached");
    }
  }

  async function kill(): Promise<void> {
    process?.life.kill();
    process = null;
    await time.settled();
  }

  function untilCaughtUp(): Promise<void> {
    let lookAt = time.now();
    const isOver = async (): Promise<boolean> => {
      if (time.now() < lookAt || process === null) return false;
      lookAt = time.now() + LOOK_EVERY_MS;
      return isCaughtUp(sim.database, network.chain, plan.startBlock);
    };
    return proceed(isOver, time.now() + CATCH_UP_MS_MAX);
  }

  return {
    network,
    async liveThrough() {
      start(names, {}, options.sabotage);
      const last = plan.events.at(-1)?.at ?? 0;
      const over = time.now() + last + AFTERMATH_MS;
      await proceed(() => time.now() >= over, Number.POSITIVE_INFINITY);
    },
    async catchUp() {
      network.heal();
      for (const each of [databaseFaults, catalogFaults]) each.stop();
      killer.stop();
      if (plan.restartsForTheEnd) {
        await kill();
        start(names, {}, options.sabotage);
      }
      await untilCaughtUp();
      await kill();
    },
    async runClean() {
      start([CLEAN], { batchMax: 1_000, rangeBlocks: 2_000, rangeBlocksMax: 2_000 });
      await untilCaughtUp();
    },
    end: kill,
    counts: () => ({
      faults: new Map<AnyFault, number>([...faults.counts(), ...databaseFaults.counts(), ...catalogFaults.counts()]),
      statements: killer.statements(),
      kills,
    }),
  };
}

function createKiller({ kills, seed }: Plan): Killer & { stop(): void } {
  const points = new Set(kills);
  let statements = 0;
  let isStopped = false;
  return {
    statements: () => statements,
    stop() {
      isStopped = true;
    },
    next() {
      if (isStopped) return "no";
      statements += 1;
      if (!points.has(statements)) return "no";
      return (statements + seed) % 2 === 0 ? "before" : "after";
    },
  };
}

/** A provider that does not stop contradicting itself, or none that answers at the start, may end the process. */
const mayEndWith = (error: unknown): boolean =>
  error instanceof ProviderInconsistencyError ||
  error instanceof PayloadError ||
  (error instanceof ConfigError && error.message.startsWith("None of the endpoints"));

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

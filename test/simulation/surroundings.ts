import { createFaults, type Fault } from "../../src/adapters/simnet/faults/faults.ts";
import { createPrng } from "../../src/adapters/simnet/random/prng.ts";
import { DEFAULT_LIMITS } from "../../src/adapters/simnet/server/rpc-methods.ts";
import type { Logger } from "../../src/ports/logger.ts";
import { GENESIS_MS } from "../support/simulated-chain.ts";
import { isCaughtUp } from "./checks.ts";
import { createNetwork, type EndpointPlan, type Network } from "./endpoints.ts";
import { createLife } from "./life.ts";
import { createMortalEngine, type DatabaseFault, type Killer } from "./mortal-engine.ts";
import type { AnyFault, Plan } from "./plan.ts";
import { recordedWorld } from "./recorded-world.ts";
import { type CatalogFault, createSimCatalog } from "./sim-catalog.ts";
import type { SimDatabase } from "./sim-database.ts";
import { type Job, type Sabotage, type SimProcess, startSimProcess } from "./sim-process.ts";
import { createSimTime } from "./sim-time.ts";
import { createSupervisor, Stuck } from "./supervisor.ts";
import { createWire } from "./wire.ts";

export type SurroundingsOptions = { readonly sabotage?: Sabotage; readonly logger?: Logger };

export type Surroundings = {
  readonly network: Network;
  /** Until everything that the seed brings has happened, and for a while after. @throws Stuck */
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
const LOOK_EVERY_MS = 500;
const CLEAN: EndpointPlan = {
  ...{ name: "clean.sim", lagsMs: [0], stuck: null, dead: null, lies: "never", limits: DEFAULT_LIMITS },
};
const FOLLOW: Job = { kind: "follow" };

export function createSurroundings(plan: Plan, sim: SimDatabase, options: SurroundingsOptions): Surroundings {
  const time = createSimTime(GENESIS_MS);
  const world = recordedWorld(plan.worldSeed);
  const faults = createFaults<Fault>(plan.seed, plan.rates);
  const databaseFaults = createFaults<DatabaseFault>(plan.seed, plan.rates);
  const catalogFaults = createFaults<CatalogFault>(plan.seed, plan.rates);
  const attempts = new Map<string, number>();
  const killer = createKiller(plan);
  const supervisor = createSupervisor(time, plan.awayMs);
  const network = createNetwork({ ...plan, time, world, faults, endpoints: [...plan.endpoints, CLEAN] });
  let started = 0;

  function start(
    job: Job,
    endpoints: readonly EndpointPlan[],
    size: Pick<Plan, "batchMax" | "rangeBlocks" | "rangeBlocksMax">,
    sabotage: Sabotage = {},
  ): SimProcess {
    started += 1;
    const life = createLife(time);
    return startSimProcess({
      ...{ life, job, sabotage, batchMax: size.batchMax },
      engine: createMortalEngine(sabotage.engine?.(sim.engine) ?? sim.engine, {
        ...{ time, life, attempts, killer, faults: databaseFaults, terminate: sim.terminate },
      }),
      transport: createWire({ time, network, faults, processNumber: started }, life),
      catalog: createSimCatalog(world.world.markets, { time, faults: catalogFaults, attempts }, life),
      urls: endpoints.map(({ name }) => `http://${name}/rpc`),
      random: createPrng(plan.seed, `jitter ${started}`),
      logger: options.logger ?? silent,
      config: {
        ...{ startBlock: plan.startBlock, rangeBlocks: size.rangeBlocks, rangeBlocksMax: size.rangeBlocksMax },
        infoStaleMs: 60_000,
      },
    });
  }
  const follow = (): SimProcess => start(FOLLOW, plan.endpoints, plan, options.sabotage);

  /** Moves time on, from event to event, until `isOver`. @throws Stuck */
  async function proceed(isOver: () => Promise<boolean> | boolean, deadline: number): Promise<void> {
    for (;;) {
      await time.settled();
      await supervisor.lookAfter();
      if (await isOver()) return;
      if (time.now() > deadline) throw new Stuck(`not caught up: ${supervisor.detail()}`);
      if (!time.next()) throw new Stuck("nothing is due, and the end is not reached");
    }
  }

  function untilCaughtUp(): Promise<void> {
    let lookAt = time.now();
    const isOver = async (): Promise<boolean> => {
      if (time.now() < lookAt) return false;
      lookAt = time.now() + LOOK_EVERY_MS;
      return isCaughtUp(sim.database, network.chain, plan.startBlock);
    };
    return proceed(isOver, time.now() + CATCH_UP_MS_MAX);
  }

  return {
    network,
    async liveThrough() {
      supervisor.run(follow);
      const { backfill } = plan;
      if (backfill !== null) {
        const job: Job = { kind: "backfill", concurrency: backfill.concurrency };
        time.at(time.now() + backfill.atMs, () =>
          supervisor.run(() => start(job, plan.endpoints, plan, options.sabotage), true),
        );
      }
      const over = time.now() + (plan.events.at(-1)?.at ?? 0) + AFTERMATH_MS;
      await proceed(() => time.now() >= over, Number.POSITIVE_INFINITY);
    },
    async catchUp() {
      network.heal();
      for (const each of [databaseFaults, catalogFaults]) each.stop();
      killer.stop();
      if (plan.restartsForTheEnd) {
        await supervisor.killAll();
        supervisor.run(follow);
      }
      await untilCaughtUp();
      await supervisor.killAll();
    },
    async runClean() {
      supervisor.run(() => start(FOLLOW, [CLEAN], { batchMax: 1_000, rangeBlocks: 2_000, rangeBlocksMax: 2_000 }));
      await untilCaughtUp();
    },
    end: supervisor.killAll,
    counts: () => ({
      faults: new Map<AnyFault, number>([...faults.counts(), ...databaseFaults.counts(), ...catalogFaults.counts()]),
      statements: killer.statements(),
      kills: supervisor.kills(),
    }),
  };
}

export function createKiller({ kills, seed }: Pick<Plan, "kills" | "seed">): Killer & { stop(): void } {
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

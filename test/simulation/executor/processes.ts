import { assembleDatabase, type Database } from "../../../src/adapters/postgres/connect.ts";
import type { Engine } from "../../../src/adapters/postgres/engine.ts";
import type { createFaults } from "../../../src/adapters/simnet/faults/faults.ts";
import { createExecutorService } from "../../../src/services/executor/executor-service.ts";
import type { ExecutorDeps } from "../../../src/services/executor/session.ts";
import { interleavedEngine } from "../interleaved-engine.ts";
import { createLife, type Life } from "../life.ts";
import { createMortalEngine, type DatabaseFault } from "../mortal-engine.ts";
import type { SimDatabase } from "../sim-database.ts";
import type { SimTime } from "../sim-time.ts";
import type { createKiller } from "../surroundings.ts";
import type { ExecutorPlan } from "./plan.ts";

/** Simulated time within which an executor at peace must have settled everything. */
const PEACE_MS_MAX = 10 * 60_000;

export class Stuck extends Error {}

export type ProcessParts = {
  readonly killer: ReturnType<typeof createKiller>;
  readonly databaseFaults: ReturnType<typeof createFaults<DatabaseFault>>;
  /** What a new process is made of. */
  readonly depsOf: (life: Life, database: Database) => ExecutorDeps;
  /** What others write before a statement of the executor's. */
  readonly between?: () => Promise<void>;
  /** Called whenever time has moved. */
  readonly onTime?: () => void;
};

/** One executor at a time; whoever was killed is replaced a while later. */
export function createProcesses(
  plan: Pick<ExecutorPlan, "awayMs">,
  sim: SimDatabase,
  time: SimTime,
  { killer, databaseFaults, depsOf, between, onTime }: ProcessParts,
) {
  const attempts = new Map<string, number>();
  const startedAt = time.now();
  let running: { readonly life: Life; readonly stop: AbortController; ending: { error: unknown } | null } | null = null;
  let kills = 0;

  function start(): void {
    const life = createLife(time);
    const { terminate } = sim;
    const engine = between === undefined ? sim.engine : interleavedEngine(sim.engine, between);
    const mortal = createMortalEngine(engine, { time, life, attempts, killer, faults: databaseFaults, terminate });
    const database = assembleDatabase(dyingWith(life, time, mortal), (ms) => life.clock.sleep(ms));
    const stop = new AbortController();
    const mine = { life, stop, ending: null as { error: unknown } | null };
    running = mine;
    void createExecutorService(depsOf(life, database))
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
      onTime?.();
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
    async settle(isSettled: () => Promise<boolean>, peaceMs = PEACE_MS_MAX): Promise<void> {
      let lookAt = time.now();
      await proceed(async () => {
        if (time.now() < lookAt || running === null) return false;
        lookAt = time.now() + 1_000;
        return isSettled();
      }, time.now() + peaceMs);
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

/** Its ears go with a process. */
function dyingWith(life: Life, time: SimTime, engine: Engine): Engine {
  return {
    ...engine,
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

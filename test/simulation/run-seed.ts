import type { Logger } from "../../src/ports/logger.ts";
import { findProblems } from "./checks.ts";
import { type AnyFault, drawPlan, type Plan } from "./plan.ts";
import type { SimDatabase } from "./sim-database.ts";
import type { Sabotage } from "./sim-process.ts";
import { differences, snapshot } from "./snapshot.ts";
import { createSurroundings, Stuck } from "./surroundings.ts";

export type SeedResult = {
  readonly seed: number;
  /** Empty: everything ended as it should. */
  readonly problems: readonly string[];
  readonly faults: ReadonlyMap<AnyFault, number>;
  readonly kills: number;
  readonly reorgs: number;
  readonly statements: number;
  readonly fills: number;
};

export type RunOptions = {
  readonly sabotage?: Sabotage;
  readonly logger?: Logger;
  /** Instead of what the seed draws. */
  readonly changes?: Partial<Plan>;
};

/** Lives through everything that a seed brings, lets the listener catch up in peace, and compares with a clean run. */
export async function runSeed(seed: number, sim: SimDatabase, options: RunOptions = {}): Promise<SeedResult> {
  const plan = { ...drawPlan(seed), ...options.changes };
  const world = createSurroundings(plan, sim, options);
  await sim.clear();
  const problems: string[] = [];
  let faulty: readonly string[] = [];
  try {
    await world.liveThrough();
    await world.catchUp();
    problems.push(...(await findProblems(sim.database, world.network.chain, plan.startBlock)));
    faulty = await snapshot(sim.database);
    await sim.clear();
    await world.runClean();
    problems.push(...differences(faulty, await snapshot(sim.database)));
  } catch (error) {
    if (!(error instanceof Stuck)) throw error;
    problems.push(error.message);
  } finally {
    await world.end();
  }
  const reorgs = plan.events.filter(({ kind }) => kind === "reorg").length;
  const fills = faulty.filter((line) => line.startsWith("fill ")).length;
  return { seed, problems, reorgs, fills, ...world.counts() };
}

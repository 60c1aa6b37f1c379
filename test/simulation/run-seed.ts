import type { Logger } from "../../src/ports/logger.ts";
import { findProblems } from "./checks.ts";
import { type AnyFault, drawPlan, type Plan } from "./plan.ts";
import type { SimDatabase } from "./sim-database.ts";
import type { Sabotage } from "./sim-process.ts";
import { differences, snapshot } from "./snapshot.ts";
import { Stuck } from "./supervisor.ts";
import { createSurroundings } from "./surroundings.ts";

export type SeedResult = {
  readonly seed: number;
  /** Empty: everything ended as it should. */
  readonly problems: readonly string[];
  readonly faults: ReadonlyMap<AnyFault, number>;
  readonly kills: number;
  /** Depth of each. */
  readonly reorgs: readonly number[];
  readonly statements: number;
  readonly hasBackfill: boolean;
  /** Rows that were compared, by kind. */
  readonly rows: ReadonlyMap<string, number>;
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
  const reorgs = plan.events.flatMap((event) => (event.kind === "reorg" ? [event.depth] : []));
  const rows = countRows(faulty);
  return { seed, problems, reorgs, rows, hasBackfill: plan.backfill !== null, ...world.counts() };
}

function countRows(lines: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const kind = line.slice(0, line.indexOf(":"));
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

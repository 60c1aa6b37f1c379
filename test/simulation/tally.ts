import type { AnyFault } from "./plan.ts";
import type { SeedResult } from "./run-seed.ts";
import type { SimEngine } from "./sim-database.ts";

export type Failure = { readonly seed: number; readonly engine: SimEngine; readonly problems: readonly string[] };

/** What many seeds came to. */
export type Tally = {
  add(result: SeedResult, engine: SimEngine): void;
  seeds(): number;
  failures(): readonly Failure[];
  /** How often each fault happened, over all seeds. */
  faults(): ReadonlyMap<AnyFault, number>;
  /** Rows compared, by kind, over all seeds. */
  rows(): ReadonlyMap<string, number>;
  totals(): Readonly<
    Record<"kills" | "reorgs" | "deepestReorg" | "backfills" | "statements" | "faults" | "rows", number>
  >;
};

export function createTally(): Tally {
  const failures: Failure[] = [];
  const faults = new Map<AnyFault, number>();
  const rows = new Map<string, number>();
  const totals = { kills: 0, reorgs: 0, deepestReorg: 0, backfills: 0, statements: 0 };
  let seeds = 0;
  return {
    add(result, engine) {
      seeds += 1;
      if (result.problems.length > 0) failures.push({ seed: result.seed, engine, problems: result.problems });
      for (const [kind, count] of result.faults) faults.set(kind, (faults.get(kind) ?? 0) + count);
      for (const [kind, count] of result.rows) rows.set(kind, (rows.get(kind) ?? 0) + count);
      totals.kills += result.kills;
      totals.statements += result.statements;
      totals.reorgs += result.reorgs.length;
      totals.deepestReorg = Math.max(totals.deepestReorg, ...result.reorgs);
      if (result.hasBackfill) totals.backfills += 1;
    },
    seeds: () => seeds,
    failures: () => failures,
    faults: () => faults,
    rows: () => rows,
    totals: () => ({ ...totals, faults: sum(faults), rows: sum(rows) }),
  };
}

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((a, b) => a + b, 0);

/** How to see one failure alone. */
export const replayOf = ({ seed, engine }: Failure): string =>
  `npm run test:faults -- --from ${seed} --seeds 1 --engine ${engine}`;

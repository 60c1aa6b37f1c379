import { POPULATION_RELATIONS, type PopulationRelation } from "../../core/reputation/population-relations.ts";
import type {
  PopulationComparison,
  PopulationEngine,
  PopulationSource,
  PopulationTotals,
} from "../../ports/population.ts";

export type RecomputeDeps = { readonly source: PopulationSource; readonly engine: PopulationEngine };

export type Recomputation = {
  readonly files: number;
  readonly totals: PopulationTotals;
  readonly comparison: PopulationComparison;
};

/** What is being done: a relation is read, or everything is added up and compared. */
export type RecomputeStage = PopulationRelation | "sums" | "comparison";

/**
 * Adds up the cash flows of every wallet from the archive and the database, and holds them against the row ledger.
 * @param limit how many differences to name
 * @throws InputError when a file of the archive is missing
 */
export async function recompute(
  { source, engine }: RecomputeDeps,
  limit: number,
  onStage: (stage: RecomputeStage) => void = () => {},
): Promise<Recomputation> {
  const run = await engine.open();
  try {
    const files = await source.atOneMoment(async (moment) => {
      for (const relation of POPULATION_RELATIONS) {
        onStage(relation);
        await run.load(relation, moment.read(relation));
      }
      return moment.files;
    });
    onStage("sums");
    const totals = await run.compute(files);
    onStage("comparison");
    return { files: files.length, totals, comparison: await run.compare(limit) };
  } finally {
    await run.close();
  }
}

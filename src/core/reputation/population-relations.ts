/**
 * What a recomputation of the whole population is made of, beside the archive's files. Rows are lines of CSV without a
 * header; the columns of each relation are in adapters/archive/population/relations.ts.
 */
export type PopulationRelation = "fill" | "leg" | "token" | "market" | "wallet" | "unit";

/** In the order in which they are read: keys before what refers to them. */
export const POPULATION_RELATIONS: readonly PopulationRelation[] = ["wallet", "token", "market", "unit", "leg", "fill"];

/** So many runs of a property, times PROPERTY_RUNS_FACTOR: npm test takes few, a long search takes more. */
export const propertyRuns = (runs: number): number => runs * Number(process.env.PROPERTY_RUNS_FACTOR ?? 1);

export type Tier = "WHALE" | "SMART" | "AVERAGE" | "NOVICE" | "DEGEN";

/** Lowest score of each tier, best first (strategy section 3). */
export const TIER_FLOORS: readonly (readonly [Tier, number])[] = [
  ["WHALE", 7],
  ["SMART", 6],
  ["AVERAGE", 4],
  ["NOVICE", 3],
  ["DEGEN", Number.NEGATIVE_INFINITY],
];

export function tierOf(score: number): Tier {
  for (const [tier, floor] of TIER_FLOORS) if (score >= floor) return tier;
  return "DEGEN";
}

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

/** A score that passes a tier's line by this much changes the tier at once. */
export const TIER_MARGIN = 0.2;
/** A score that passes it by less changes the tier in the last of so many runs in a row. */
export const TIER_RUNS = 3;

/**
 * The tier that a wallet holds. `runsPast`: for how many runs in a row its score has stood past the next line, above
 * where positive, below where negative; 0: within the tier.
 */
export type TierState = { readonly tier: Tier; readonly runsPast: number };

/**
 * The tier after one more run. Lines lie at least 1 apart, so a score can wait at one of them only.
 * @param before null: the wallet had no tier under this version of the rule, so its score alone decides
 */
export function settleTier(before: TierState | null, score: number): TierState {
  if (before === null) return { tier: tierOf(score), runsPast: 0 };
  const held = TIER_FLOORS.findIndex(([tier]) => tier === before.tier);
  let place = held;
  while (place > 0 && score >= floorAt(place - 1) + TIER_MARGIN) place -= 1;
  while (score <= floorAt(place) - TIER_MARGIN) place += 1;
  const past = place > 0 && score >= floorAt(place - 1) ? 1 : score < floorAt(place) ? -1 : 0;
  if (past === 0) return { tier: tierAt(place), runsPast: 0 };
  const isSameWait = place === held && Math.sign(before.runsPast) === past;
  const runs = (isSameWait ? Math.abs(before.runsPast) : 0) + 1;
  return runs < TIER_RUNS
    ? { tier: tierAt(place), runsPast: past * runs }
    : { tier: tierAt(place - past), runsPast: 0 };
}

const tierAt = (place: number): Tier => TIER_FLOORS[place]?.[0] ?? "DEGEN";
const floorAt = (place: number): number => TIER_FLOORS[place]?.[1] ?? Number.NEGATIVE_INFINITY;

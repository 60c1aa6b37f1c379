/** Why a score is what it is: pure arithmetic on what was published, for people to read. */
import { NEUTRAL_SCORE, type ScoreParts, WEIGHT } from "./score.ts";
import { TIER_FLOORS, TIER_MARGIN, TIER_RUNS, type TierState } from "./tiers.ts";

export type Contribution = {
  readonly part: keyof ScoreParts;
  /** From 0 to 1. */
  readonly value: number;
  readonly weight: number;
  /** Points of the raw score. */
  readonly points: number;
  /** Points of the score, against a part at one half: these and 5.0 add up to the score. */
  readonly moves: number;
};

/** @param confidence of the published score, discounts included */
export function contributions(parts: ScoreParts, confidence: number): readonly Contribution[] {
  return (Object.keys(WEIGHT) as (keyof ScoreParts)[]).map((part) => {
    const [value, weight] = [parts[part], WEIGHT[part]];
    return { part, value, weight, points: 10 * weight * value, moves: confidence * 10 * weight * (value - HALF) };
  });
}

const HALF = NEUTRAL_SCORE / 10;

/** What the tier waits for, in one sentence; null while the score is within it. */
export function tierOutlook({ tier, runsPast }: TierState): string | null {
  if (runsPast === 0) return null;
  const held = TIER_FLOORS.findIndex(([name]) => name === tier);
  const [next] = TIER_FLOORS[held - Math.sign(runsPast)] ?? [];
  const line = TIER_FLOORS[runsPast > 0 ? held - 1 : held]?.[1];
  if (next === undefined || line === undefined) return null;
  const [side, atOnce] = runsPast > 0 ? ["above", line + TIER_MARGIN] : ["below", line - TIER_MARGIN];
  return (
    `${next} after ${TIER_RUNS - Math.abs(runsPast)} more run(s) ${side} ${line.toFixed(1)}, ` +
    `or at once at ${atOnce.toFixed(1)}`
  );
}

/**
 * The reputation score, 0 to 10: strategy section 3. This file is the formula; everything else only gathers its input.
 */
import { assert } from "../assert.ts";

/** Stored with every score. Any change of score, tier, eligibility or edge is a new version; old rows keep theirs. */
export const SCORE_VERSION = 2;

export const WEIGHT = { winRate: 0.4, profit: 0.3, consistency: 0.15, volume: 0.1, timing: 0.05 } as const;

/** Units that a wallet needs for half of the way from neutral to its raw score. */
export const CONFIDENCE_HALF = 20;
export const NEUTRAL_SCORE = 5;

const WIN_RATE_FLOOR = 0.3;
const WIN_RATE_SPAN = 0.4;
const PROFIT_TOP = 0.25;
const VOLUME_TOP = 101;
const NEUTRAL_TIMING = 0.5;
const MICROS = 1e6;

/**
 * Sums over a wallet's closed, complete units inside the lookback. All are integers, so that they do not depend on the
 * order in which units are added up; `roi` is cut to [−1, 1] and in micros.
 */
export type ScoreSums = {
  /** n */
  readonly units: number;
  readonly wins: number;
  readonly roi: bigint;
  readonly roiSquared: bigint;
  /** Cost of all BUYs in markets whose start and end are known, and that cost times the life still ahead at each. */
  readonly timedCost: bigint;
  readonly aheadCost: bigint;
};

/** Each from 0 to 1. */
export type ScoreParts = Readonly<Record<keyof typeof WEIGHT, number>>;

export type Score = {
  readonly parts: ScoreParts;
  readonly winRate: number;
  /** Mean of the cut roi: 0.1 is 10 %. */
  readonly avgProfit: number;
  /** Population standard deviation of the cut roi. */
  readonly roiDeviation: number;
  readonly raw: number;
  readonly confidence: number;
  readonly score: number;
};

export function computeScore(sums: ScoreSums): Score {
  const n = sums.units;
  assert(n >= 0 && sums.wins >= 0 && sums.wins <= n, "wins are among the units", { n, wins: sums.wins });
  const winRate = n === 0 ? 0 : sums.wins / n;
  const avgProfit = n === 0 ? 0 : Number(sums.roi) / n / MICROS;
  const roiDeviation = deviation(n, sums.roi, sums.roiSquared);
  const parts: ScoreParts = {
    winRate: clamp01((winRate - WIN_RATE_FLOOR) / WIN_RATE_SPAN),
    profit: clamp01(avgProfit / PROFIT_TOP),
    consistency: n < 2 ? 0 : Math.max(0, 1 - roiDeviation),
    volume: Math.min(1, Math.log(1 + n) / Math.log(VOLUME_TOP)),
    timing: sums.timedCost > 0n ? clamp01(Number(sums.aheadCost) / Number(sums.timedCost)) : NEUTRAL_TIMING,
  };
  const raw =
    10 *
    (WEIGHT.winRate * parts.winRate +
      WEIGHT.profit * parts.profit +
      WEIGHT.consistency * parts.consistency +
      WEIGHT.volume * parts.volume +
      WEIGHT.timing * parts.timing);
  const confidence = n / (n + CONFIDENCE_HALF);
  return {
    parts,
    winRate,
    avgProfit,
    roiDeviation,
    raw,
    confidence,
    score: NEUTRAL_SCORE + confidence * (raw - NEUTRAL_SCORE),
  };
}

/** `√(Σx²/n − mean²)`, the difference taken in integers: floats would lose it where all x are alike. */
function deviation(n: number, sum: bigint, sumOfSquares: bigint): number {
  if (n < 2) return 0;
  const scaled = BigInt(n) * sumOfSquares - sum * sum;
  assert(scaled >= 0n, "a sum of squares is at least the square of the sum over n", { n, sum, sumOfSquares });
  return Math.sqrt(Number(scaled)) / n / MICROS;
}

const clamp01 = (value: number): number => Math.min(1, Math.max(0, value));

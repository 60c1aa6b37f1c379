import { CLUSTERS_MIN, type Estimate, normalQuantile } from "../backtest/bootstrap.ts";

/** Bets at one price in one cluster; `price` and `paid` are means, between 0 and 1. */
export type SlopePoint = {
  readonly cluster: number;
  readonly weight: number;
  readonly price: number;
  readonly paid: number;
};

const STEPS = 30;
const CONVERGED = 1e-9;

/**
 * Slope b of logit P(pays) = a + b · logit(price), by maximum likelihood (Newton's steps); its error from the scores of
 * whole clusters, the sandwich of Liang and Zeger (1986). Null where it cannot be fitted: nothing to tell apart.
 */
export function fitSlope(points: readonly SlopePoint[]): Estimate | null {
  const xs = points.map(({ price }) => Math.log(price / (1 - price)));
  const [a, b] = [{ value: 0 }, { value: 1 }];
  let information: Matrix = [0, 0, 0];
  for (let step = 0; ; step += 1) {
    let [scoreA, scoreB] = [0, 0];
    information = [0, 0, 0];
    for (const [index, { weight, paid }] of points.entries()) {
      const x = xs[index] as number;
      const p = chance(a.value + b.value * x);
      scoreA += weight * (paid - p);
      scoreB += weight * (paid - p) * x;
      const spread = weight * p * (1 - p);
      information = [information[0] + spread, information[1] + spread * x, information[2] + spread * x * x];
    }
    const moved = solve(information, scoreA, scoreB);
    if (moved === null || step === STEPS) return null;
    a.value += moved[0];
    b.value += moved[1];
    if (Math.abs(moved[0]) + Math.abs(moved[1]) < CONVERGED) break;
  }
  const scores = new Map<number, [a: number, b: number]>();
  for (const [index, { cluster, weight, paid }] of points.entries()) {
    const x = xs[index] as number;
    const residual = weight * (paid - chance(a.value + b.value * x));
    const score = scores.get(cluster) ?? [0, 0];
    scores.set(cluster, [score[0] + residual, score[1] + residual * x]);
  }
  const clusters = scores.size;
  let squares = 0;
  for (const score of scores.values()) squares += (solve(information, ...score)?.[1] ?? 0) ** 2;
  const margin = normalQuantile(0.975) * Math.sqrt((clusters / Math.max(1, clusters - 1)) * squares);
  const interval = clusters < CLUSTERS_MIN ? null : { low: b.value - margin, high: b.value + margin };
  return { mean: b.value, interval, corrected: interval, clusters };
}

const chance = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** Symmetric: [aa, ab, bb]. */
type Matrix = readonly [number, number, number];

function solve([aa, ab, bb]: Matrix, a: number, b: number): readonly [number, number] | null {
  const determinant = aa * bb - ab * ab;
  if (!(determinant > 1e-12 * aa * bb)) return null;
  return [(bb * a - ab * b) / determinant, (aa * b - ab * a) / determinant];
}

import { drawIndex, drawNormal } from "../random/draws.ts";
import type { Prng } from "../random/prng.ts";

/**
 * What the public believes about an event with `n` exclusive answers while news comes in: the posterior of a
 * Bayesian who watches every answer through noise. It starts at the prior, is a martingale, sums to 1 over the
 * answers, and ends at the truth, because the news gets denser towards the end.
 */
export type Belief = {
  readonly truth: number;
  /** @param share of the event's life that is over, 0 to 1. */
  probability(answer: number, share: number): number;
};

const STEPS = 720;
/** Information that has arrived half-way through; larger means that the crowd knows earlier. */
const INFORMATION = 0.9;

export function createBelief(random: Prng, priors: readonly number[]): Belief {
  const n = priors.length;
  const truth = drawIndex(random, priors);
  const evidence = new Float64Array(n);
  const path = new Float64Array(STEPS * n);
  let known = 0;
  for (let step = 0; step < STEPS; step++) {
    const arrived = (INFORMATION * step) / (STEPS - step);
    const gained = arrived - known;
    known = arrived;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      evidence[i] = (evidence[i] ?? 0) + (i === truth ? gained : 0) + Math.sqrt(gained) * drawNormal(random);
      const weight = (priors[i] ?? 0) * Math.exp(evidence[i] ?? 0);
      path[step * n + i] = weight;
      sum += weight;
    }
    for (let i = 0; i < n; i++) path[step * n + i] = (path[step * n + i] ?? 0) / sum;
  }
  return {
    truth,
    probability(answer, share) {
      if (share >= 1) return Number(answer === truth);
      return path[Math.floor(Math.max(0, share) * STEPS) * n + answer] ?? 0;
    },
  };
}

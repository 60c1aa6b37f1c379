import { drawNormal } from "../random/draws.ts";
import { createPrng, type Seed } from "../random/prng.ts";
import { normalCdf } from "../random/probability.ts";

export const UNDERLYING_STEP_MS = 5_000;

/**
 * The price of one asset: a random walk in steps of five seconds, in units of one step's deviation. Its future is
 * fixed by the seed, which is what a private signal is a (noisy) look at.
 */
export type Underlying = {
  /** Up at the end of the window? Ties count as up, as on the venue. */
  closesUp(opensAt: number, endsAt: number): boolean;
  /** Probability of "up" given everything public at `at`. A martingale that ends at 0 or 1. */
  upProbability(opensAt: number, endsAt: number, at: number): number;
};

export function createUnderlying(seed: Seed, asset: string, genesisMs: number): Underlying {
  const random = createPrng(seed, `underlying/${asset}`);
  const path: number[] = [0];

  const stepOf = (at: number): number => Math.max(0, Math.floor((at - genesisMs) / UNDERLYING_STEP_MS));
  const level = (step: number): number => {
    let last = path.length - 1;
    while (last < step) {
      path.push((path[last] ?? 0) + drawNormal(random));
      last += 1;
    }
    return path[step] ?? 0;
  };

  return {
    closesUp: (opensAt, endsAt) => level(stepOf(endsAt)) >= level(stepOf(opensAt)),
    upProbability(opensAt, endsAt, at) {
      if (at <= opensAt) return 0.5;
      const [first, last, now] = [stepOf(opensAt), stepOf(endsAt), stepOf(Math.min(at, endsAt))];
      const lead = level(now) - level(first);
      return now >= last ? Number(lead >= 0) : normalCdf(lead / Math.sqrt(last - now));
    },
  };
}

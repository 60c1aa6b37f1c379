import type { Prng } from "./prng.ts";

/** Standard normal (Box–Muller, one of the pair). */
export function drawNormal(random: Prng): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

export const drawLogNormal = (random: Prng, median: number, sigma: number): number =>
  median * Math.exp(sigma * drawNormal(random));

export const drawBetween = (random: Prng, low: number, high: number): number => low + (high - low) * random();

export const drawInteger = (random: Prng, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1));

/** `count` distinct integers below `limit`, in drawing order. */
export function drawDistinct(random: Prng, count: number, limit: number): readonly number[] {
  const pool = Array.from({ length: limit }, (_, i) => i);
  const drawn: number[] = [];
  while (drawn.length < count && pool.length > 0) {
    const [value] = pool.splice(Math.floor(random() * pool.length), 1);
    if (value !== undefined) drawn.push(value);
  }
  return drawn;
}

/** Index drawn with probability proportional to its weight. */
export function drawIndex(random: Prng, weights: readonly number[]): number {
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return index;
  }
  return weights.length - 1;
}

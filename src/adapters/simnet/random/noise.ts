import { avalanche } from "./prng.ts";

/**
 * Randomness by position instead of by order of drawing: the same arguments always give the same value. What is
 * built on it (quotes, private signals) can be looked at any number of times, or not at all, without changing the
 * world that follows.
 */
export const noiseBits = (key: number, a: number, b = 0, c = 0): number =>
  avalanche(
    Math.imul(avalanche(Math.imul(avalanche(key ^ a) + 0x9e3779b9, 0x2545f491) ^ b) + 0x7f4a7c15, 0x5851f42d) ^ c,
  );

/** Uniform in [0, 1). */
export const noiseUnit = (key: number, a: number, b = 0, c = 0): number => noiseBits(key, a, b, c) / 0x1_0000_0000;

/** Standard normal. */
export function noiseNormal(key: number, a: number, b = 0, c = 0): number {
  const bits = noiseBits(key, a, b, c);
  const radius = Math.sqrt(-2 * Math.log(1 - bits / 0x1_0000_0000));
  return radius * Math.cos((2 * Math.PI * avalanche(bits ^ 0x68bc21eb)) / 0x1_0000_0000);
}

/** About standard normal and continuous in `x`: straight lines between independent values at the integers. */
export function noiseSmooth(key: number, a: number, x: number): number {
  const knot = Math.floor(x);
  const share = x - knot;
  return (1 - share) * noiseNormal(key, a, knot) + share * noiseNormal(key, a, knot + 1);
}

/**
 * 32 bytes as `0x…` that differ whenever one of the four words differs: the first half is a bijection of them, the
 * second half mixes all. Stands in for keccak256 where nobody can check the preimage (order, transaction and block
 * hashes), because keccak in JavaScript would cost more than the rest of the world.
 */
export function uniqueHash(key: number, a: number, b: number, c: number, d: number): string {
  const m = noiseBits(key, a ^ Math.imul(b, 0x27d4eb2f), c, d);
  return `0x${hex8(avalanche(a ^ key))}${hex8(avalanche(b ^ key ^ 0x165667b1))}${hex8(avalanche(c ^ key ^ 0x2f0b4c47))}${hex8(
    avalanche(d ^ key ^ 0x3c6ef372),
  )}${hex8(m)}${hex8(avalanche(m ^ 0x1b873593))}${hex8(avalanche(m ^ 0x52dce729))}${hex8(avalanche(m ^ 0x6c8e9cf5))}`;
}

const hex8 = (value: number): string => value.toString(16).padStart(8, "0");

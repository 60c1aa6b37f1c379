import { avalanche, unavalanche } from "./prng.ts";

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
 * 32 bytes as `0x…` that differ whenever one of the four words differs: the first half is a bijection of them. Stands in for keccak256 where nobody can check the preimage (order, transaction and block
 * hashes), because keccak in JavaScript would cost more than the rest of the world.
 */
export function uniqueHash(key: number, a: number, b: number, c: number, d: number): string {
  const first = avalanche(a ^ key);
  const second = avalanche(b ^ first);
  const third = avalanche(c ^ second);
  const fourth = avalanche(d ^ third);
  const mixed = noiseBits(fourth, first, second, third);
  hashBytes.writeUInt32BE(first, 0);
  hashBytes.writeUInt32BE(second, 4);
  hashBytes.writeUInt32BE(third, 8);
  hashBytes.writeUInt32BE(fourth, 12);
  hashBytes.writeUInt32BE(mixed, 16);
  hashBytes.writeUInt32BE(avalanche(mixed ^ 0x1b873593), 20);
  hashBytes.writeUInt32BE(avalanche(mixed ^ 0x52dce729), 24);
  hashBytes.writeUInt32BE(avalanche(mixed ^ 0x6c8e9cf5), 28);
  return `0x${hashBytes.toString("hex")}`;
}

const hashBytes = Buffer.alloc(32);

/** The first word of a `uniqueHash`, for finding what it may stand for. */
export const firstWord = (key: number, hash: string): number =>
  (unavalanche(Number.parseInt(hash.slice(2, 10), 16)) ^ key) >>> 0;

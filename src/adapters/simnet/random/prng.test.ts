import { describe, expect, it } from "vitest";
import { drawNormal } from "./draws.ts";
import { firstWord, noiseNormal, noiseSmooth, uniqueHash } from "./noise.ts";
import { createPrng } from "./prng.ts";

const take = (seed: string | number, stream: string, count: number): readonly number[] => {
  const random = createPrng(seed, stream);
  return Array.from({ length: count }, random);
};
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("the generator", () => {
  it("gives the same stream for the same seed and name, and others otherwise", () => {
    expect(take(7, "noise", 50)).toEqual(take(7, "noise", 50));
    expect(take(7, "noise", 5)).not.toEqual(take(7, "crowd", 5));
    expect(take(7, "noise", 5)).not.toEqual(take(8, "noise", 5));
  });

  it("is uniform on the unit interval", () => {
    const values = take("uniform", "test", 20_000);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(mean(values)).toBeCloseTo(0.5, 1);
    for (let decile = 0; decile < 10; decile++) {
      const share = values.filter((value) => Math.floor(value * 10) === decile).length / values.length;
      expect(Math.abs(share - 0.1)).toBeLessThan(0.01);
    }
  });

  it("makes standard normal numbers, by order of drawing and by position", () => {
    const random = createPrng(1, "normal");
    const drawn = Array.from({ length: 20_000 }, () => drawNormal(random));
    const placed = Array.from({ length: 20_000 }, (_, i) => noiseNormal(42, i, 3, 9));
    for (const values of [drawn, placed]) {
      expect(Math.abs(mean(values))).toBeLessThan(0.03);
      expect(Math.abs(mean(values.map((value) => value * value)) - 1)).toBeLessThan(0.04);
    }
  });

  it("has smooth noise that passes through its knots", () => {
    expect(noiseSmooth(5, 1, 12)).toBe(noiseNormal(5, 1, 12));
    expect(noiseSmooth(5, 1, 12.000_1)).toBeCloseTo(noiseSmooth(5, 1, 12), 3);
  });

  it("gives different hashes to inputs that differ in any word", () => {
    const hashes = new Set<string>();
    for (let i = 0; i < 4; i++) {
      for (let value = 0; value < 2_500; value++) {
        const words: [number, number, number, number] = [1, 1, 1, 1];
        words[i] = value + 2;
        hashes.add(uniqueHash(99, ...words));
      }
    }
    expect(hashes.size).toBe(10_000);
    expect(firstWord(99, uniqueHash(99, 97_000_123, 5, 0, 7))).toBe(97_000_123);
    for (const hash of hashes) expect(hash).toMatch(/^0x[0-9a-f]{64}$/);
  });
});

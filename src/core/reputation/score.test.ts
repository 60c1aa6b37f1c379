import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { computeScore, type ScoreSums, WEIGHT } from "./score.ts";
import { tierOf } from "./tiers.ts";

/** Sums of n units whose cut roi has this mean and population deviation. */
const sumsOf = (n: number, wins: number, mean: number, deviation: number, timing: number): ScoreSums => ({
  units: n,
  wins,
  roi: BigInt(Math.round(n * mean * 1e6)),
  roiSquared: BigInt(Math.round(n * (mean ** 2 + deviation ** 2) * 1e12)),
  timedCost: 1_000_000n,
  aheadCost: BigInt(Math.round(timing * 1e6)),
});
const NOTHING: ScoreSums = { units: 0, wins: 0, roi: 0n, roiSquared: 0n, timedCost: 0n, aheadCost: 0n };

describe("score", () => {
  it("gives the strategy's first worked example: 40 units, 28 wins, SMART", () => {
    const { parts, raw, confidence, score } = computeScore(sumsOf(40, 28, 0.1, 0.6, 0.5));
    expect(parts.winRate).toBeCloseTo(1, 10);
    expect(parts.profit).toBeCloseTo(0.4, 10);
    expect(parts.consistency).toBeCloseTo(0.4, 10);
    expect(parts.volume).toBeCloseTo(0.80465, 5);
    expect(parts.timing).toBeCloseTo(0.5, 10);
    expect(raw).toBeCloseTo(6.8547, 4);
    expect(confidence).toBeCloseTo(0.6667, 4);
    expect(score).toBeCloseTo(6.2364, 4);
    expect(tierOf(score)).toBe("SMART");
  });

  it("gives the strategy's second worked example: 50 units, 17 wins, DEGEN", () => {
    const { parts, raw, confidence, score } = computeScore(sumsOf(50, 17, -0.2, 0.7, 0.4));
    expect(parts.winRate).toBeCloseTo(0.1, 10);
    expect(parts.profit).toBe(0);
    expect(parts.consistency).toBeCloseTo(0.3, 10);
    expect(parts.volume).toBeCloseTo(0.85194, 5);
    expect(parts.timing).toBeCloseTo(0.4, 10);
    expect(raw).toBeCloseTo(1.9019, 4);
    expect(confidence).toBeCloseTo(0.7143, 4);
    expect(score).toBeCloseTo(2.7871, 4);
    expect(tierOf(score)).toBe("DEGEN");
  });

  it("leaves a wallet without closed units exactly neutral", () => {
    expect(computeScore(NOTHING).score).toBe(5);
  });

  it("has no consistency from a single unit, and neutral timing where no market has both times", () => {
    const { parts } = computeScore({ ...NOTHING, units: 1, wins: 1, roi: 500_000n, roiSquared: 250_000_000_000n });
    expect([parts.consistency, parts.timing]).toEqual([0, 0.5]);
  });

  it("sees no deviation at all where every unit earned the same", () => {
    const n = 1_000_003;
    const { roiDeviation } = computeScore({
      ...NOTHING,
      units: n,
      wins: n,
      roi: 333_333n * BigInt(n),
      roiSquared: 333_333n ** 2n * BigInt(n),
    });
    expect(roiDeviation).toBe(0);
  });

  it("weighs its parts to one", () => {
    expect(Object.values(WEIGHT).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  });

  it("stays within 0 and 10 for any units", () => {
    const roi = fc.integer({ min: -1_000_000, max: 1_000_000 });
    fc.assert(
      fc.property(fc.array(roi, { maxLength: 300 }), fc.nat(1_000_000), (rois, ahead) => {
        const { score } = computeScore({
          units: rois.length,
          wins: rois.filter((r) => r > 0).length,
          roi: rois.reduce((sum, r) => sum + BigInt(r), 0n),
          roiSquared: rois.reduce((sum, r) => sum + BigInt(r) ** 2n, 0n),
          timedCost: 1_000_000n,
          aheadCost: BigInt(ahead),
        });
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(10);
      }),
    );
  });
});

describe("tier", () => {
  it.each([
    [10, "WHALE"],
    [7, "WHALE"],
    [6.9999, "SMART"],
    [6, "SMART"],
    [5.9999, "AVERAGE"],
    [5, "AVERAGE"],
    [4, "AVERAGE"],
    [3.9999, "NOVICE"],
    [3, "NOVICE"],
    [2.9999, "DEGEN"],
    [0, "DEGEN"],
  ])("of score %d is %s", (score, tier) => {
    expect(tierOf(score)).toBe(tier);
  });
});

import { describe, expect, it, test } from "vitest";
import { contributions, tierOutlook } from "./contributions.ts";
import { computeScore } from "./score.ts";

describe("contributions", () => {
  it("add up to the raw score, and with 5.0 to the score", () => {
    const units = { units: 40, wins: 28, roi: 4_000_000n, roiSquared: 14_800_000_000_000n };
    const { parts, raw, confidence, score } = computeScore({ ...units, timedCost: 2n, aheadCost: 1n });
    const list = contributions(parts, confidence);
    expect(list.reduce((sum, { points }) => sum + points, 0)).toBeCloseTo(raw, 12);
    expect(list.reduce((sum, { moves }) => sum + moves, 5)).toBeCloseTo(score, 12);
  });
});

test.each([
  ["SMART", 0, null],
  ["SMART", 1, "WHALE after 2 more run(s) above 7.0, or at once at 7.2"],
  ["AVERAGE", -2, "NOVICE after 1 more run(s) below 4.0, or at once at 3.8"],
] as const)("the outlook of %s after %i runs past its line", (tier, runsPast, text) => {
  expect(tierOutlook({ tier, runsPast })).toBe(text);
});

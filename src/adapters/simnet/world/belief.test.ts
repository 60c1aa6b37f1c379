import { describe, expect, it } from "vitest";
import { createPrng } from "../random/prng.ts";
import { createBelief } from "./belief.ts";
import { createUnderlying } from "./underlying.ts";

describe("public probabilities", () => {
  it("of exclusive answers sum to one and end at the truth", () => {
    for (let seed = 0; seed < 50; seed++) {
      const belief = createBelief(createPrng(seed, "belief"), [0.5, 0.3, 0.2]);
      for (const share of [0, 0.25, 0.5, 0.999]) {
        expect([0, 1, 2].reduce((sum, i) => sum + belief.probability(i, share), 0)).toBeCloseTo(1, 9);
      }
      expect([0, 1, 2].map((i) => belief.probability(i, 1))).toEqual([0, 1, 2].map((i) => Number(i === belief.truth)));
    }
  });

  it("are calibrated: of what stands near 70 % about 70 % comes true", () => {
    let stood = 0;
    let came = 0;
    for (let seed = 0; seed < 2_000; seed++) {
      const belief = createBelief(createPrng(seed, "calibration"), [0.5, 0.5]);
      const p = belief.probability(0, 0.4);
      if (p < 0.65 || p > 0.75) continue;
      stood += 1;
      came += Number(belief.truth === 0);
    }
    expect(stood).toBeGreaterThan(100);
    expect(Math.abs(came / stood - 0.7)).toBeLessThan(0.1);
  });

  it("of an up/down window start even, end at the outcome and are calibrated between", () => {
    const walk = createUnderlying(3, "btc", 0);
    const slot = 900_000;
    let stood = 0;
    let came = 0;
    for (let i = 0; i < 2_000; i++) {
      const [opensAt, endsAt] = [i * slot, (i + 1) * slot];
      expect(walk.upProbability(opensAt, endsAt, opensAt)).toBe(0.5);
      expect(walk.upProbability(opensAt, endsAt, endsAt)).toBe(Number(walk.closesUp(opensAt, endsAt)));
      const p = walk.upProbability(opensAt, endsAt, opensAt + slot / 2);
      if (p < 0.65 || p > 0.75) continue;
      stood += 1;
      came += Number(walk.closesUp(opensAt, endsAt));
    }
    expect(Math.abs(came / stood - 0.7)).toBeLessThan(0.1);
  });
});

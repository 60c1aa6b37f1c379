import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { areaUnderCurve, reportSkill } from "./planted-skill.ts";

describe("area under the curve", () => {
  test("is 1 when every positive is above every negative, 0 the other way round, 0.5 when all are equal", () => {
    expect(areaUnderCurve([8, 9], [1, 2, 3])).toBe(1);
    expect(areaUnderCurve([1], [2, 3])).toBe(0);
    expect(areaUnderCurve([5, 5], [5, 5, 5])).toBe(0.5);
  });

  test("does not exist with one side empty", () => {
    expect(areaUnderCurve([], [1])).toBeNull();
    expect(areaUnderCurve([1], [])).toBeNull();
  });

  test("equals the share of pairs in the right order, ties counting half", () => {
    const scores = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(scores, scores, (positives, negatives) => {
        const points = (p: number, n: number): number => (p > n ? 1 : p === n ? 0.5 : 0);
        const pairs = positives.flatMap((p) => negatives.map((n) => points(p, n)));
        const mean = pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
        expect(areaUnderCurve(positives, negatives)).toBeCloseTo(mean, 12);
      }),
    );
  });
});

describe("skill report", () => {
  const planted = [
    { address: "0xa", kind: "informed", skill: 0.3 },
    { address: "0xb", kind: "informed", skill: 0.1 },
    { address: "0xc", kind: "informed", skill: -0.02 },
    ...Array.from({ length: 17 }, (_, i) => ({ address: `0xn${i}`, kind: "noise", skill: -0.04 })),
  ];

  test("a wallet that was never scored counts as 5.0, and only noise traders can be false whales", () => {
    const report = reportSkill(planted, [
      { wallet: "0xa", score: 8, tier: "WHALE" },
      { wallet: "0xn0", score: 7.5, tier: "WHALE" },
      { wallet: "0xn1", score: 4, tier: "AVERAGE" },
      { wallet: "0xstranger", score: 9, tier: "WHALE" },
    ]);
    expect(report).toMatchObject({
      plantedWallets: 20,
      skilledWallets: 2,
      scoredWallets: 3,
      highScores: 2,
      topDecileShare: 0.5,
      falseWhaleRate: 1 / 17,
    });
    // 0xa beats all 18 others; 0xb (unknown, 5.0) beats 0xn1, loses to 0xn0 and ties with the other 16.
    expect(report.auc).toBeCloseTo((18 + 1 + 16 / 2) / 36, 12);
  });
});

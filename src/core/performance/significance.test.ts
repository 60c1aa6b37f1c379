import { describe, expect, it } from "vitest";
import { $, aWallet, sh } from "../../../test/support/trading.ts";
import { type ClosedBet, judge, judgeRecords } from "./significance.ts";

const bet = (cluster: number, net: string, change: Partial<ClosedBet> = {}): ClosedBet => ({
  signalType: "FOLLOW_WHALE",
  source: aWallet(1),
  cluster: `event ${cluster}`,
  shares: sh("100"),
  netUsd: $(net),
  ...change,
});
const many = (count: number, netOf: (n: number) => string): readonly ClosedBet[] =>
  Array.from({ length: count }, (_, n) => bet(n, netOf(n)));

describe("the record of a signal type", () => {
  it("gives the edge per share with its bounds: 12 events of 100 shares, 6 won 30 USD and 6 lost 10", () => {
    // Edge 120 / 1200 = 0.1. Residuals ±20: 12/11 · 12 · 400 / 1200² = 0.0036364, root 0.060302; t(11) = 1.7959.
    const record = judge(many(12, (n) => (n % 2 === 0 ? "30" : "-10")));
    expect(record).toMatchObject({ bets: 12, clusters: 12, edgePerShare: 0.1, verdict: "cannot tell" });
    expect(record.lowerBound).toBeCloseTo(0.1 - 1.7959 * 0.060302, 4);
    expect(record.upperBound).toBeCloseTo(0.1 + 1.7959 * 0.060302, 4);
  });

  it.each([
    ["proven", many(50, (n) => (n % 2 === 0 ? "30" : "-10"))],
    ["negative", many(50, (n) => (n % 2 === 0 ? "-30" : "10"))],
    ["cannot tell", many(11, () => "30")],
    ["proven", many(12, () => "30")],
    ["cannot tell", many(12, () => "0")],
    ["cannot tell", []],
  ] as const)("is %s", (verdict, bets) => {
    expect(judge(bets).verdict).toBe(verdict);
  });

  it("counts an event once, however many bets were made in it", () => {
    const repeated = many(50, (n) => (n % 2 === 0 ? "30" : "-10")).map((each, n) => ({ ...each, cluster: `${n % 4}` }));
    expect(judge(repeated)).toMatchObject({ bets: 50, clusters: 4, lowerBound: null, verdict: "cannot tell" });
  });

  it("is given for the type and for each source within it", () => {
    const bets = [
      bet(1, "3"),
      bet(2, "-1", { source: aWallet(2) }),
      bet(3, "1", { signalType: "FADE_DEGEN", source: null }),
    ];
    expect(judgeRecords(bets).map(({ signalType, source, bets: count }) => [signalType, source, count])).toEqual([
      ["FADE_DEGEN", null, 1],
      ["FOLLOW_WHALE", null, 2],
      ["FOLLOW_WHALE", aWallet(1), 1],
      ["FOLLOW_WHALE", aWallet(2), 1],
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { formatUsd, price, shares, usd } from "../money/amounts.ts";
import { computeFee, computeFeeBound } from "./fee.ts";

describe("the taker fee", () => {
  it.each([
    // Fills charged by the venue (API sheet 2.12, on-chain sheet 3.2).
    { size: 22_840_000n, at: 520_000n, rate: 0.05, exponent: 1, fee: "0.28504" },
    { size: 7_440_000n, at: 900_000n, rate: 0.05, exponent: 1, fee: "0.03348" },
    { size: 50_000_000n, at: 750_000n, rate: 0.07, exponent: 1, fee: "0.65625" },
    { size: 12_310_000n, at: 620_000n, rate: 0.05, exponent: 1, fee: "0.14501" },
    // The old schedule of 15-minute markets.
    { size: 100_000_000n, at: 500_000n, rate: 0.25, exponent: 2, fee: "1.5625" },
    { size: 10_000n, at: 10_000n, rate: 0.05, exponent: 1, fee: "0.00001" },
    { size: 100n, at: 10_000n, rate: 0.05, exponent: 1, fee: "0.00001" },
  ])("on $size shares at $at with rate $rate is $fee", ({ size, at, rate, exponent, fee }) => {
    expect(formatUsd(computeFee({ rate, exponent }, price(at), shares(size)))).toBe(fee);
  });

  it("is nothing where the market has no fee or nothing is at stake", () => {
    expect(computeFee({ rate: 0, exponent: 1 }, price(500_000n), shares(1_000_000n))).toBe(0n);
    expect(computeFee({ rate: 0.05, exponent: 1 }, price(1_000_000n), shares(1_000_000n))).toBe(0n);
  });

  it.each([0, 1, 2, 4])("with exponent %i is bounded whatever the price that a stake is spent at", (exponent) => {
    const schedule = { rate: 0.07, exponent };
    const bound = computeFeeBound(schedule, price(10_000n), price(600_000n), usd(100_000_000n));
    const fees = Array.from({ length: 60 }, (_, index) => {
      const at = BigInt(index + 1) * 10_000n;
      return computeFee(schedule, price(at), shares((100_000_000n * 1_000_000n) / at));
    });
    const highest = fees.reduce((a, b) => (a > b ? a : b));
    expect(highest).toBeLessThanOrEqual(bound);
    // No looser than a grid of cents and the rounding of a hundred fills explain.
    expect(bound * 1_000n).toBeLessThanOrEqual(highest * 1_001n + 1_010_000n);
  });
});

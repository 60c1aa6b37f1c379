import { describe, expect, it } from "vitest";
import { takerFeeV1, takerFeeV2 } from "./fees.ts";

describe("taker fees", () => {
  it("reproduce fees that the venue really charged on V2", () => {
    // shares, cash and rate of recorded fills; fee in micros.
    expect(takerFeeV2(37_500_000, 50_000_000, 700)).toBe(656_250);
    expect(takerFeeV2(247_483_630, 260_430_000, 400)).toBe(492_110);
    expect(takerFeeV2(7_632_200, 12_310_000, 500)).toBe(145_010);
    expect(takerFeeV2(11_876_800, 22_840_000, 500)).toBe(285_040);
    expect(takerFeeV2(6_696_000, 7_440_000, 500)).toBe(33_480);
  });

  it("are at least one unit where there is a rate, and nothing where there is none", () => {
    expect(takerFeeV2(10, 10_000, 400)).toBe(10);
    expect(takerFeeV2(5_000_000, 10_000_000, 0)).toBe(0);
  });

  it("are taken from the proceeds on V1: tokens of a BUY, collateral of a SELL", () => {
    // 100 shares at 0.40 and 1 %: min(p, 1 - p) = 0.40.
    expect(takerFeeV1("BUY", 40_000_000, 100_000_000, 100)).toBe(1_000_000);
    expect(takerFeeV1("SELL", 40_000_000, 100_000_000, 100)).toBe(400_000);
    // At 0.80 the other side counts: 0.20 of 100 shares, over 0.80 in tokens.
    expect(takerFeeV1("BUY", 80_000_000, 100_000_000, 100)).toBe(250_000);
    expect(takerFeeV1("SELL", 80_000_000, 100_000_000, 100)).toBe(200_000);
  });
});

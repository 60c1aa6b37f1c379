import { describe, expect, it } from "vitest";
import { formatUsd, parsePrice, usd } from "../money/amounts.ts";
import { computeKelly, computeStake, computeStakeBy, type SizingConfig } from "./kelly.ts";

const quarter: SizingConfig = { method: "classic", kellyFraction: 0.25, maxPositionUsd: usd(1_000_000_000n) };
const priceOf = (text: string) => parsePrice(text) as NonNullable<ReturnType<typeof parsePrice>>;
const classic = (confidence: number, price: string) =>
  computeStake(quarter, { confidence, triggerPrice: priceOf(price), edgeLowerBound: null }, priceOf(price));

describe("the stake by quarter Kelly on 1,000 USD", () => {
  it.each([
    { probability: 0.9, price: "0.7", kelly: 0.66667, stake: "166.66" },
    { probability: 0.85, price: "0.72", kelly: 0.46429, stake: "116.07" },
    { probability: 0.9, price: "0.95", kelly: -1, stake: "0" },
    { probability: 0.7, price: "0.4", kelly: 0.5, stake: "125" },
  ])("is $stake for probability $probability at $price", ({ probability, price, kelly, stake }) => {
    const sized = classic(probability, price);
    expect(sized.kelly).toBeCloseTo(kelly, 5);
    expect(formatUsd(sized.stakeUsd)).toBe(stake);
  });

  it("is rounded to the micro before it is cut to the cent", () => {
    // f 0.5 of 1,000 USD: 9999.3 and 9999.6 micros.
    const stakes = [1.99986e-5, 1.99992e-5].map(
      (kellyFraction) =>
        computeStake(
          { ...quarter, kellyFraction },
          { confidence: 0.7, triggerPrice: priceOf("0.4"), edgeLowerBound: null },
          priceOf("0.4"),
        ).stakeUsd,
    );
    expect(stakes.map(formatUsd)).toEqual(["0", "0.01"]);
  });

  it("that is fixed is cut to the cent too", () => {
    const evidence = { confidence: 0.9, triggerPrice: priceOf("0.5"), edgeLowerBound: null };
    const sized = computeStakeBy({ kind: "fixed", usd: usd(25_129_999n) }, quarter, evidence, priceOf("0.5"));
    expect(formatUsd(sized.stakeUsd)).toBe("25.12");
  });

  it("is cut at the whole position where the fraction would ask for more", () => {
    const greedy = computeStake(
      { ...quarter, kellyFraction: 5 },
      { confidence: 0.99, triggerPrice: priceOf("0.5"), edgeLowerBound: null },
      priceOf("0.5"),
    );
    expect(formatUsd(greedy.stakeUsd)).toBe("1000");
  });
});

describe("the calibrated stake", () => {
  const calibrated: SizingConfig = { ...quarter, method: "calibrated" };
  const stake = (edgeLowerBound: number | null, ourPrice: string) =>
    computeStake(calibrated, { confidence: 0.9, triggerPrice: priceOf("0.5"), edgeLowerBound }, priceOf(ourPrice));

  it("gives nothing to an edge that was never measured", () => {
    expect(stake(null, "0.5")).toMatchObject({ stakeUsd: 0n, kelly: 0 });
  });

  it("gives nothing to an edge whose lower bound is not above zero", () => {
    expect(stake(-0.02, "0.5").stakeUsd).toBe(0n);
    expect(stake(0, "0.5").stakeUsd).toBe(0n);
  });

  it("gives nothing for a price under the trigger's, which proves nothing", () => {
    expect(stake(0, "0.45").stakeUsd).toBe(0n);
    expect(stake(-0.02, "0.45").stakeUsd).toBe(0n);
    expect(stake(0.1, "0.45").kelly).toBeCloseTo(0.1 / 0.55, 9);
  });

  it("takes a model's lower bound as it is", () => {
    const evidence = { confidence: 0.6, isProven: true, triggerPrice: priceOf("0.55"), edgeLowerBound: null };
    expect(computeStake(calibrated, evidence, priceOf("0.5")).kelly).toBeCloseTo(0.2, 9);
  });

  it("stakes f = edge / (1 − price) at the trigger's own price", () => {
    const sized = stake(0.1, "0.5");
    expect(sized.kelly).toBeCloseTo(0.2, 9);
    expect(formatUsd(sized.stakeUsd)).toBe("50");
  });

  it("takes what we pay above the trigger from the edge", () => {
    expect(stake(0.1, "0.55").kelly).toBeCloseTo(0.05 / 0.45, 9);
    expect(stake(0.1, "0.6").stakeUsd).toBe(0n);
  });
});

it("refuses a price at which nothing can be won or lost", () => {
  expect(() => computeKelly(0.5, 1)).toThrow("Kelly needs a price");
  expect(() => computeKelly(Number.NaN, 0.5)).toThrow("Kelly needs a probability");
});

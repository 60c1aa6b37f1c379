import { describe, expect, test } from "vitest";
import { InvariantError } from "../errors.ts";
import { floorToCent, notional, parsePrice, portionBps, price, priceOf, shares, sumUsd, usd } from "./amounts.ts";

describe("amounts", () => {
  test("what we pay rounds up and what we receive rounds down", () => {
    const size = shares(3_333_333n);
    const at = price(333_333n);
    expect(notional(at, size, "ceil")).toBe(1_111_110n);
    expect(notional(at, size, "floor")).toBe(1_111_109n);
  });

  test("a price lies between 0 and 1", () => {
    expect(parsePrice("1")).toBe(1_000_000n);
    expect(parsePrice(".001")).toBe(1_000n);
    expect(parsePrice("1.000001")).toBeNull();
    expect(parsePrice("-0.1")).toBeNull();
    expect(() => price(1_000_001n)).toThrow(InvariantError);
  });

  test("the price of a fill is cash over shares", () => {
    expect(priceOf(usd(4_650_000_000n), shares(5_000_000_000n), "halfEven")).toBe(930_000n);
  });

  test("shares of an amount, cents and sums are exact", () => {
    expect(portionBps(usd(10_000_000_000n), 2_000n, "floor")).toBe(2_000_000_000n);
    expect(floorToCent(usd(166_666_667n))).toBe(166_660_000n);
    expect(sumUsd([usd(1n), usd(-3n), usd(5n)])).toBe(3n);
  });
});

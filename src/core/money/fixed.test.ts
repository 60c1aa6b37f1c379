import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvariantError } from "../errors.ts";
import { formatDecimal, mulDiv, parseDecimal } from "./fixed.ts";

describe("mulDiv", () => {
  test.each([
    // value, by, over, floor, ceil, halfEven
    [7n, 1n, 2n, 3n, 4n, 4n],
    [5n, 1n, 2n, 2n, 3n, 2n],
    [-7n, 1n, 2n, -4n, -3n, -4n],
    [-5n, 1n, 2n, -3n, -2n, -2n],
    [10n, 3n, 5n, 6n, 6n, 6n],
    [1n, 1n, 3n, 0n, 1n, 0n],
    [-1n, 1n, 3n, -1n, 0n, 0n],
    [0n, 5n, 3n, 0n, 0n, 0n],
  ])("%d · %d / %d rounds to %d, %d, %d", (value, by, over, floor, ceil, halfEven) => {
    expect(mulDiv(value, by, over, "floor")).toBe(floor);
    expect(mulDiv(value, by, over, "ceil")).toBe(ceil);
    expect(mulDiv(value, by, over, "halfEven")).toBe(halfEven);
  });

  test("floor and ceil enclose the exact quotient and differ by at most one", () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), fc.bigInt({ min: 1n }), (value, by, over) => {
        const floor = mulDiv(value, by, over, "floor");
        const ceil = mulDiv(value, by, over, "ceil");
        const even = mulDiv(value, by, over, "halfEven");
        expect(floor * over <= value * by && value * by <= ceil * over).toBe(true);
        expect(ceil - floor).toBeLessThanOrEqual(1n);
        expect(even === floor || even === ceil).toBe(true);
      }),
    );
  });

  test("a divisor that is not positive is our mistake", () => {
    expect(() => mulDiv(1n, 1n, 0n, "floor")).toThrow(InvariantError);
    expect(() => mulDiv(1n, 1n, -2n, "floor")).toThrow(InvariantError);
  });
});

describe("decimal text", () => {
  test.each([
    ["1.5", 1_500_000n],
    [".48", 480_000n],
    ["-0.000001", -1n],
    ["12", 12_000_000n],
    ["0.1000000000", 100_000n],
    ["7.", 7_000_000n],
  ])("%s is read exactly", (text, micros) => {
    expect(parseDecimal(text, 6)).toBe(micros);
  });

  test.each(["", ".", "-", "1e3", "0.0000001", "1,5", " 1", "NaN", "0x10"])(
    "%j is not a number of six places",
    (text) => {
      expect(parseDecimal(text, 6)).toBeNull();
    },
  );

  test("what is written is read back", () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.integer({ min: 0, max: 18 }), (value, decimals) => {
        expect(parseDecimal(formatDecimal(value, decimals), decimals)).toBe(value);
      }),
    );
  });
});

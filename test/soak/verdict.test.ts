// Goal: the soak says the truth about its samples. Method: memory and delays that are known to grow, or known not to.
import { expect, test } from "vitest";
import { grows, growthOf, percentile, slope } from "./verdict.ts";

const minutes = Array.from({ length: 600 }, (_, second) => second);
/** A heap that fills and is collected: between 150 and 190 MB, every 40 s. */
const sawtooth = (second: number): number => 150 + (second % 40);

test("percentiles are values that occurred", () => {
  expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3);
  expect(percentile([5, 1, 4, 2, 3], 0.99)).toBe(5);
  expect(percentile([], 0.5)).toBeNaN();
});

test("collections are no growth, a leak under them is", () => {
  const steady = growthOf(minutes.map((at) => [at, sawtooth(at)] as const));
  const leaking = growthOf(minutes.map((at) => [at, sawtooth(at) + at * 0.1] as const));
  expect(steady && grows(steady)).toBe(false);
  expect(leaking && grows(leaking)).toBe(true);
  expect(leaking?.mbPerHour).toBeCloseTo(360 + slope(minutes.map((at) => [at, sawtooth(at)])) * 3_600, 6);
});

test("a handful of samples says nothing", () => {
  expect(
    growthOf([
      [0, 100],
      [1, 900],
    ]),
  ).toBeNull();
});

import { expect, test } from "vitest";
import { estimate } from "./bootstrap.ts";
import { createDraw } from "./random.ts";

const clusters = (values: readonly number[], weight = 1) => values.map((value) => ({ value, weight }));

test("is a ratio of sums, and has no interval where clusters are few or all alike", () => {
  const few = estimate(
    [
      { value: 3, weight: 2 },
      { value: 1, weight: 6 },
    ],
    createDraw(1),
    1,
  );
  expect(few).toEqual({ mean: 0.5, interval: null, corrected: null, clusters: 2 });
  expect(estimate(clusters(Array(20).fill(2)), createDraw(1), 1)).toMatchObject({ mean: 2, interval: null });
  expect(estimate(clusters([1, 2], 0), createDraw(1), 1)).toBeNull();
});

test("agrees with the normal interval where many clusters are alike in size", () => {
  const coins = clusters(Array.from({ length: 400 }, (_, index) => index % 2));
  const { interval, corrected } = estimate(coins, createDraw(1), 4) ?? {};
  // 0.5 ± 1.96 · √(0.25 / 400) · √(400 / 399); for the best of four 2.4977 errors.
  expect(interval?.low).toBeCloseTo(0.5 - 0.049, 2);
  expect(interval?.high).toBeCloseTo(0.5 + 0.049, 2);
  expect(((corrected?.high ?? 0) - 0.5) / ((interval?.high ?? 0) - 0.5)).toBeCloseTo(2.4977 / 1.96, 3);
});

test("leans to the side of the long tail, as a percentile of few skewed clusters would not", () => {
  const { mean, interval } = estimate(clusters([...Array(18).fill(0), 1, 10]), createDraw(1), 1) ?? { mean: 0 };
  expect((interval?.high ?? 0) - mean).toBeGreaterThan(2 * (mean - (interval?.low ?? 0)));
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { grown, type RangeSize, rangeSize, shrunk } from "./range-size.ts";

describe("the size of a range", () => {
  test("doubles while all goes well, up to its maximum", () => {
    let size = rangeSize(50, 300);
    const seen = [size.current];
    for (let step = 0; step < 4; step += 1) {
      size = grown(size, 10);
      seen.push(size.current);
    }
    expect(seen).toEqual([50, 100, 200, 300, 300]);
  });

  test("halves when it was too large, and stays below what failed", () => {
    let size = shrunk(rangeSize(100, 1_000), 100);
    for (let step = 0; step < 8; step += 1) size = grown(size, 10);
    expect(size.current).toBe(99);
  });

  test("goes straight to what the provider says it allows", () => {
    let size = shrunk(rangeSize(500, 1_000), 500, 10);
    expect(size.current).toBe(10);
    for (let step = 0; step < 30; step += 1) size = grown(size, 10);
    expect(size.current).toBe(10);
  });

  test("halves when what the provider says it allows is no less than what it refused", () => {
    expect(shrunk(rangeSize(100, 1_000), 100, 10_000).current).toBe(50);
  });

  test("goes back to what was answered when more than that was too large", () => {
    let size = grown(rangeSize(50, 1_000), 10);
    expect(size.current).toBe(100);
    size = shrunk(size, 100);
    expect(size.current).toBe(50);
    // What was answered is so no more: the blocks have become fuller.
    expect(shrunk(size, 50).current).toBe(25);
  });

  test("tries what failed again when that lies long back", () => {
    let size = shrunk(rangeSize(100, 1_000), 100);
    for (let step = 0; step < 60; step += 1) size = grown(size, 10);
    expect(size.current).toBeGreaterThan(100);
  });

  test("halves when answers hold more logs than one transaction should", () => {
    expect(grown(rangeSize(100, 1_000), 50_000).current).toBe(50);
  });

  test("is at least one and at most its maximum, whatever happens", () => {
    const step = fc.oneof(
      fc.nat(200_000).map((logs) => (size: RangeSize) => grown(size, logs)),
      fc.constant((size: RangeSize) => shrunk(size, size.current)),
      fc.integer({ min: 1, max: 50 }).map((asked) => (size: RangeSize) => shrunk(size, Math.min(asked, size.current))),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.array(step, { maxLength: 100 }), (max, steps) => {
        let size = rangeSize(50, max);
        for (const apply of steps) {
          size = apply(size);
          expect(size.current).toBeGreaterThanOrEqual(1);
          expect(size.current).toBeLessThanOrEqual(max);
        }
      }),
    );
  });
});

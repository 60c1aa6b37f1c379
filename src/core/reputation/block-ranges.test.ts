import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BlockRange, mergeRanges, subtractRanges } from "./block-ranges.ts";

const range = fc
  .tuple(fc.nat(60), fc.nat(12))
  .map(([fromBlock, length]) => ({ fromBlock, toBlock: fromBlock + length }));
const blocksOf = (ranges: readonly BlockRange[]): number[] =>
  [
    ...new Set(ranges.flatMap((r) => Array.from({ length: r.toBlock - r.fromBlock + 1 }, (_, i) => r.fromBlock + i))),
  ].sort((a, b) => a - b);

describe("block ranges", () => {
  it("merge to the same blocks, disjoint and never adjacent", () => {
    fc.assert(
      fc.property(fc.array(range), (ranges) => {
        const merged = mergeRanges(ranges);
        expect(blocksOf(merged)).toEqual(blocksOf(ranges));
        merged.slice(1).forEach((r, i) => {
          expect(r.fromBlock).toBeGreaterThan((merged[i]?.toBlock ?? Number.POSITIVE_INFINITY) + 1);
        });
      }),
    );
  });

  it("subtract to exactly the blocks that are left", () => {
    fc.assert(
      fc.property(fc.array(range), fc.array(range), (ranges, taken) => {
        const gone = new Set(blocksOf(taken));
        expect(blocksOf(subtractRanges(ranges, taken))).toEqual(blocksOf(ranges).filter((block) => !gone.has(block)));
      }),
    );
  });
});

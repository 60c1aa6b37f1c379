import fc from "fast-check";
import { expect, test } from "vitest";
import { createBlockQueue } from "./block-queue.ts";

// Goal: whatever sizes are asked for, and whatever comes back, every block is handed out exactly once in the end.
test("every block that waits is handed out once, in pieces of at most the size asked for", () => {
  const lengths = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 9 })), { maxLength: 6 });
  const turns = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.boolean()), { maxLength: 60 });
  fc.assert(
    fc.property(lengths, turns, (spans, steps) => {
      let next = 0;
      const ranges = spans.map(([length, gap]) => {
        const fromBlock = next + gap;
        next = fromBlock + length;
        return { fromBlock, toBlock: next - 1 };
      });
      const queue = createBlockQueue(ranges, new AbortController().signal);
      const done: number[] = [];
      const take = (size: number, comesBack: boolean): boolean => {
        const range = queue.take(size);
        if (range === null) return false;
        expect(range.toBlock - range.fromBlock + 1).toBeLessThanOrEqual(size);
        if (comesBack) queue.putBack(range);
        else for (let block = range.fromBlock; block <= range.toBlock; block += 1) done.push(block);
        return true;
      };
      for (const [size, comesBack] of steps) take(size, comesBack);
      while (take(7, false));
      const wanted = ranges.flatMap(({ fromBlock, toBlock }) =>
        Array.from({ length: toBlock - fromBlock + 1 }, (_, index) => fromBlock + index),
      );
      expect(queue.blocks()).toBe(0);
      expect([...done].sort((a, b) => a - b)).toEqual(wanted);
    }),
  );
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createFakeChain } from "../../../test/support/fake-chain.ts";
import { createFakeLogSource } from "../../../test/support/fake-log-source.ts";
import type { BlockRef } from "../../core/chain/fill.ts";
import { parseBlockHash } from "../../core/ids/ids.ts";
import { epochMs } from "../../core/time/time.ts";
import type { LogSource } from "../../ports/log-source.ts";
import { firstBlockAt } from "./block-at.ts";

const never = new AbortController().signal;
const zero = parseBlockHash(`0x${"00".repeat(32)}`);

/** Blocks at these times, the first of them numbered `first`; older headers are gone. */
function sourceOf(times: readonly number[], first = 0): { source: LogSource; newest: BlockRef; asked: () => number } {
  let asked = 0;
  const block = (number: number): BlockRef | null => {
    const timestamp = times[number - first];
    return timestamp === undefined ? null : { number, hash: zero, parentHash: zero, timestamp };
  };
  const source: LogSource = {
    ...createFakeLogSource(createFakeChain({ head: 0 })),
    async blocks(numbers) {
      asked += numbers.length;
      return numbers.map(block).filter((each) => each !== null);
    },
  };
  return { source, newest: block(first + times.length - 1) as BlockRef, asked: () => asked };
}

describe("the first block at a time", () => {
  test("is found whatever the time between blocks, also where blocks share a second and old headers are gone", async () => {
    const gaps = fc.array(fc.nat(5), { minLength: 1, maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(gaps, fc.nat(500), fc.nat(2_200), async (steps, first, at) => {
        let now = 100;
        const times = steps.map((step) => {
          now += step;
          return now;
        });
        const { source, newest } = sourceOf(times, first);
        const index = times.findIndex((time) => time >= at);
        const expected = index < 0 ? null : first + index;
        expect(await firstBlockAt(source, epochMs(at * 1_000), newest, never)).toBe(expected);
      }),
    );
  });

  test("is found in a few rounds among many", async () => {
    const { source, newest, asked } = sourceOf(Array.from({ length: 1_000_000 }, (_, index) => 2 * index));
    expect(await firstBlockAt(source, epochMs(1_234_567_000), newest, never)).toBe(617_284);
    expect(asked()).toBeLessThan(100);
  });
});

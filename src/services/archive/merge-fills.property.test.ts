import fc from "fast-check";
import { expect, test } from "vitest";
import { compareLogPosition, type LogPosition } from "../../core/chain/fill.ts";
import { InvariantError } from "../../core/errors.ts";
import { mergeByPosition } from "./merge-fills.ts";

type Row = LogPosition & { readonly stream: number };

async function* inBatches(rows: readonly Row[], size: number): AsyncGenerator<readonly Row[]> {
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size);
}

async function merged(streams: readonly (readonly Row[])[], size: number): Promise<readonly Row[]> {
  const all: Row[] = [];
  for await (const batch of mergeByPosition(streams.map((rows) => inBatches(rows, size)))) all.push(...batch);
  return all;
}

const positions = fc.uniqueArray(fc.record({ blockNumber: fc.nat(6), logIndex: fc.nat(4) }), {
  selector: ({ blockNumber, logIndex }) => blockNumber * 10 + logIndex,
});

test("merging streams gives every position once, in order, from the first stream that has it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(positions, { maxLength: 5 }), fc.integer({ min: 1, max: 4 }), async (drawn, size) => {
      const streams = drawn.map((rows, stream) => rows.map((row) => ({ ...row, stream })).sort(compareLogPosition));
      const first = new Map<string, Row>();
      for (const row of streams.toReversed().flat()) first.set(`${row.blockNumber}/${row.logIndex}`, row);
      expect(await merged(streams, size)).toEqual([...first.values()].sort(compareLogPosition));
    }),
  );
});

test("a stream that is out of order is our own mistake", async () => {
  const rows = [2, 1].map((blockNumber) => ({ blockNumber, logIndex: 0, stream: 0 }));
  await expect(merged([rows], 2)).rejects.toThrow(InvariantError);
});

import { assert } from "../../core/assert.ts";
import { compareLogPosition, type LogPosition } from "../../core/chain/fill.ts";

type Lane<Row> = { readonly batches: AsyncIterator<readonly Row[]>; rows: readonly Row[]; next: number };

const headOf = <Row>(lane: Lane<Row>): Row | undefined => lane.rows[lane.next];

/**
 * Joins streams that are each in chain order into one in chain order. A position that several streams hold is taken
 * from the first of them. Rows are passed on in the pieces that lie between two changes of stream.
 */
export async function* mergeByPosition<Row extends LogPosition>(
  streams: readonly AsyncIterable<readonly Row[]>[],
): AsyncGenerator<readonly Row[]> {
  const lanes = streams.map((stream): Lane<Row> => ({ batches: stream[Symbol.asyncIterator](), rows: [], next: 0 }));
  let last: LogPosition | null = null;
  try {
    for (const lane of lanes) await refill(lane);
    for (;;) {
      const [first, second] = leaders(lanes);
      if (first === undefined) return;
      const piece: readonly Row[] = takeUntil(first, second && headOf(second), last);
      last = piece.at(-1) ?? last;
      if (piece.length > 0) yield piece;
      await refill(first);
    }
  } finally {
    for (const lane of lanes) await lane.batches.return?.();
  }
}

async function refill<Row>(lane: Lane<Row>): Promise<void> {
  while (lane.next >= lane.rows.length) {
    const { done, value } = await lane.batches.next();
    if (done === true) return;
    lane.rows = value;
    lane.next = 0;
  }
}

/** The stream with the lowest head and the one after it; of equal heads the earlier stream leads. */
function leaders<Row extends LogPosition>(lanes: readonly Lane<Row>[]): readonly (Lane<Row> | undefined)[] {
  const open = lanes.filter((lane) => headOf(lane) !== undefined);
  return open.toSorted((a, b) => compareLogPosition(headOf(a) as Row, headOf(b) as Row)).slice(0, 2);
}

/** Rows up to and with `limit` (which the other stream then repeats), without what `last` has already passed. */
function takeUntil<Row extends LogPosition>(
  lane: Lane<Row>,
  limit: Row | undefined,
  last: LogPosition | null,
): readonly Row[] {
  let start = lane.next;
  if (last !== null && compareLogPosition(lane.rows[start] as Row, last) <= 0) {
    // Only a repetition from another stream is dropped; inside one stream positions must rise.
    start += 1;
  }
  let end = start;
  while (end < lane.rows.length) {
    const row = lane.rows[end] as Row;
    const before = lane.rows[end - 1];
    assert(before === undefined || compareLogPosition(before, row) < 0, "a stream of fills is in chain order", {
      block: row.blockNumber,
      logIndex: row.logIndex,
    });
    if (limit !== undefined && compareLogPosition(row, limit) > 0) break;
    end += 1;
  }
  lane.next = end;
  return lane.rows.slice(start, end);
}

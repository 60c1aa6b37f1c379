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

/**
 * Rows below `limit`, the head of the next stream; the first row also when it is at the limit, since then this stream
 * comes first in order. What `last` has already passed is left out.
 */
function takeUntil<Row extends LogPosition>(
  lane: Lane<Row>,
  limit: Row | undefined,
  last: LogPosition | null,
): readonly Row[] {
  const isRepeated = last !== null && compareLogPosition(lane.rows[lane.next] as Row, last) <= 0;
  const start = isRepeated ? lane.next + 1 : lane.next;
  let end = lane.next + 1;
  while (end < lane.rows.length) {
    const row = lane.rows[end] as Row;
    assert(compareLogPosition(lane.rows[end - 1] as Row, row) < 0, "a stream of fills is in chain order", {
      block: row.blockNumber,
      logIndex: row.logIndex,
    });
    if (limit !== undefined && compareLogPosition(row, limit) >= 0) break;
    end += 1;
  }
  lane.next = end;
  return lane.rows.slice(start, end);
}

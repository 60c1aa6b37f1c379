import type { BlockRef } from "../../core/chain/fill.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { LogSource } from "../../ports/log-source.ts";

/** Headers asked at once: the range narrows to a sixteenth in every round. */
const PROBES = 15;

/**
 * The first block at or after a time, found among the headers: the time between blocks has changed too often for a
 * constant. Blocks that the source has no header of (pruned) count as earlier.
 * @param newest the newest block to consider
 * @returns null when `newest` is before that time
 */
export async function firstBlockAt(
  source: LogSource,
  at: EpochMs,
  newest: BlockRef,
  signal: AbortSignal,
): Promise<number | null> {
  const isBefore = (block: BlockRef | undefined): boolean => block === undefined || block.timestamp * 1_000 < at;
  if (isBefore(newest)) return null;
  // Always: `low` is before, `high` is not.
  let [low, high] = [-1, newest.number];
  while (high - low > 1) {
    const numbers = probes(low, high);
    const found = new Map((await source.blocks(numbers, signal)).map((block) => [block.number, block]));
    const first = numbers.findIndex((number) => !isBefore(found.get(number)));
    const before = first < 0 ? numbers.at(-1) : numbers[first - 1];
    low = before ?? low;
    high = numbers[first] ?? high;
  }
  return high;
}

/** Up to `PROBES` different numbers strictly between, spread evenly. */
function probes(low: number, high: number): readonly number[] {
  const count = Math.min(PROBES, high - low - 1);
  return Array.from({ length: count }, (_, index) => low + Math.ceil(((high - low) * (index + 1)) / (count + 1)));
}

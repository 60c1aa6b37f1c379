import { type BlockRange, missingRanges } from "../../core/chain/missing-ranges.ts";
import type { CoveragePart } from "../../ports/coverage-store.ts";

/** A range to be read again, and who delivered it. */
export type Sample = BlockRange & { readonly endpoint: string | null };

/** Small enough for every provider that is worth asking. */
const SAMPLE_BLOCKS = 20;

/**
 * Ranges to read again: all there is where that is no more than `count` ranges, otherwise drawn at random, every block
 * as likely as any other.
 * @param excluded blocks that cannot be compared
 */
export function drawSamples(
  parts: readonly CoveragePart[],
  excluded: readonly BlockRange[],
  count: number,
  random: () => number,
): readonly Sample[] {
  const pieces = parts.flatMap(({ fromBlock, toBlock, endpoint }) =>
    missingRanges(excluded, fromBlock, toBlock).flatMap((range) => cut({ ...range, endpoint })),
  );
  if (pieces.length <= count) return pieces;
  // Fisher and Yates, as far as needed.
  for (let index = 0; index < count; index += 1) {
    const other = index + Math.floor(random() * (pieces.length - index));
    [pieces[index], pieces[other]] = [pieces[other] as Sample, pieces[index] as Sample];
  }
  return pieces.slice(0, count).sort((a, b) => a.fromBlock - b.fromBlock);
}

function cut({ fromBlock, toBlock, endpoint }: Sample): Sample[] {
  const pieces: Sample[] = [];
  for (let from = fromBlock; from <= toBlock; from += SAMPLE_BLOCKS) {
    pieces.push({ fromBlock: from, toBlock: Math.min(toBlock, from + SAMPLE_BLOCKS - 1), endpoint });
  }
  return pieces;
}

import type { BlockRange } from "../../core/chain/missing-ranges.ts";
import { RangeTooLargeError, TimeoutError } from "../../core/errors.ts";
import type { BlockHash } from "../../core/ids/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { CoveragePart, CoverageStore } from "../../ports/coverage-store.ts";
import type { LogSource } from "../../ports/log-source.ts";
import { compareRange, type Difference } from "./compare-range.ts";
import { createRangeReader } from "./range-reader.ts";
import { drawSamples, type Sample } from "./verify-samples.ts";

export type DeepDeps = {
  readonly logSource: LogSource;
  readonly store: CoverageStore;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
};

export type DeepProgress = { readonly samples: number; readonly samplesDone: number; readonly fills: number };

export type DeepReport = {
  readonly samples: number;
  readonly blocks: number;
  readonly fills: number;
  /** Samples that another endpoint answered than the one that delivered them, and those where it is the same or unknown. */
  readonly independent: number;
  readonly differences: readonly Difference[];
  /** Covered blocks that could not be compared: not final yet, or moved to the archive. */
  readonly excluded: readonly BlockRange[];
};

/**
 * Reads ranges again, from another endpoint than the one that delivered them where there is one, and compares them with
 * what is held. Changes nothing.
 * @throws what the source throws
 */
export async function verifyDeep(
  { logSource, store, clock, random }: DeepDeps,
  range: BlockRange,
  samplesWanted: number,
  onProgress: (progress: DeepProgress) => void,
  signal: AbortSignal,
): Promise<DeepReport> {
  const [parts, archived, finalized] = await Promise.all([
    store.parts(range),
    store.archived(),
    store.finalizedBlock(),
  ]);
  const inside = parts.map((part) => clipped(part, range));
  const excluded = [
    ...archived.filter((each) => each.toBlock >= range.fromBlock && each.fromBlock <= range.toBlock),
    ...(finalized < range.toBlock
      ? [{ fromBlock: Math.max(finalized + 1, range.fromBlock), toBlock: range.toBlock }]
      : []),
  ];
  const samples = drawSamples(inside, excluded, samplesWanted, random);
  const reader = createRangeReader(logSource, clock);
  const differences: Difference[] = [];
  const total = { blocks: 0, fills: 0, independent: 0, done: 0 };

  async function check(sample: Sample): Promise<void> {
    const { fromBlock, toBlock, endpoint } = sample;
    const avoid = endpoint === null ? {} : { avoid: endpoint };
    const read = await reader.read({ fromBlock, toBlock, headersFrom: fromBlock, ...avoid }, signal);
    const [fills, quarantined, blocks] = await Promise.all([
      store.fills(sample),
      store.quarantined(sample),
      store.blockHashes(sample),
    ]);
    differences.push(...compareRange({ fills, quarantined, hashes: withEnds(blocks, parts) }, read));
    total.blocks += toBlock - fromBlock + 1;
    total.fills += read.decoded.fills.length;
    if (endpoint !== null && read.answer.endpoint !== endpoint) total.independent += 1;
  }

  const waiting = [...samples];
  for (let sample = waiting.shift(); sample !== undefined && !signal.aborted; sample = waiting.shift()) {
    try {
      await check(sample);
    } catch (error) {
      const isTooLarge = error instanceof RangeTooLargeError || error instanceof TimeoutError;
      if (!isTooLarge || sample.toBlock === sample.fromBlock) throw error;
      waiting.unshift(...halves(sample));
      continue;
    }
    total.done += 1;
    onProgress({ samples: total.done + waiting.length, samplesDone: total.done, fills: total.fills });
  }
  const { blocks, fills, independent, done } = total;
  return { samples: done, blocks, fills, independent, differences, excluded };
}

const clipped = (part: CoveragePart, range: BlockRange): CoveragePart => ({
  ...part,
  fromBlock: Math.max(part.fromBlock, range.fromBlock),
  toBlock: Math.min(part.toBlock, range.toBlock),
});

/** Hashes of single blocks and of the ends of parts. */
function withEnds(
  blocks: ReadonlyMap<number, BlockHash>,
  parts: readonly CoveragePart[],
): ReadonlyMap<number, BlockHash> {
  const hashes = new Map(blocks);
  for (const { fromBlock, toBlock, parentHash, firstHash, lastHash } of parts) {
    if (parentHash !== null) hashes.set(fromBlock - 1, parentHash);
    if (firstHash !== null) hashes.set(fromBlock, firstHash);
    if (lastHash !== null) hashes.set(toBlock, lastHash);
  }
  return hashes;
}

function halves({ fromBlock, toBlock, endpoint }: Sample): readonly [Sample, Sample] {
  const middle = Math.floor((fromBlock + toBlock) / 2);
  return [
    { fromBlock, toBlock: middle, endpoint },
    { fromBlock: middle + 1, toBlock, endpoint },
  ];
}

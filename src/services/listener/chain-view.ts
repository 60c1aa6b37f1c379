import type { BlockRef } from "../../core/chain/fill.ts";
import { type BlockRange, missingRanges } from "../../core/chain/missing-ranges.ts";
import type { RangeAnswer } from "../../ports/log-source.ts";

/** What the listener knows of the chain, in memory; of what it holds the database says the same after every commit. */
export type ChainView = {
  readonly covered: readonly BlockRange[];
  /** Hashes of blocks that we hold, by which a reorg is recognised. */
  readonly remembered: ReadonlyMap<number, BlockRef>;
  /** Up to here, what we hold cannot be replaced; -1: nothing is known to be final. */
  readonly finalized: number;
  /** The source's newest block and its newest final one, when it was last asked. */
  readonly head: number;
  readonly sourceFinalized: BlockRef | null;
};

/** Nothing deeper is replaced on Polygon, whatever `finalized` says: twice what PIP-11 lets a node rewind. */
export const REORG_DEPTH_MAX = 512;

export const emptyView: ChainView = {
  covered: [],
  remembered: new Map(),
  finalized: -1,
  head: -1,
  sourceFinalized: null,
};

export const highestCovered = (view: ChainView): number => view.covered.at(-1)?.toBlock ?? -1;

/**
 * Headers from here up are read and remembered, so that every block is known to follow from the one before it. Final
 * blocks too: the node that answers may be behind, on a branch that is no more, and not the one that called them final.
 */
export const replaceableFrom = ({ head }: ChainView): number => Math.max(0, head - REORG_DEPTH_MAX);

/** The next range to read, at most `size` blocks; null when all from `start` to the head is covered. */
export function nextRange(view: ChainView, start: number, size: number): BlockRange | null {
  const first = missingRanges(view.covered, start, view.head)[0];
  if (first === undefined) return null;
  return { fromBlock: first.fromBlock, toBlock: Math.min(first.toBlock, first.fromBlock + size - 1) };
}

/** The nearest blocks that we remember below and above a range. */
function beside({ remembered }: ChainView, { fromBlock, toBlock }: BlockRange): readonly BlockRef[] {
  let [below, above] = [-1, Number.POSITIVE_INFINITY];
  for (const number of remembered.keys()) {
    if (number < fromBlock) below = Math.max(below, number);
    if (number > toBlock) above = Math.min(above, number);
  }
  return [below, above].flatMap((number) => remembered.get(number) ?? []);
}

/** Of these, those that do not touch the range, which by itself says nothing of them: somebody else read what is between. */
export const neighbours = (view: ChainView, range: BlockRange): readonly number[] =>
  beside(view, range)
    .map(({ number }) => number)
    .filter((number) => number !== range.fromBlock - 1 && number !== range.toBlock + 1);

/** True unless the answer's chain has the nearest blocks that we remember below and above the range. */
export function isOfOtherChain(view: ChainView, range: BlockRange, answer: RangeAnswer): boolean {
  return beside(view, range).some(({ number, hash, parentHash }) => {
    if (number === range.fromBlock - 1) return answer.blocks[0]?.parentHash !== hash;
    if (number === range.toBlock + 1) return answer.blocks.at(-1)?.hash !== parentHash;
    return answer.neighbours?.find((block) => block.number === number)?.hash !== hash;
  });
}

/** True when we hold another block in this place. */
export function contradicts(view: ChainView, block: BlockRef | null): boolean {
  const held = block === null ? undefined : view.remembered.get(block.number);
  return held !== undefined && held.hash !== block?.hash;
}

export function extended(view: ChainView, { fromBlock, toBlock }: BlockRange, blocks: readonly BlockRef[]): ChainView {
  const covered = joined([...view.covered, { fromBlock, toBlock }]);
  const remembered = new Map(view.remembered);
  for (const block of blocks) remembered.set(block.number, block);
  const oldest = highestCovered({ ...view, covered }) - 2 * REORG_DEPTH_MAX;
  for (const number of remembered.keys()) if (number < oldest) remembered.delete(number);
  return { ...view, remembered, covered };
}

export function retracted(view: ChainView, lastGoodBlock: number): ChainView {
  return {
    ...view,
    remembered: new Map([...view.remembered].filter(([number]) => number <= lastGoodBlock)),
    covered: view.covered
      .filter((range) => range.fromBlock <= lastGoodBlock)
      .map((range) => ({ ...range, toBlock: Math.min(range.toBlock, lastGoodBlock) })),
  };
}

function joined(ranges: readonly BlockRange[]): readonly BlockRange[] {
  const result: BlockRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.fromBlock - b.fromBlock)) {
    const last = result.at(-1);
    if (last === undefined || range.fromBlock > last.toBlock + 1) result.push(range);
    else result[result.length - 1] = { ...last, toBlock: Math.max(last.toBlock, range.toBlock) };
  }
  return result;
}

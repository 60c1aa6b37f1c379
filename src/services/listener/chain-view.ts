import type { BlockRef } from "../../core/chain/fill.ts";
import { type BlockRange, missingRanges } from "../../core/chain/missing-ranges.ts";

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

/** True when this block does not follow from the one that we hold before it. */
export function isReplacement(view: ChainView, block: BlockRef): boolean {
  const before = view.remembered.get(block.number - 1);
  return before !== undefined && before.hash !== block.parentHash;
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

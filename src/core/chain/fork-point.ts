import type { BlockRef } from "./fill.ts";

/** @returns the first block that does not follow from the one before it; null for an unbroken chain. Ascending, gaps allowed. */
export function firstBreak(blocks: readonly BlockRef[]): BlockRef | null {
  for (const [index, block] of blocks.entries()) {
    const before = blocks[index - 1];
    if (before?.number === block.number - 1 && before.hash !== block.parentHash) return block;
  }
  return null;
}

/**
 * The newest remembered block that the chain still has.
 * @param remembered newest first; `current` the chain's blocks of the same numbers, as far as it has them.
 * @returns null when none of them is left.
 */
export function forkPoint(remembered: readonly BlockRef[], current: readonly BlockRef[]): BlockRef | null {
  const hashes = new Map(current.map((block) => [block.number, block.hash]));
  return remembered.find((block) => hashes.get(block.number) === block.hash) ?? null;
}

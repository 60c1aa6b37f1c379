import { type BlockRange, missingRanges } from "../../core/chain/missing-ranges.ts";

/** What is still to be read, handed out in pieces, lowest first. */
export type BlockQueue = {
  /** At most `size` blocks; null when nothing waits. */
  take(size: number): BlockRange | null;
  /** It could not be read: it waits again. */
  putBack(range: BlockRange): void;
  /** Blocks that wait. */
  blocks(): number;
};

export function createBlockQueue(ranges: readonly BlockRange[]): BlockQueue {
  let waiting = [...ranges].sort((a, b) => a.fromBlock - b.fromBlock);
  return {
    take(size) {
      const [first, ...rest] = waiting;
      if (first === undefined) return null;
      const taken = { fromBlock: first.fromBlock, toBlock: Math.min(first.toBlock, first.fromBlock + size - 1) };
      waiting = [...missingRanges([taken], first.fromBlock, first.toBlock), ...rest];
      return taken;
    },
    putBack(range) {
      waiting = [...waiting, range].sort((a, b) => a.fromBlock - b.fromBlock);
    },
    blocks: () => waiting.reduce((sum, { fromBlock, toBlock }) => sum + toBlock - fromBlock + 1, 0),
  };
}

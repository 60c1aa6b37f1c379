import { type BlockRange, missingRanges } from "../../core/chain/missing-ranges.ts";

/** What is still to be read, handed out in pieces, lowest first. */
export type BlockQueue = {
  /** At most `size` blocks; null when nothing waits. Whoever takes it says `done` or puts it back. */
  take(size: number): BlockRange | null;
  /** It could not be read: it waits again. */
  putBack(range: BlockRange): void;
  done(range: BlockRange): void;
  /** Waits until all below is done. @returns false when the signal aborts before that, and something below is still to be read */
  isNext(range: BlockRange): Promise<boolean>;
  /** Blocks that wait. */
  blocks(): number;
};

/** @param signal after which nobody takes anything more */
export function createBlockQueue(ranges: readonly BlockRange[], signal: AbortSignal): BlockQueue {
  let waiting = [...ranges].sort((a, b) => a.fromBlock - b.fromBlock);
  const inHand = new Set<BlockRange>();
  let change = Promise.withResolvers<void>();
  const changed = (): void => {
    change.resolve();
    change = Promise.withResolvers();
  };
  signal.addEventListener("abort", changed, { once: true });
  return {
    take(size) {
      const [first, ...rest] = waiting;
      if (first === undefined) return null;
      const taken = { fromBlock: first.fromBlock, toBlock: Math.min(first.toBlock, first.fromBlock + size - 1) };
      waiting = [...missingRanges([taken], first.fromBlock, first.toBlock), ...rest];
      inHand.add(taken);
      return taken;
    },
    putBack(range) {
      waiting = [...waiting, range].sort((a, b) => a.fromBlock - b.fromBlock);
      inHand.delete(range);
      changed();
    },
    done(range) {
      inHand.delete(range);
      changed();
    },
    async isNext({ fromBlock }) {
      const isBelow = (other: BlockRange): boolean => other.fromBlock < fromBlock;
      for (;;) {
        const isLeft = waiting.some(isBelow);
        if (isLeft && signal.aborted) return false;
        if (!isLeft && ![...inHand].some(isBelow)) return true;
        await change.promise;
      }
    },
    blocks: () => waiting.reduce((sum, { fromBlock, toBlock }) => sum + toBlock - fromBlock + 1, 0),
  };
}

import type { Transaction } from "../world/world.ts";

/** A transaction with its place in the world's order, from which its hash follows wherever it is mined. */
export type MinedTransaction = { readonly serial: number; readonly content: Transaction };

/** The blocks that hold something, by number. */
export type BlockStore = {
  add(number: number, transaction: MinedTransaction): void;
  transactions(number: number): readonly MinedTransaction[];
  /** Numbers of blocks that hold something, ascending, ends included. */
  nonEmpty(from: number, to: number): readonly number[];
  /** Takes out everything from `number` up, in order. */
  removeFrom(number: number): readonly { readonly number: number; readonly transaction: MinedTransaction }[];
};

export function createBlockStore(): BlockStore {
  const blocks = new Map<number, MinedTransaction[]>();
  /** Ascending, because blocks are only ever added at the end. */
  let numbers: number[] = [];

  function indexFrom(number: number): number {
    let low = 0;
    let high = numbers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[middle] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    add(number, transaction) {
      const block = blocks.get(number);
      if (block !== undefined) block.push(transaction);
      else {
        blocks.set(number, [transaction]);
        numbers.push(number);
      }
    },
    transactions: (number) => blocks.get(number) ?? [],
    nonEmpty: (from, to) => numbers.slice(indexFrom(from), indexFrom(to + 1)),
    removeFrom(number) {
      const start = indexFrom(number);
      const removed = numbers
        .slice(start)
        .flatMap((each) => (blocks.get(each) ?? []).map((transaction) => ({ number: each, transaction })));
      for (const each of numbers.slice(start)) blocks.delete(each);
      numbers = numbers.slice(0, start);
      return removed;
    },
  };
}

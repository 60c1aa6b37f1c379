import { InputError } from "../../../core/errors.ts";
import type { Transaction, World } from "../world/world.ts";
import { createBlockLogs } from "./block-logs.ts";
import { createBlockStore, type MinedTransaction } from "./block-store.ts";
import { createHeaders, type Header } from "./headers.ts";
import type { RpcLog } from "./log.ts";

export type ChainOptions = {
  readonly firstBlock: number;
  /** How many blocks `finalized` stays behind the head. */
  readonly finalityBlocks: number;
  /** How long before it is mined a transaction is known to `onPending`; 0: when it is. Blocks are mined whole, so it varies by one. */
  readonly leadMs?: number;
};

/** A transaction on its way into a block. */
export type PendingTransaction = { readonly hash: string; readonly content: Transaction };

export type ChainListener = {
  readonly onBlock: (header: Header, logs: readonly RpcLog[]) => void;
  /** The logs of replaced blocks, with `removed: true`. */
  readonly onOrphaned: (logs: readonly RpcLog[]) => void;
  /** Transactions that the blocks to come will hold, in order. */
  readonly onPending?: (transactions: readonly PendingTransaction[]) => void;
};

/**
 * What becomes of the transactions of replaced blocks: "same": they stay where they were; "shifted": they are mined one
 * block later, as far as there is one; "dropped": as "shifted", and every third is never mined again.
 */
export type ReorgTransactions = "same" | "shifted" | "dropped";

export type Chain = {
  readonly firstBlock: number;
  head(): number;
  finalized(): number;
  header(number: number): Header;
  /** Null for a hash that no block has, or none has any more. */
  numberOfHash(hash: string): number | null;
  logsOf(number: number): readonly RpcLog[];
  transactionHashes(number: number): readonly string[];
  /** What a block holds, in order. */
  transactionsOf(number: number): readonly PendingTransaction[];
  /** Blocks with logs, ascending, ends included. */
  nonEmpty(from: number, to: number): readonly number[];
  /** Mines every block whose time has come. */
  advanceTo(at: number): void;
  nextBlockAt(): number;
  /** Replaces the last `depth` blocks by others. @throws InputError when that would replace finalized blocks. */
  reorg(depth: number, transactions: ReorgTransactions): void;
  listen(listener: ChainListener): () => void;
};

export function createChain(world: World, options: ChainOptions): Chain {
  const { seed, genesisMs } = world.options;
  const headers = createHeaders(seed, genesisMs, options.firstBlock);
  const store = createBlockStore();
  const listeners = new Set<ChainListener>();
  const { logsOf, hashOf } = createBlockLogs(seed, world.wallets, store, headers);
  let head = options.firstBlock - 1;
  let serial = 0;
  /** Blocks up to here are decided; what is to come of them waits. */
  let decided = head;
  let pending: { readonly number: number; readonly transaction: MinedTransaction }[] = [];

  /** Lets the world go on to a block, and tells what it will hold. */
  function decide(target: number): void {
    if (target <= decided) return;
    const fresh = world.advanceTo(headers.timeOf(target)).map((content) => ({
      number: Math.max(decided + 1, headers.numberAfter(content.at)),
      transaction: { serial: serial++, content },
    }));
    decided = target;
    // Not pushed as arguments: a long history has more than fit on the stack.
    pending = pending.concat(fresh);
    const told = fresh.map(({ transaction }) => ({ hash: hashOf(transaction), content: transaction.content }));
    for (const listener of listeners) if (told.length > 0) listener.onPending?.(told);
  }

  const finalized = (): number => head - options.finalityBlocks;

  function announce(from: number, to: number): void {
    if (listeners.size === 0) return;
    for (let number = from; number <= to; number++) {
      const [header, logs] = [headers.header(number), logsOf(number)];
      for (const listener of listeners) listener.onBlock(header, logs);
    }
  }

  return {
    firstBlock: options.firstBlock,
    head: () => head,
    finalized,
    header: headers.header,
    numberOfHash(hash) {
      const number = headers.numberOf(hash);
      return number === null || number > head ? null : number;
    },
    logsOf,
    transactionHashes: (number) => store.transactions(number).map(hashOf),
    transactionsOf: (number) =>
      store.transactions(number).map((mined) => ({ hash: hashOf(mined), content: mined.content })),
    nonEmpty: (from, to) => store.nonEmpty(from, Math.min(to, head)),
    nextBlockAt: () => headers.timeOf(head + 1),
    advanceTo(at) {
      const target = headers.numberAt(at);
      if (target <= head) return;
      const from = head + 1;
      decide(Math.max(target, headers.numberAt(at + (options.leadMs ?? 0))));
      const due = pending.filter(({ number }) => number <= target);
      pending = pending.slice(due.length);
      for (const { number, transaction } of due) store.add(number, transaction);
      head = target;
      announce(from, target);
    },
    reorg(depth, transactions) {
      const first = head - depth + 1;
      if (!Number.isInteger(depth) || depth < 1 || first <= finalized()) {
        throw new InputError("REORG_TOO_DEEP", "a reorg replaces blocks above the finalized one only", { depth });
      }
      const orphaned: RpcLog[] = [];
      if (listeners.size > 0) {
        for (const number of store.nonEmpty(first, head)) {
          orphaned.push(...logsOf(number).map((log) => ({ ...log, removed: true })));
        }
      }
      const moved = store.removeFrom(first);
      headers.forkFrom(first);
      for (const { number, transaction } of moved) {
        if (transactions === "dropped" && transaction.serial % 3 === depth % 3) continue;
        store.add(transactions === "same" ? number : Math.min(number + 1, head), transaction);
      }
      for (const listener of listeners) listener.onOrphaned(orphaned);
      announce(first, head);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

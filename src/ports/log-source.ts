import type { BlockRef, RawLog } from "../core/chain/fill.ts";
import type { Address } from "../core/ids/ids.ts";

/** Logs of any of these addresses whose first topic is any of these. */
export type LogFilter = { readonly addresses: readonly Address[]; readonly topics: readonly string[] };

export type RangeRequest = {
  readonly fromBlock: number;
  readonly toBlock: number;
  readonly filter: LogFilter;
  /** The headers of all blocks from here up are wanted as well (those that may still be replaced). */
  readonly headersFrom: number;
  /** Ask somebody else than the last time, where there is somebody else: the last answer is doubted. */
  readonly again?: boolean;
};

export type RangeAnswer = {
  /** In chain order, checked: inside the range, matching the filter, each of the block that its header names. */
  readonly logs: readonly RawLog[];
  /** Ascending: always the first and the last block of the range, and all from `headersFrom` up. */
  readonly blocks: readonly BlockRef[];
  /** Unix seconds of every block that has a log. */
  readonly timestamps: ReadonlyMap<number, number>;
};

/** Something may have happened; `head` where the hint names one. Nothing may be concluded from a missing hint. */
export type ChainHint = { readonly head: number | null };

/**
 * Where the chain is read. Every method may throw
 * - AbortedError when `signal` aborts,
 * - TransientError, TimeoutError, RateLimitError: nobody answered just now, after bounded retries,
 * - RangeTooLargeError (`readRange` only): ask for fewer blocks,
 * - ProviderInconsistencyError: an answer contradicts itself or the question,
 * - PayloadError: an answer of unknown shape.
 */
export type LogSource = {
  chainId(signal: AbortSignal): Promise<number>;
  head(signal: AbortSignal): Promise<BlockRef>;
  /** The newest block that cannot be replaced; null while there is none. */
  finalized(signal: AbortSignal): Promise<BlockRef | null>;
  /** The blocks of these numbers, as far as the chain has them, ascending. */
  blocks(numbers: readonly number[], signal: AbortSignal): Promise<readonly BlockRef[]>;
  /** Throws TransientError too when the chain has not reached `toBlock` yet. */
  readRange(request: RangeRequest, signal: AbortSignal): Promise<RangeAnswer>;
  /** Calls `onHint` until `signal` aborts. Reconnects by itself and never fails: without hints there is polling. */
  subscribe(filter: LogFilter, onHint: (hint: ChainHint) => void, signal: AbortSignal): void;
};

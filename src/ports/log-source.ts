import type { BlockRef, RawLog } from "../core/chain/fill.ts";
import type { Address } from "../core/ids/ids.ts";
import type { EpochMs } from "../core/time/time.ts";

/** Logs of any of these addresses whose first topic is any of these. */
export type LogFilter = { readonly addresses: readonly Address[]; readonly topics: readonly string[] };

export type RangeRequest = {
  readonly fromBlock: number;
  readonly toBlock: number;
  readonly filter: LogFilter;
  /** The headers of all blocks from here up are wanted as well (those that may still be replaced). */
  readonly headersFrom: number;
  /** Blocks outside the range whose headers are wanted from the same node: is what we hold there of the same chain? */
  readonly neighbours?: readonly number[];
  /** Ask somebody else than the last time, where there is somebody else: the last answer is doubted. */
  readonly again?: boolean;
  /** Name of an endpoint that is not to be asked, where there is another. */
  readonly avoid?: string;
  /** Only endpoints to which the whole range is final may answer: others may be on a branch that is no more. */
  readonly mustBeFinal?: boolean;
};

export type RangeAnswer = {
  /** In chain order, checked: inside the range, matching the filter, each of the block that its header names. */
  readonly logs: readonly RawLog[];
  /** Ascending: always the first and the last block of the range, and all from `headersFrom` up. */
  readonly blocks: readonly BlockRef[];
  /** Ascending; absent: none were asked for. */
  readonly neighbours?: readonly BlockRef[];
  /** Unix seconds of every block that has a log. */
  readonly timestamps: ReadonlyMap<number, number>;
  /** The newest final block of the node that answered, as it said in the same breath; undefined: it was not asked. */
  readonly finalized?: BlockRef | null;
  /** Name of the endpoint that answered, fit to be shown. */
  readonly endpoint?: string;
};

/** How one endpoint does, as measured by this process; nothing in it is secret. */
export type EndpointHealth = {
  /** Scheme and host; numbered where several keys are used on one host. */
  readonly name: string;
  /** Failed just now, and is left alone for a while. */
  readonly isResting: boolean;
  /** What weighs when one is chosen: expected milliseconds, made worse by errors and lag. The lower the better. */
  readonly cost: number;
  readonly requests: number;
  readonly failures: number;
  /** Moving averages; null before the first answer. */
  readonly latencyMs: number | null;
  readonly errorRate: number;
  /** Blocks behind the best head of all endpoints when it was last asked; null: never asked. */
  readonly lagBlocks: number | null;
  /** Limits that the endpoint made known by refusing; null: none so far. */
  readonly callsPerSecond: number | null;
  readonly blocksMax: number | null;
  readonly resultsMax: number | null;
  readonly lastError: string | null;
};

/** What was learned of an endpoint, by whichever process, and when that was last written down. */
export type KnownLimits = Pick<EndpointHealth, "name" | "callsPerSecond" | "blocksMax" | "resultsMax"> & {
  readonly measuredAt: EpochMs;
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
  subscribe(onHint: (hint: ChainHint) => void, signal: AbortSignal): void;
  /** In the order in which they were given. */
  endpoints(): readonly EndpointHealth[];
};

import type { BlockRef, Fill, RawLog } from "../core/chain/fill.ts";
import type { MarketId, TokenId } from "../core/ids/ids.ts";
import type { MarketInfo, MarketTokens, Resolution } from "../core/market/market.ts";
import type { EpochMs } from "../core/time/time.ts";
import type { ContractStates, FactsQuestion, FactsRecord, KnownFacts, StoredEffect } from "./lifecycle.ts";

/** A fill with its two times: when it happened on chain, when we could first use it. */
export type StoredFill = { readonly fill: Fill; readonly occurredAt: EpochMs; readonly knownAt: EpochMs };

/** A log that could not be decoded or that breaks an invariant of its match: kept, counted, never dropped. */
export type QuarantinedLog = { readonly log: RawLog; readonly reason: string };

/** Everything read from blocks `fromBlock..toBlock`; it is committed whole or not at all. */
export type BlockRangeRecord = {
  readonly fromBlock: number;
  readonly toBlock: number;
  /** Blocks of the range whose hash must be remembered for reorgs: those above `finalized`, and always the last. */
  readonly blocks: readonly BlockRef[];
  readonly fills: readonly StoredFill[];
  readonly markets: readonly (MarketTokens & { readonly preparedBlock: number })[];
  readonly resolutions: readonly (Resolution & { readonly knownAt: EpochMs })[];
  readonly quarantined: readonly QuarantinedLog[];
  /** What changed holdings without a fill; absent: it was not collected, and the store remembers that. */
  readonly effects?: readonly StoredEffect[];
  readonly facts?: FactsRecord;
  /** Who delivered it, with the blocks at both ends of the range. */
  readonly origin?: { readonly endpoint: string; readonly first: BlockRef; readonly last: BlockRef };
  /** The newest block that the node which delivered it called final as it answered; absent: nobody asked. */
  readonly finalizedBlock?: number;
  readonly committedAt: EpochMs;
};

export type FinalizedMark = { readonly finalizedBlock: number; readonly headBlock: number };

export type CoverageRange = { readonly fromBlock: number; readonly toBlock: number };

/** The append-only log of what the listener did, which readers follow with a cursor of their own. */
export type IngestEntry = {
  readonly seq: bigint;
  /** "retract": blocks from `fromBlock` up were orphaned and their rows deleted. */
  readonly kind: "extend" | "retract";
  readonly fromBlock: number;
  readonly toBlock: number;
};

/**
 * Written by the listener alone. Every write commits rows, coverage and ingest entry in one transaction, and hints on
 * `orderflow_chain` after it.
 */
export type ChainStore = {
  /**
   * Becomes the only one that follows: what two hold in memory of one store would not be what it holds. Backfills write
   * beside it. @returns a function that gives the place up; null while another one has it.
   */
  tryLock(onLost: () => void): Promise<(() => Promise<void>) | null>;
  /**
   * Idempotent: blocks that are already covered are left alone, so nothing is written twice.
   * @param mark moved in the same transaction, as by `finalize`; null: it stays
   * @param onWriting called when all is known that had to be asked for, and from there on the database works alone: the
   * moment to read on. Perhaps more than once, and not at all where there are no fills.
   * @returns fills newly written
   * @throws TransientError when blocks up to the finalized mark come from a node that does not hold them for final:
   * it may be on a branch that is no more, and what is below the mark is never taken back
   */
  extend(
    range: BlockRangeRecord,
    mark?: FinalizedMark | null,
    onWriting?: () => void,
  ): Promise<{ readonly fills: number }>;
  /**
   * Deletes everything above `lastGoodBlock` after a reorg: fills, effects, resolutions, quarantined logs, facts, blocks,
   * coverage. Markets, tokens and wallets of owners stay known (they are arithmetic), but markets count as not prepared.
   * @throws ProviderInconsistencyError when finalized blocks would go
   */
  retract(lastGoodBlock: number, at: EpochMs): Promise<void>;
  /** Up to here, what is held cannot be replaced; -1: nothing is known to be final. */
  finalizedBlock(): Promise<number>;
  /** Moves the finalized mark forward (never back) and forgets block hashes far below it. */
  finalize(finalizedBlock: number, headBlock: number, at: EpochMs): Promise<void>;
  /**
   * The same for who reads history and does not know what else is held: the mark stops below the first block above it
   * that is remembered. Whoever follows the chain remembers what may be replaced, and moves the mark over it.
   */
  settle(finalizedBlock: number, at: EpochMs): Promise<void>;
  coverage(): Promise<readonly CoverageRange[]>;
  /** The first block that following holds: `proposed` when asked for the first time, the same ever after. */
  followFrom(proposed: number): Promise<number>;
  lifecycleFacts(question: FactsQuestion): Promise<KnownFacts>;
  contracts(): Promise<ContractStates>;
  /** Remembered blocks, newest first. */
  recentBlocks(limit: number): Promise<readonly BlockRef[]>;
  /** Tokens that have fills but no market yet, and were not asked for since `checkedBefore`; never asked ones first. */
  tokensWithoutMarket(limit: number, checkedBefore: EpochMs): Promise<readonly TokenId[]>;
  /**
   * Markets without Gamma data or with data from before `checkedBefore`, unless resolved by then: what a resolved
   * market's data says does not change. Never asked ones first.
   */
  marketsWithoutInfo(limit: number, checkedBefore: EpochMs): Promise<readonly MarketId[]>;
  /** Links tokens to markets and stores titles, dates, parameters. */
  saveMarketInfo(infos: readonly MarketInfo[], at: EpochMs): Promise<void>;
  /** Remembers that Gamma does not know these, so that they are asked again later and not in a loop. */
  markInfoMissing(markets: readonly MarketId[], tokens: readonly TokenId[], at: EpochMs): Promise<void>;
};

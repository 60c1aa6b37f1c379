import type { Command, EngineRows } from "../core/engine/command.ts";
import type { ControlCommand, EngineEvent } from "../core/engine/event.ts";
import type { EngineState } from "../core/engine/state.ts";
import type { Address, MarketId, TokenId } from "../core/ids/ids.ts";
import type { ModelContext } from "../core/model/context.ts";
import type { SignalModel } from "../core/model/price-model.ts";
import type { ClosedBet, Significance } from "../core/performance/significance.ts";
import type { MarketFacts, ObservedFill, WalletFacts } from "../core/signals/observed-fill.ts";
import type { EpochMs } from "../core/time/time.ts";

/** One step of the engine, numbered without gaps. */
export type JournalStep = {
  readonly seq: number;
  readonly ruleVersion: number;
  readonly event: EngineEvent;
  readonly commands: readonly Command[];
  /** Of the state after it; the last step of each commit has one, but where the process died right after its orders. */
  readonly stateHash: string | null;
};

/** Where an executor goes on: a snapshot and the steps after it. */
export type LoadedEngine = {
  readonly snapshot: { readonly seq: number; readonly state: EngineState } | null;
  /** The state without its evidence after a later step: the last one that moved money. */
  readonly money: { readonly seq: number; readonly state: EngineState } | null;
  readonly steps: readonly JournalStep[];
  /** What those steps left behind and no table has yet; null: nothing. */
  readonly waiting: EngineRows | null;
  /** How far the chain has been read; at the first start its end, because history is nothing to act on. */
  readonly cursor: bigint;
};

/** From which fill on the wallet is followed in the token. */
export type FollowedEntry = {
  readonly wallet: Address;
  readonly tokenId: TokenId;
  readonly blockNumber: number;
  readonly logIndex: number;
};

export type CandidateQuery = {
  readonly cursor: bigint;
  /** Older fills are history, but for sells by the leader of a position or an entry: those are read from the cursor on. */
  readonly since: EpochMs;
  /** null: this signal is switched off. */
  readonly minWhaleScore: number | null;
  readonly maxFadeScore: number | null;
  /** Entries that have no position yet: of whom they follow, sells are given too. */
  readonly entries?: readonly FollowedEntry[];
  /** Which buys of wallets that may be followed the model is asked about; absent: there is none. */
  readonly model?: Pick<SignalModel, "minTradeUsd">;
};

export type CandidateFill = {
  readonly fill: ObservedFill;
  readonly wallet: WalletFacts;
  readonly market: MarketFacts;
  readonly context?: ModelContext;
};

export type ResolvedMarket = {
  readonly marketId: MarketId;
  readonly payoutNumerators: readonly [bigint, bigint];
  readonly resolvedAt: EpochMs;
};

export type PendingControl = { readonly id: string; readonly command: ControlCommand };

/** What happened since the last read. */
export type ExecutorInbox = {
  readonly cursor: bigint;
  /** Lowest block that a reorg removed; null: none did. */
  readonly retractedFrom: number | null;
  /**
   * Fills of whales, of badly scored sellers, and sells of leaders in what we hold or what whales have bought in this read;
   * in the chain's order.
   */
  readonly fills: readonly CandidateFill[];
  /** Final answers, on finalized blocks, of markets in which a position is open. */
  readonly resolutions: readonly ResolvedMarket[];
  readonly controls: readonly PendingControl[];
  /** Time of the newest block held. */
  readonly chainAsOf: EpochMs | null;
};

/** Everything that a number of steps leave behind; it is committed whole or not at all. */
export type EngineBatch = EngineRows & {
  readonly steps: readonly JournalStep[];
  /** Of `state`, for the step `seq` that `append` has stored without one; null: nothing is missing. */
  readonly lateHash: string | null;
  readonly cursor: bigint;
  readonly handledControls: readonly string[];
  /** The state after the last step: its figures are always stored, the whole only when `snapshot` is set. */
  readonly seq: number;
  readonly state: EngineState;
  readonly snapshot: boolean;
  /** Stores the state without its evidence. */
  readonly moneyMoved: boolean;
  /** With a snapshot: older steps go, but for those after the snapshot before it. */
  readonly forgetBefore: EpochMs;
  readonly at: EpochMs;
};

/**
 * Written by the executor alone, one at a time. All methods throw TransientError where the database cannot be reached,
 * `save` also OutcomeUnknownError; after either the engine is loaded anew, for what was stored is not known.
 */
export type ExecutorStore = {
  /** Becomes the only executor. @returns a function that gives the place up; null while another one has it. */
  tryLock(onLost: () => void): Promise<(() => Promise<void>) | null>;
  load(): Promise<LoadedEngine>;
  read(query: CandidateQuery): Promise<ExecutorInbox>;
  /**
   * Stores the steps, and the rows as `waiting`: all that a start needs, in one round trip, because orders wait for it.
   * The next `save` brings the rows. Not for a snapshot.
   * @throws InvariantError when the state or a step's number is taken: another executor is at work
   */
  append(batch: EngineBatch): Promise<void>;
  /** Rows that are waiting become the batch's. @throws InvariantError as `append` */
  save(batch: EngineBatch): Promise<void>;
  /** Of this mode, oldest first. */
  closedBets(): Promise<readonly ClosedBet[]>;
  /** Replaces what was said of the same types and sources before. */
  saveSignificance(records: readonly Significance[], at: EpochMs): Promise<void>;
};

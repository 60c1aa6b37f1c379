import type { FillBatch, HistoryFacts } from "../core/backtest/history.ts";
import type { RecordedStep } from "../core/backtest/session.ts";
import type { LedgerEffect } from "../core/reputation/ledger-entry.ts";
import type { WashMember } from "../core/reputation/wash.ts";
import type { EpochMs } from "../core/time/time.ts";
import type { ArchiveFile, BlockSpan } from "./archive.ts";

/** What of the chain is held, and what is not. */
export type HistoryCoverage = {
  readonly span: BlockSpan;
  /** Inside the span. */
  readonly missing: readonly BlockSpan[];
  readonly fills: number;
  /** Of the first and the last fill; null: there is none. */
  readonly firstAt: EpochMs | null;
  readonly lastAt: EpochMs | null;
};

/** Fills in the order of the chain, with the other changes of holdings that stand before the last of them. */
export type HistoryPart = { readonly batch: FillBatch; readonly effects: readonly LedgerEffect[] };

/** The past, ready to be read as often as wanted. */
export type History = {
  readonly facts: HistoryFacts;
  readonly coverage: HistoryCoverage;
  /** From the beginning. Columns of a part are good until the next is asked for. */
  read(): AsyncIterable<HistoryPart>;
  /** The same with everything deleted that happened later. */
  until(at: EpochMs): History;
  close(): Promise<void>;
};

/** In columns that can be asked as well as read. */
export type StagedHistory = History & {
  /** Wallets, by their keys, that turned over among themselves in the stretch; `to` is not part of it. @throws AbortedError */
  findWash(from: EpochMs, to: EpochMs, signal?: AbortSignal): Promise<readonly WashMember[]>;
};

/** Which variants have been tried on which stretch of the past. */
export type VariantStore = {
  /** How many there are on data that overlaps the stretch, those with these hashes included. */
  countWith(hashes: readonly string[], from: EpochMs, to: EpochMs): Promise<number>;
  /** Once for each hash. */
  record(variant: Variant): Promise<void>;
};

export type Variant = {
  /** Of everything that decides the outcome. */
  readonly hash: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** JSON */
  readonly parameters: string;
  readonly verdict: string;
  /** USD per share; null: none could be measured. */
  readonly edgePerShare: number | null;
  readonly triedAt: EpochMs;
};

/** Relations that are taken over as lines: columns in adapters/archive/history/relations.ts. */
export type HistoryRelation = "wallet" | "token" | "leg" | "fill";

/** Everything that belongs to one moment of the database; only what is final. */
export type HistoryMoment = {
  readonly files: readonly ArchiveFile[];
  readonly facts: HistoryFacts;
  readonly missing: readonly BlockSpan[];
  readonly finalizedBlock: number;
  /** Pieces of the relation, each of whole lines; `fill` are those that are still in the database. */
  read(relation: HistoryRelation): AsyncIterable<Uint8Array>;
};

/** The database's side. @throws TransientError */
export type HistorySource = {
  /** Nothing that is read inside `use` changes meanwhile. */
  atOneMoment<T>(use: (moment: HistoryMoment) => Promise<T>): Promise<T>;
};

export type OnStage = (stage: string) => void;

/** The columnar side. */
export type HistoryEngine = {
  /**
   * Takes archive and database over into columns under the database's keys, sorted, in a work folder that closing removes.
   * @throws InputError when a file of the archive is missing; AbortedError
   */
  stage(moment: HistoryMoment, onStage: OnStage, signal?: AbortSignal): Promise<StagedHistory>;
  /** The same for other processes of this machine to open, until it is closed. @throws InputError, AbortedError */
  share(moment: HistoryMoment, onStage: OnStage, signal?: AbortSignal): Promise<SharedHistory>;
};

export type SharedHistory = { readonly folder: string; close(): Promise<void> };

/** The executor's journal, from its first step on. */
export type JournalReader = { read(): AsyncIterable<readonly RecordedStep[]> };

import type { Fill, LogPosition } from "../core/chain/fill.ts";
import type { Address, MarketId, TokenId, TxHash } from "../core/ids/ids.ts";
import type { OutcomeIndex } from "../core/market/market.ts";
import type { ShareMicros, UsdMicros } from "../core/money/amounts.ts";
import type { EpochMs } from "../core/time/time.ts";

/** Both ends inclusive. */
export type BlockSpan = { readonly fromBlock: number; readonly toBlock: number };

/** "chain": read by our own listener, inside proven coverage. "import": taken from somebody's archive, proves nothing about gaps. */
export type FillSource = "chain" | "import";

/** A fill that explains itself without the database. `marketId` is what was known when the file was written. */
export type ArchivedFill = Omit<Fill, "txIndex"> & {
  readonly occurredAt: EpochMs;
  readonly knownAt: EpochMs;
  readonly marketId: MarketId | null;
  readonly outcomeIndex: OutcomeIndex | null;
  readonly source: FillSource;
};

/**
 * A trade that cannot be placed on the chain as a fill: no block and log index, or no wallet. It shows that something
 * traded at a price, and may never enter a ledger or a score.
 */
export type TradeEvidence = {
  readonly occurredAt: EpochMs;
  readonly txHash: TxHash | null;
  readonly blockNumber: number | null;
  readonly logIndex: number | null;
  readonly wallet: Address | null;
  readonly counterparty: Address | null;
  readonly tokenId: TokenId;
  readonly marketId: MarketId | null;
  readonly outcomeIndex: OutcomeIndex | null;
  readonly outcome: string | null;
  readonly title: string | null;
  readonly side: "BUY" | "SELL";
  readonly size: ShareMicros;
  readonly cash: UsdMicros;
  /** Name of the file it came from. */
  readonly origin: string;
};

/** What two copies of the same rows must agree on. */
export type RowsSummary = {
  readonly rows: number;
  readonly size: bigint;
  readonly cash: bigint;
  readonly fee: bigint;
  /** Null for evidence, which has no place on the chain. */
  readonly first: LogPosition | null;
  readonly last: LogPosition | null;
  readonly firstAt: EpochMs;
  readonly lastAt: EpochMs;
};

export type ArchiveContent = "fill" | "evidence";

export type NewArchiveFile = {
  /** Relative to the archive folder, so that the folder can be moved. */
  readonly path: string;
  readonly content: ArchiveContent;
  readonly source: FillSource;
  /** Where imported rows came from; null for our own. */
  readonly origin: string | null;
  /** Own fills: the whole partition, which is proven coverage. Imported fills: first and last block that occur. Evidence: null. */
  readonly span: BlockSpan | null;
  readonly summary: RowsSummary;
  readonly fileBytes: number;
  /** What the same rows took in the database, with indexes; null where they never were in it. */
  readonly tableBytes: number | null;
};

export type ArchiveFile = NewArchiveFile & { readonly createdAt: EpochMs };

/** Which fills are wanted; what is left out allows everything. Empty lists match nothing. */
export type FillFilter = {
  readonly tokenIds?: readonly TokenId[];
  readonly wallets?: readonly Address[];
};

/** The part of a stream that is wanted: fills of the span, behind `after`, that pass the filter. */
export type FillPart = {
  readonly span: BlockSpan;
  readonly after: LogPosition | null;
  readonly filter: FillFilter;
};

/** A partition of the fill table, and why it has to stay (null: it may go). */
export type FillPartition = BlockSpan & {
  readonly name: string;
  readonly obstacle: string | null;
};

/** Files of one moment, with the version of the catalog then. */
export type ArchiveListing = { readonly version: number; readonly files: readonly ArchiveFile[] };

/** The database's side of the archive. */
export type ArchiveStore = {
  /** One archiver or importer at a time; null when another one runs. */
  lock(): Promise<(() => Promise<void>) | null>;
  /** Makes the partitions that the head comes to next. */
  prepareAhead(): Promise<void>;
  /** Every partition that exists, by block, judged against `olderThan`. */
  partitions(olderThan: EpochMs): Promise<readonly FillPartition[]>;
  /** Rows of the partition as the planner estimates them: for progress only. */
  estimatedRows(partition: FillPartition): Promise<number>;
  /** Up to `limit` hot fills in chain order. */
  readPage(part: FillPart, limit: number): Promise<readonly ArchivedFill[]>;
  /**
   * In one transaction: compares the partition with `summary`, records the file and drops the partition.
   * @returns the bytes freed, or null when the rows differ from the summary (nothing was changed then)
   * @throws TransientError when the partition is in use; a later run goes on from here
   */
  replace(partition: FillPartition, file: NewArchiveFile, at: EpochMs): Promise<number | null>;
  /** Idempotent by path. */
  record(files: readonly NewArchiveFile[], at: EpochMs): Promise<void>;
  /** Grows with every file recorded. */
  version(): Promise<number>;
  /** Files of the content that touch the span, by first block (evidence: by time). */
  files(content: ArchiveContent, span?: BlockSpan): Promise<ArchiveListing>;
};

/** The folder of Parquet files. */
export type ArchiveFiles = {
  /** Removes what a killed run left half-written. */
  sweep(): Promise<void>;
  /** Path that the fills of this partition have, relative to the folder. */
  pathOf(span: BlockSpan): string;
  isThere(path: string): Promise<boolean>;
  /** @returns null when there is no such file or it is not whole. */
  summarise(path: string): Promise<{ readonly summary: RowsSummary; readonly fileBytes: number } | null>;
  /**
   * Writes the fills (in chain order) under a temporary name, re-opens and compares them, then renames.
   * @throws InvariantError when what was read back differs from what was written
   */
  write(
    path: string,
    batches: AsyncIterable<readonly ArchivedFill[]>,
  ): Promise<{ readonly summary: RowsSummary; readonly fileBytes: number }>;
  /** In chain order. @throws InputError when the file is missing. */
  readFills(file: ArchiveFile, part: FillPart): AsyncIterable<readonly ArchivedFill[]>;
  /** In order of time; both ends inclusive. */
  readEvidence(file: ArchiveFile, from: EpochMs, to: EpochMs): AsyncIterable<readonly TradeEvidence[]>;
  close(): Promise<void>;
};

export type ReadFillsOptions = FillFilter & {
  /** Both unless told otherwise. */
  readonly sources?: readonly FillSource[];
};

/** All fills that we hold, wherever they are kept. */
export type FillHistory = {
  /** @throws InputError naming a file of our own fills that is missing, or is not what was written */
  requireFiles(): Promise<void>;
  /**
   * Fills of the span in chain order from archive files and hot partitions together, each once; where our own and an
   * imported row share a position, ours is taken. May be read while the archiver runs.
   */
  readFills(span: BlockSpan, options?: ReadFillsOptions): AsyncIterable<readonly ArchivedFill[]>;
  /** Evidence in order of time, both ends inclusive; files may overlap, so order holds within one file only. */
  readEvidence(from: EpochMs, to: EpochMs): AsyncIterable<readonly TradeEvidence[]>;
};

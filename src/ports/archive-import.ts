import type { ArchiveContent, NewArchiveFile } from "./archive.ts";

export type ImportOptions = {
  /** Parquet or CSV of (block_number, timestamp), for archives that leave the time out. */
  readonly blocks: string | null;
  /** When an imported fill counts as known: this long after its block. */
  readonly knownDelayMs: number;
};

export type ColumnUse = { readonly field: string; readonly column: string };

export type RefusedRows = { readonly reason: string; readonly rows: number; readonly sample: string };

/** What became of the files that share one set of columns. */
export type ImportedGroup = {
  readonly inputs: readonly string[];
  readonly content: ArchiveContent;
  /** Why it is evidence and not fills; empty for fills. */
  readonly missingForFills: readonly string[];
  readonly columns: readonly ColumnUse[];
  /** Columns that nothing was made of. */
  readonly unrecognised: readonly string[];
  readonly read: number;
  readonly accepted: number;
  readonly refused: readonly RefusedRows[];
  /** What had to be decided, one sentence each. */
  readonly remarks: readonly string[];
};

/** The rows of one final file: a span of 50,000 blocks, or a day. */
export type ImportSegment = { readonly content: ArchiveContent; readonly key: string };

export type StagedImport = {
  /** Made from the content of the inputs: the same files give the same id. */
  readonly id: string;
  readonly groups: readonly ImportedGroup[];
  readonly segments: readonly ImportSegment[];
};

export type WrittenSegment = {
  /** Null when no row of the segment could be kept. */
  readonly file: NewArchiveFile | null;
  /** Rows left out because an equal one was there already. */
  readonly repeated: number;
  /** Rows that only turned out to be unusable beside their neighbours. */
  readonly refused: readonly RefusedRows[];
};

export type StagingProgress = {
  readonly inputs: number;
  readonly inputsDone: number;
  /** Of the group being read, 0 to 1; null while unknown. */
  readonly fraction: number | null;
};

export type ArchiveImporter = {
  /**
   * Reads the inputs (files, or folders of files) once, checks every row and sorts them into segments on disk.
   * Finished work is found again by a later run with the same inputs.
   * @throws InputError naming the file and what to do
   */
  stage(
    inputs: readonly string[],
    options: ImportOptions,
    onProgress: (progress: StagingProgress) => void,
  ): Promise<StagedImport>;
  pathOf(staged: StagedImport, segment: ImportSegment): string;
  /** Orders a segment, leaves out what is there twice, writes and verifies the file. */
  writeSegment(staged: StagedImport, segment: ImportSegment): Promise<WrittenSegment>;
  /** Removes the staging once everything is recorded. */
  discard(staged: StagedImport): Promise<void>;
};

/** The table of 0004 as Kysely sees it; the SQL there says what each column means. */
import type { ColumnType } from "kysely";
import type { EpochMs } from "../../core/time/time.ts";

export type ArchiveFileTable = {
  file_key: ColumnType<number, never, never>;
  path: string;
  content: "fill" | "evidence";
  source: "chain" | "import";
  origin: string | null;
  from_block: number | null;
  to_block: number | null;
  row_count: bigint;
  /** Decimal text, as are the next two. */
  size_micros: string;
  cash_micros: string;
  fee_micros: string;
  first_block: number | null;
  first_log_index: number | null;
  last_block: number | null;
  last_log_index: number | null;
  first_at: EpochMs;
  last_at: EpochMs;
  file_bytes: bigint;
  table_bytes: bigint | null;
  created_at: EpochMs;
};

export type ArchiveSchema = { "flow.archive_file": ArchiveFileTable };

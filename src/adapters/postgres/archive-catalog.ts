/** The rows of flow.archive_file. */
import type { Transaction } from "kysely";
import type { LogPosition } from "../../core/chain/fill.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { ArchiveContent, ArchiveFile, ArchiveStore, BlockSpan, NewArchiveFile } from "../../ports/archive.ts";
import { ts } from "./codecs.ts";
import type { Database } from "./connect.ts";
import type { Schema } from "./schema.ts";
import type { ArchiveFileTable } from "./schema-archive.ts";

export async function insertFile(trx: Transaction<Schema>, file: NewArchiveFile, at: EpochMs): Promise<void> {
  const { summary } = file;
  await trx
    .insertInto("flow.archive_file")
    .values({
      path: file.path,
      content: file.content,
      source: file.source,
      origin: file.origin,
      from_block: file.span?.fromBlock ?? null,
      to_block: file.span?.toBlock ?? null,
      row_count: BigInt(summary.rows),
      size_micros: summary.size.toString(),
      cash_micros: summary.cash.toString(),
      fee_micros: summary.fee.toString(),
      first_block: summary.first?.blockNumber ?? null,
      first_log_index: summary.first?.logIndex ?? null,
      last_block: summary.last?.blockNumber ?? null,
      last_log_index: summary.last?.logIndex ?? null,
      first_at: ts(summary.firstAt),
      last_at: ts(summary.lastAt),
      file_bytes: BigInt(file.fileBytes),
      table_bytes: file.tableBytes === null ? null : BigInt(file.tableBytes),
      created_at: ts(at),
    })
    .onConflict((conflict) => conflict.column("path").doNothing())
    .execute();
}

export async function readVersion(db: Pick<Database, "kysely">): Promise<number> {
  const newest = await db.kysely
    .selectFrom("flow.archive_file")
    .select((eb) => eb.fn.max("file_key").as("version"))
    .executeTakeFirst();
  return newest?.version ?? 0;
}

export async function listFiles(
  db: Pick<Database, "kysely">,
  content: ArchiveContent,
  span?: BlockSpan,
): ReturnType<ArchiveStore["files"]> {
  // The version first: a file that is recorded in between is then seen twice, never missed.
  const version = await readVersion(db);
  let query = db.kysely.selectFrom("flow.archive_file").selectAll().where("content", "=", content);
  if (span !== undefined) {
    query = query.where("from_block", "<=", span.toBlock).where("to_block", ">=", span.fromBlock);
  }
  const rows = await query.orderBy("from_block").orderBy("first_at").orderBy("file_key").execute();
  return { version, files: rows.map(toFile) };
}

type FileRow = { [Column in keyof ArchiveFileTable]: Column extends "file_key" ? number : ArchiveFileTable[Column] };

const position = (block: number | null, log: number | null): LogPosition | null =>
  block === null || log === null ? null : { blockNumber: block, logIndex: log };

const toFile = (row: FileRow): ArchiveFile => ({
  path: row.path,
  content: row.content,
  source: row.source,
  origin: row.origin,
  span: row.from_block === null || row.to_block === null ? null : { fromBlock: row.from_block, toBlock: row.to_block },
  summary: {
    rows: Number(row.row_count),
    size: BigInt(row.size_micros),
    cash: BigInt(row.cash_micros),
    fee: BigInt(row.fee_micros),
    first: position(row.first_block, row.first_log_index),
    last: position(row.last_block, row.last_log_index),
    firstAt: row.first_at,
    lastAt: row.last_at,
  },
  fileBytes: Number(row.file_bytes),
  tableBytes: row.table_bytes === null ? null : Number(row.table_bytes),
  createdAt: row.created_at,
});

import { type RawBuilder, type SqlBool, sql, type Transaction } from "kysely";
import type { LogPosition } from "../../core/chain/fill.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type {
  ArchiveContent,
  ArchivedFill,
  ArchiveFile,
  ArchiveStore,
  BlockSpan,
  FillPart,
  FillPartition,
  NewArchiveFile,
  RowsSummary,
} from "../../ports/archive.ts";
import { listPartitions } from "./archive-partitions.ts";
import { type FillRow, fillColumns, toArchivedFill } from "./archive-rows.ts";
import { bytesArray, numericArray, ts } from "./codecs.ts";
import type { Database } from "./connect.ts";
import type { Schema } from "./schema.ts";
import type { ArchiveFileTable } from "./schema-archive.ts";

/** Held by whoever archives or imports; unlike any other advisory lock of the project. */
const ARCHIVE_LOCK = 7_165_728_004n;

/** Dropping a partition needs its parent for a moment; a reader that takes longer goes first and we come again. */
const LOCK_WAIT_MS = 1_000;

export function createArchiveStore(db: Database, { lockWaitMs = LOCK_WAIT_MS } = {}): ArchiveStore {
  return {
    lock: () => db.tryLock(ARCHIVE_LOCK),
    partitions: (olderThan) => listPartitions(db, olderThan),
    estimatedRows: (partition) => estimatedRows(db, partition),
    readPage: (part, limit) => readPage(db, part, limit),
    replace: (partition, file, at) => db.transaction((trx) => replacePartition(trx, partition, file, at, lockWaitMs)),
    record: (files, at) =>
      db.transaction(async (trx) => {
        for (const file of files) await insertFile(trx, file, at);
      }),
    version: () => readVersion(db),
    files: (content, span) => listFiles(db, content, span),
  };
}

/** Limits first and looks names up afterwards, so that a page costs the same however large the tables are. */
async function readPage(
  db: Database,
  { span, after, filter }: FillPart,
  limit: number,
): Promise<readonly ArchivedFill[]> {
  const from = Math.max(span.fromBlock, after?.blockNumber ?? 0);
  const wanted: RawBuilder<SqlBool>[] = [sql`block_number BETWEEN ${from}::int AND ${span.toBlock}::int`];
  if (after !== null) {
    wanted.push(sql`(block_number, log_index) > (${after.blockNumber}::int, ${after.logIndex}::int)`);
  }
  if (filter.tokenIds !== undefined) {
    wanted.push(
      sql`token_key = ANY(ARRAY(SELECT token_key FROM flow.token WHERE token_id = ANY(${numericArray(filter.tokenIds)})))`,
    );
  }
  if (filter.wallets !== undefined) {
    wanted.push(
      sql`wallet_key = ANY(ARRAY(SELECT wallet_key FROM flow.wallet WHERE address = ANY(${bytesArray(filter.wallets)})))`,
    );
  }
  const { rows } = await sql<FillRow>`
    SELECT ${fillColumns}
    FROM (
      SELECT * FROM flow.fill
      WHERE ${sql.join(wanted, sql` AND `)}
      ORDER BY block_number, log_index LIMIT ${limit}::int
    ) f
    JOIN flow.wallet w ON w.wallet_key = f.wallet_key
    LEFT JOIN flow.wallet c ON c.wallet_key = f.counterparty_key
    JOIN flow.token t ON t.token_key = f.token_key
    LEFT JOIN flow.market m ON m.market_key = t.market_key
    JOIN flow.exchange e ON e.exchange_key = f.exchange_key
    ORDER BY f.block_number, f.log_index`.execute(db.kysely);
  return rows.map(toArchivedFill);
}

async function estimatedRows(db: Database, { name }: FillPartition): Promise<number> {
  const { rows } = await sql<{ rows: number }>`
    SELECT greatest(reltuples, 0)::float8 AS rows FROM pg_class WHERE oid = ${name}::regclass`.execute(db.kysely);
  return rows[0]?.rows ?? 0;
}

/**
 * Writers of this partition wait from the first statement, readers only while it is dropped. What was compared is
 * therefore what is dropped.
 */
async function replacePartition(
  trx: Transaction<Schema>,
  partition: FillPartition,
  file: NewArchiveFile,
  at: EpochMs,
  lockWaitMs: number,
): Promise<number | null> {
  const table = sql.raw(partition.name);
  await sql`SET LOCAL lock_timeout TO ${sql.lit(lockWaitMs)}`.execute(trx);
  await sql`LOCK TABLE ${table} IN SHARE MODE`.execute(trx);
  const { rows } = await sql<SummaryRow & { table_bytes: bigint }>`
    SELECT count(*) AS row_count, sum(size_micros) AS size_micros, sum(cash_micros) AS cash_micros,
      sum(fee_micros) AS fee_micros, min(occurred_at) AS first_at, max(occurred_at) AS last_at,
      min(ARRAY[block_number, log_index]) AS first, max(ARRAY[block_number, log_index]) AS last,
      pg_total_relation_size(${partition.name}::regclass) AS table_bytes
    FROM ${table}`.execute(trx);
  const found = rows[0];
  if (found === undefined || !agrees(found, file.summary)) return null;
  await insertFile(trx, { ...file, tableBytes: Number(found.table_bytes) }, at);
  await sql`DROP TABLE ${table}`.execute(trx);
  return Number(found.table_bytes);
}

type SummaryRow = {
  row_count: bigint;
  size_micros: string | null;
  cash_micros: string | null;
  fee_micros: string | null;
  first_at: EpochMs | null;
  last_at: EpochMs | null;
  first: number[] | null;
  last: number[] | null;
};

function agrees(found: SummaryRow, summary: RowsSummary): boolean {
  const positions: readonly (readonly [number[] | null, LogPosition | null])[] = [
    [found.first, summary.first],
    [found.last, summary.last],
  ];
  return (
    Number(found.row_count) === summary.rows &&
    found.size_micros === summary.size.toString() &&
    found.cash_micros === summary.cash.toString() &&
    found.fee_micros === summary.fee.toString() &&
    found.first_at === summary.firstAt &&
    found.last_at === summary.lastAt &&
    positions.every(([pair, at]) => pair?.[0] === at?.blockNumber && pair?.[1] === at?.logIndex)
  );
}

async function insertFile(trx: Transaction<Schema>, file: NewArchiveFile, at: EpochMs): Promise<void> {
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

async function readVersion(db: Database): Promise<number> {
  const newest = await db.kysely
    .selectFrom("flow.archive_file")
    .select((eb) => eb.fn.max("file_key").as("version"))
    .executeTakeFirst();
  return newest?.version ?? 0;
}

async function listFiles(db: Database, content: ArchiveContent, span?: BlockSpan): ReturnType<ArchiveStore["files"]> {
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

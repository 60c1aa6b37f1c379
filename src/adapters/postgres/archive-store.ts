import { type RawBuilder, type SqlBool, sql, type Transaction } from "kysely";
import type { LogPosition } from "../../core/chain/fill.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type {
  ArchivedFill,
  ArchiveStore,
  FillPart,
  FillPartition,
  NewArchiveFile,
  RowsSummary,
} from "../../ports/archive.ts";
import { insertFile, listFiles, readVersion } from "./archive-catalog.ts";
import { listPartitions } from "./archive-partitions.ts";
import { type FillRow, fillColumns, toArchivedFill } from "./archive-rows.ts";
import { bytesArray, numericArray } from "./codecs.ts";
import type { Database } from "./connect.ts";
import { LOCKS } from "./locks.ts";
import type { Schema } from "./schema.ts";

/** Dropping a partition needs its parent for a moment; a reader that takes longer goes first and we come again. */
const LOCK_WAIT_MS = 1_000;

/** A partition further than the head's own, which its writer makes. */
const AHEAD_BLOCKS = 50_000;

export function createArchiveStore(db: Database, { lockWaitMs = LOCK_WAIT_MS } = {}): ArchiveStore {
  return {
    lock: () => db.tryLock(LOCKS.archive),
    async prepareAhead() {
      await sql`SELECT flow.ensure_fill_partition(head_block + ${AHEAD_BLOCKS}),
        flow.ensure_lifecycle_partition(head_block + ${AHEAD_BLOCKS})
        FROM flow.chain_state WHERE head_block >= 0`.execute(db.kysely);
    },
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
  await sql`SELECT flow.lock_fill_partition(${partition.name}::regclass)`.execute(trx);
  const { rows } = await sql<SummaryRow & { table_bytes: bigint }>`
    SELECT count(*) AS row_count, sum(size_micros) AS size_micros, sum(cash_micros) AS cash_micros,
      sum(fee_micros) AS fee_micros, min(occurred_at) AS first_at, max(occurred_at) AS last_at,
      min(ARRAY[block_number, log_index]) AS first, max(ARRAY[block_number, log_index]) AS last,
      pg_total_relation_size(${partition.name}::regclass) AS table_bytes
    FROM ${table}`.execute(trx);
  const found = rows[0];
  if (found === undefined || !agrees(found, file.summary)) return null;
  await insertFile(trx, { ...file, tableBytes: Number(found.table_bytes) }, at);
  await sql`SELECT flow.drop_archived_partition(${partition.name}::regclass)`.execute(trx);
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

import { sql } from "kysely";
import { missingRanges } from "../../core/chain/missing-ranges.ts";
import { type EpochMs, isoDate } from "../../core/time/time.ts";
import type { BlockSpan, FillPartition } from "../../ports/archive.ts";
import type { Database } from "./connect.ts";

type Bounds = BlockSpan & { readonly name: string };

/** What decides over partitions, read once for all of them. */
type State = {
  readonly finalizedBlock: number;
  readonly coverage: readonly BlockSpan[];
  /** Block ranges that somebody here still has to read: not yet seen by a reader, or seen and waiting to be booked. */
  readonly unread: readonly (BlockSpan & { readonly reader: string })[];
};

/**
 * A partition may leave the database when it is final, wholly covered, booked in the ledger (where one is kept),
 * and its newest fill is older than the retention.
 */
export async function listPartitions(db: Database, olderThan: EpochMs): Promise<readonly FillPartition[]> {
  const bounds = await readBounds(db);
  const state = await readState(db);
  const partitions: FillPartition[] = [];
  for (const partition of bounds) {
    const obstacle = obstacleOf(partition, state) ?? (await obstacleOfAge(db, partition, olderThan));
    partitions.push({ ...partition, obstacle });
  }
  return partitions;
}

/** The one reader that books old blocks however long it was away; the executor passes over what is no longer news. */
const LEDGER_READER = "reputation";

/** From the catalog, whatever the partitions are called and however large they are. */
async function readBounds(db: Database): Promise<readonly Bounds[]> {
  const { rows } = await sql<{ name: string; bound: string }>`
    SELECT c.oid::regclass::text AS name, pg_get_expr(c.relpartbound, c.oid) AS bound
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'flow.fill_packed'::regclass`.execute(db.kysely);
  return rows
    .flatMap(({ name, bound }) => {
      const [, from, to] = /FROM \('?(\d+)'?\) TO \('?(\d+)'?\)/.exec(bound) ?? [];
      return from === undefined || to === undefined ? [] : [{ name, fromBlock: Number(from), toBlock: Number(to) - 1 }];
    })
    .sort((a, b) => a.fromBlock - b.fromBlock);
}

async function readState(db: Database): Promise<State> {
  const chain = await db.kysely.selectFrom("flow.chain_state").select("finalized_block").executeTakeFirst();
  const coverage = await db.kysely.selectFrom("flow.coverage").selectAll().execute();
  const { rows } = await sql<{ reader: string; from_block: number; to_block: number }>`
    SELECT reader, lower(span) AS from_block, upper(span) - 1 AS to_block FROM (
      SELECT r.reader, unnest(range_agg(int4range(i.from_block, i.to_block, '[]'))) AS span
      FROM flow.reader_cursor r JOIN flow.ingest i ON i.seq > r.seq AND i.kind = 'extend'
      WHERE r.reader = ${LEDGER_READER}
      GROUP BY r.reader
    ) unread
    UNION ALL
    SELECT 'the ledger', from_block, to_block FROM flow.ledger_range WHERE NOT is_applied`.execute(db.kysely);
  return {
    finalizedBlock: chain?.finalized_block ?? -1,
    coverage: coverage.map((row) => ({ fromBlock: row.from_block, toBlock: row.to_block })),
    unread: rows.map((row) => ({ reader: row.reader, fromBlock: row.from_block, toBlock: row.to_block })),
  };
}

function obstacleOf({ fromBlock, toBlock }: Bounds, { finalizedBlock, coverage, unread }: State): string | null {
  if (toBlock > finalizedBlock) return `not final: the chain is final up to block ${finalizedBlock}`;
  const gap = missingRanges(coverage, fromBlock, toBlock)[0];
  if (gap !== undefined) {
    return `not wholly read: run orderflow backfill --from ${gap.fromBlock} --to ${gap.toBlock}`;
  }
  const behind = unread.find((each) => each.fromBlock <= toBlock && each.toBlock >= fromBlock);
  return behind === undefined ? null : `not yet read by ${behind.reader}`;
}

async function obstacleOfAge(db: Database, { name }: Bounds, olderThan: EpochMs): Promise<string | null> {
  const { rows } = await sql<{ newest: EpochMs | null }>`
    SELECT max(occurred_at) AS newest FROM ${sql.raw(name)}`.execute(db.kysely);
  const newest = rows[0]?.newest ?? null;
  if (newest === null) return "holds no fills";
  return newest < olderThan ? null : `newer than ${isoDate(olderThan)}`;
}

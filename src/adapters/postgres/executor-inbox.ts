import { type Kysely, sql } from "kysely";
import { assert } from "../../core/assert.ts";
import type { ControlCommand } from "../../core/engine/event.ts";
import { type PositionId, parseMarketId } from "../../core/ids/ids.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { CandidateQuery, ExecutorInbox, PendingControl, ResolvedMarket } from "../../ports/executor-store.ts";
import { type Hex, ts } from "./codecs.ts";
import type { Database } from "./connect.ts";
import { loadCandidates, type Ranges } from "./executor-candidates.ts";
import { PREPARED } from "./pool.ts";
import type { Schema } from "./schema.ts";

/**
 * Not one transaction: each part is true by itself, and what came in between is read next time. Every round trip is
 * paid by every order.
 */
export async function loadInbox({ kysely }: Database, query: CandidateQuery): Promise<ExecutorInbox> {
  const [ingest, news] = await Promise.all([loadIngest(kysely, query), loadNews(kysely)]);
  return {
    cursor: ingest.cursor,
    retractedFrom: ingest.retractedFrom,
    fills: ingest.read === null ? [] : await loadCandidates(kysely, query, { ...ingest, leads: news.has_leaders }),
    resolutions: news.has_resolutions ? await loadResolutions(kysely) : [],
    controls: news.has_controls ? await loadControls(kysely) : [],
    chainAsOf: news.block_time,
  };
}

type News = { block_time: EpochMs | null; has_resolutions: boolean; has_controls: boolean; has_leaders: boolean };

async function loadNews(kysely: Kysely<Schema>): Promise<News> {
  const { rows } = await sql<News>`
    ${PREPARED}SELECT (SELECT block_time FROM flow.block ORDER BY block_number DESC LIMIT 1) AS block_time,
      EXISTS (SELECT FROM flow.resolution r JOIN flow.position p USING (market_key) WHERE p.status = 'OPEN')
        AS has_resolutions,
      EXISTS (SELECT FROM flow.position WHERE status = 'OPEN' AND leader_key IS NOT NULL)
        OR EXISTS (SELECT FROM flow.trade_order WHERE status = 'SUBMITTED' AND request ? 'restUntil') AS has_leaders,
      EXISTS (SELECT FROM flow.command WHERE handled_at IS NULL) AS has_controls`.execute(kysely);
  const [news] = rows;
  assert(news !== undefined, "a SELECT without FROM gives a row");
  return news;
}

type Ingest = Ranges & { readonly cursor: bigint; readonly retractedFrom: number | null };

/** What the listener did since the cursor; blocks that came twice (after a reorg) are there once. */
async function loadIngest(kysely: Kysely<Schema>, { cursor, since }: CandidateQuery): Promise<Ingest> {
  const { rows } = await sql<{
    seq: bigint | null;
    retracted: number | null;
    read: string | null;
    young: string | null;
  }>`
    ${PREPARED}SELECT max(seq) AS seq, min(from_block) FILTER (WHERE kind = 'retract') AS retracted,
      range_agg(blocks) FILTER (WHERE kind = 'extend') AS read,
      range_agg(blocks) FILTER (WHERE kind = 'extend' AND committed_at >= ${ts(since)}) AS young
    FROM flow.ingest, int4range(from_block, to_block, '[]') AS blocks
    WHERE seq > ${cursor}`.execute(kysely);
  const [row] = rows;
  return {
    cursor: row?.seq ?? cursor,
    retractedFrom: row?.retracted ?? null,
    read: row?.read ?? null,
    young: row?.young ?? null,
  };
}

/** Only on finalized blocks: a settlement cannot be taken back. */
async function loadResolutions(kysely: Kysely<Schema>): Promise<readonly ResolvedMarket[]> {
  const { rows } = await sql<{ condition_id: Hex; numerator_0: string; numerator_1: string; resolved_at: EpochMs }>`
    SELECT m.condition_id, r.numerator_0, r.numerator_1, r.resolved_at
    FROM flow.resolution r
    JOIN flow.market m USING (market_key)
    WHERE r.block_number <= (SELECT finalized_block FROM flow.chain_state)
      AND r.market_key IN (SELECT market_key FROM flow.position WHERE status = 'OPEN')
    ORDER BY r.block_number, r.log_index`.execute(kysely);
  return rows.map((row) => ({
    marketId: parseMarketId(row.condition_id),
    payoutNumerators: [BigInt(row.numerator_0), BigInt(row.numerator_1)],
    resolvedAt: row.resolved_at,
  }));
}

async function loadControls(kysely: Kysely<Schema>): Promise<readonly PendingControl[]> {
  const rows = await kysely
    .selectFrom("flow.command")
    .select(["id", "kind", "position_id"])
    .where("handled_at", "is", null)
    .orderBy("id")
    .limit(100)
    .execute();
  return rows.map((row) => ({ id: row.id.toString(), command: toControl(row.kind, row.position_id) }));
}

/** The table's checks leave no other kinds, and a position wherever one is to be closed. */
const toControl = (kind: string, positionId: string | null): ControlCommand =>
  kind === "close"
    ? { kind, positionId: (positionId ?? "") as PositionId }
    : { kind: kind as Exclude<ControlCommand["kind"], "close"> };

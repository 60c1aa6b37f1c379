import { type Kysely, sql } from "kysely";
import { assert } from "../../core/assert.ts";
import type { ControlCommand } from "../../core/engine/event.ts";
import { type PositionId, parseAddress, parseMarketId, parseTokenId } from "../../core/ids/ids.ts";
import { type EpochMs, epochMs } from "../../core/time/time.ts";
import type {
  CandidateQuery,
  ExecutorInbox,
  FollowedEntry,
  PendingControl,
  ResolvedMarket,
} from "../../ports/executor-store.ts";
import { type Hex, ts } from "./codecs.ts";
import type { Database } from "./connect.ts";
import {
  CANDIDATE_COLUMNS,
  type CandidateRow,
  loadExits,
  NO_CONTEXTS,
  readCandidates,
  selectEntries,
  selectSellers,
} from "./executor-candidates.ts";
import { loadContexts } from "./model-contexts.ts";
import { PREPARED } from "./pool.ts";
import type { Schema } from "./schema.ts";

/**
 * Nearly always one statement, for its time is paid by every order. What else there may be is asked for where the first
 * says so: each part is true by itself, and what came in between is read next time.
 */
export async function loadInbox({ kysely }: Database, query: CandidateQuery): Promise<ExecutorInbox> {
  const { news, entries } = await loadNews(kysely, query);
  // Who is followed from this very read on may have sold again in it.
  const sellers = new Set(news.sellers);
  const soldAgain = entries.filter((row) => !row.is_sell && sellers.has(row.wallet_key));
  const entered = [...(query.entries ?? []), ...soldAgain.map(entryAt)];
  const isFollowing = news.has_leaders || entered.length > 0;
  const exits = isFollowing && news.read !== null ? await loadExits(kysely, news.read, entered) : [];
  const contexts = query.model === undefined ? NO_CONTEXTS : await loadContexts(kysely, entries, query.model);
  return {
    cursor: news.seq === null ? query.cursor : BigInt(news.seq),
    retractedFrom: news.retracted,
    fills: readCandidates(entries, exits, contexts),
    resolutions: news.has_resolutions ? await loadResolutions(kysely) : [],
    controls: news.has_controls ? await loadControls(kysely) : [],
    chainAsOf: news.block_ms === null ? null : epochMs(news.block_ms),
  };
}

const entryAt = (bought: CandidateRow): FollowedEntry => ({
  wallet: parseAddress(bought.address),
  tokenId: parseTokenId(bought.token_id),
  blockNumber: bought.block_number,
  logIndex: bought.log_index,
});

type News = {
  /** Decimal text; null: the listener did nothing since the cursor. */
  readonly seq: string | null;
  readonly retracted: number | null;
  /** Blocks as PostgreSQL writes an int4multirange; those that came twice (after a reorg) are there once. */
  readonly read: string | null;
  readonly block_ms: number | null;
  readonly sellers: readonly number[] | null;
  readonly has_resolutions: boolean;
  readonly has_leaders: boolean;
  readonly has_controls: boolean;
};

/**
 * `young`: blocks committed recently enough to hold a fill that may still be acted on. What was retracted since, and not read
 * again, is left out: were it there by the next statement, it would be given now and, being news then, once more.
 */
async function loadNews(kysely: Kysely<Schema>, query: CandidateQuery) {
  const noCandidate = sql.join(Array.from({ length: CANDIDATE_COLUMNS }, () => sql`NULL`));
  const { rows } = await sql<CandidateRow & { readonly news: News | null }>`
    ${PREPARED}WITH i AS MATERIALIZED (
      SELECT max(seq) AS seq, min(from_block) FILTER (WHERE kind = 'retract') AS retracted,
        range_agg(blocks) FILTER (WHERE kind = 'extend') AS read,
        range_agg(blocks) FILTER (WHERE kind = 'extend' AND committed_at >= ${ts(query.since)}) AS young
      FROM (
        SELECT *, min(from_block) FILTER (WHERE kind = 'retract')
          OVER (ORDER BY seq DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS cut
        FROM flow.ingest WHERE seq > ${query.cursor}
      ) n, int4range(from_block, greatest(from_block, least(to_block + 1, cut))) AS blocks
    )
    (${selectEntries(query)})
    UNION ALL
    SELECT ${noCandidate}, jsonb_build_object(
      'seq', seq::text, 'retracted', retracted, 'read', read::text,
      'block_ms', (SELECT extract(epoch FROM block_time) * 1000 FROM flow.block ORDER BY block_number DESC LIMIT 1),
      'sellers', (${selectSellers(query)}),
      'has_resolutions', EXISTS (
        SELECT FROM flow.resolution r JOIN flow.position p USING (market_key) WHERE p.status = 'OPEN'),
      'has_leaders', EXISTS (SELECT FROM flow.position WHERE status = 'OPEN' AND leader_key IS NOT NULL),
      'has_controls', EXISTS (SELECT FROM flow.command WHERE handled_at IS NULL))
    FROM i`.execute(kysely);
  const news = rows.pop()?.news ?? null;
  assert(news !== null, "the last row tells the news");
  return { news, entries: rows };
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

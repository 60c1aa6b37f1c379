import { type Kysely, type RawBuilder, sql } from "kysely";
import { parseAddress, parseMarketId, parseOrderHash, parseTokenId } from "../../core/ids/ids.ts";
import type { OutcomeIndex } from "../../core/market/market.ts";
import type { ModelContext } from "../../core/model/context.ts";
import { price, shares, usd } from "../../core/money/amounts.ts";
import { UNSCORED_WALLET } from "../../core/signals/observed-fill.ts";
import { addMs, type EpochMs } from "../../core/time/time.ts";
import type { CandidateFill, CandidateQuery, FollowedEntry } from "../../ports/executor-store.ts";
import { bytesArray, type Hex, int8Array, numericArray, ts } from "./codecs.ts";
import { EDGE_BOUND } from "./edge-bound.ts";
import { HELD_BEFORE } from "./held-before.ts";
import { placeOf } from "./model-contexts.ts";
import { PREPARED } from "./pool.ts";
import type { Schema } from "./schema.ts";

/** As `selectEntries` and `loadExits` give it. */
export type CandidateRow = {
  wallet_key: number;
  market_key: number;
  block_number: number;
  log_index: number;
  order_hash: Hex;
  address: Hex;
  is_sell: boolean;
  token_id: string;
  size_micros: bigint;
  cash_micros: bigint;
  occurred_at: EpochMs;
  known_delay_ms: number;
  /** Decimal text; null for all but a leader's sell. */
  held_before: string | null;
  reputation_score: number | null;
  trader_tier: string | null;
  follow_eligible: boolean | null;
  edge_lower_bound: number | null;
  score_version: number | null;
  calculated_at: EpochMs | null;
  condition_id: Hex;
  outcome_index: OutcomeIndex;
  title: string | null;
  outcome: string | null;
  category: string | null;
  event_id: string | null;
  ends_at: EpochMs | null;
  tick_size_micros: bigint | null;
  neg_risk: boolean | null;
};

/**
 * Young buys of wallets that may be followed and young sells of badly scored ones, each with its wallet's score and its
 * market. `young`: an int4multirange of blocks, `i.young`.
 */
export const selectEntries = (query: CandidateQuery): RawBuilder<unknown> =>
  selectCandidates(youngFills(query), tellingScore(query));

/** Keys of the wallets that sold in those blocks, as a JSON array; null: nobody did. */
export const selectSellers = (query: CandidateQuery): RawBuilder<unknown> =>
  sql`SELECT jsonb_agg(DISTINCT f.wallet_key) FROM (${youngFills(query)}) f WHERE f.is_sell`;

/**
 * However old, all sells by the leader of an open position, or of an entry that has none yet, since it was followed, with
 * what it held before.
 * @param read blocks as PostgreSQL writes an int4multirange
 */
export async function loadExits(
  kysely: Kysely<Schema>,
  read: string,
  entries: readonly FollowedEntry[],
): Promise<readonly CandidateRow[]> {
  const sells = leaderSells(read, entries);
  const { rows } = await sql<CandidateRow>`${PREPARED}${selectCandidates(sells, anyScore)}`.execute(kysely);
  return rows;
}

/**
 * Both kinds in the chain's order. A badly scored leader's sell is of both: the one with the holding is kept.
 * @param contexts what a model is asked with, by place
 */
export function readCandidates(
  entries: readonly CandidateRow[],
  exits: readonly CandidateRow[],
  contexts: ReadonlyMap<string, ModelContext>,
): readonly CandidateFill[] {
  const isExit = new Set(exits.map(placeOf));
  const rows = exits.length === 0 ? entries : [...entries.filter((row) => !isExit.has(placeOf(row))), ...exits];
  return rows
    .toSorted((a, b) => a.block_number - b.block_number || a.log_index - b.log_index)
    .map((row) => withContext(readCandidate(row), contexts.size === 0 ? undefined : contexts.get(placeOf(row))));
}

export const NO_CONTEXTS: ReadonlyMap<string, ModelContext> = new Map();

const withContext = (candidate: CandidateFill, context: ModelContext | undefined): CandidateFill =>
  context === undefined ? candidate : { ...candidate, context };

/** OFFSET 0 keeps to look-ups by key: by the statistics of a growing table a scan of all of it is cheaper. */
const youngFills = ({ since }: CandidateQuery) => sql`
  SELECT f.*, NULL::text AS held_before
  FROM i CROSS JOIN unnest(i.young) AS r
  CROSS JOIN LATERAL (
    SELECT * FROM flow.fill WHERE block_number BETWEEN lower(r) AND upper(r) - 1 OFFSET 0
  ) f
  WHERE f.occurred_at >= ${ts(since)}`;

/**
 * The score of the wallet of `f`, where it may make a signal of such a fill. Asked before anything else is joined, and only for
 * what is switched on: nine fills in ten end here, and a part that is asked for nothing makes a plan of its own for each read
 * look cheaper than a kept one.
 */
function tellingScore({ minWhaleScore, maxFadeScore, model }: CandidateQuery) {
  const copied: RawBuilder<unknown>[] = [];
  if (minWhaleScore !== null) copied.push(sql`reputation_score >= ${minWhaleScore}::float8`);
  if (model !== undefined) copied.push(sql`f.cash_micros >= ${model.minTradeUsd}::int8`);
  const lookUps: RawBuilder<unknown>[] = [];
  if (copied.length > 0) {
    lookUps.push(sql`NOT f.is_sell AND follow_eligible AND (${sql.join(copied, sql` OR `)})`);
  }
  if (maxFadeScore !== null) lookUps.push(sql`f.is_sell AND reputation_score < ${maxFadeScore}::float8`);
  if (lookUps.length === 0) lookUps.push(sql`false`);
  const scores = lookUps.map(
    (condition) => sql`(SELECT * FROM flow.wallet_score WHERE wallet_key = f.wallet_key AND ${condition} OFFSET 0)`,
  );
  return sql`JOIN LATERAL (${sql.join(scores, sql` UNION ALL `)}) s ON true`;
}

const anyScore = sql`LEFT JOIN flow.wallet_score s ON s.wallet_key = f.wallet_key`;

const leaderSells = (read: string, entries: readonly FollowedEntry[]) => sql`
  SELECT f.*, ${HELD_BEFORE} AS held_before
  FROM (
    SELECT leader_key, token_key, min(followed_at) AS followed_at
    FROM (
      SELECT p.leader_key, p.token_key, (g.trigger_block::bigint << 32) + g.trigger_log_index AS followed_at
      FROM flow.position p JOIN flow.signal g ON g.id = p.signal_id
      WHERE p.status = 'OPEN' AND p.leader_key IS NOT NULL
      UNION ALL
      SELECT w.wallet_key, t.token_key, e.followed_at
      FROM unnest(${bytesArray(entries.map(({ wallet }) => wallet))}, ${numericArray(entries.map(({ tokenId }) => tokenId))},
        ${int8Array(entries.map(placeNumber))}) AS e (address, token_id, followed_at)
      JOIN flow.wallet w USING (address) JOIN flow.token t USING (token_id)
    ) followed
    GROUP BY 1, 2
  ) l
  JOIN flow.fill f ON f.wallet_key = l.leader_key AND f.token_key = l.token_key
  WHERE f.is_sell AND f.block_number <@ ${read}::int4multirange
    AND (f.block_number::bigint << 32) + f.log_index > l.followed_at`;

const placeNumber = ({ blockNumber, logIndex }: FollowedEntry): bigint =>
  (BigInt(blockNumber) << 32n) + BigInt(logIndex);

/** Of `selectCandidates`, but for its last. */
export const CANDIDATE_COLUMNS = 28;

/**
 * In no order: sorting rows as wide as these is cheaper here than there. OFFSET 0 keeps the score before the rest, whatever the
 * planner thinks of how many it leaves.
 */
const selectCandidates = (fills: RawBuilder<unknown>, scores: RawBuilder<unknown>) => sql`
  SELECT s.wallet_key, t.market_key, s.block_number, s.log_index, s.order_hash, w.address, s.is_sell, t.token_id,
    s.size_micros, s.cash_micros,
    s.occurred_at, s.known_delay_ms::float8 AS known_delay_ms, s.held_before,
    s.reputation_score, s.trader_tier, s.follow_eligible,
    ${EDGE_BOUND} AS edge_lower_bound, s.score_version, s.calculated_at,
    m.condition_id, t.outcome_index, m.title,
    CASE t.outcome_index WHEN 0 THEN m.outcome_0 ELSE m.outcome_1 END AS outcome,
    m.category, m.event_id, m.ends_at, m.tick_size_micros, m.neg_risk, NULL::jsonb AS news
  FROM (
    SELECT f.*, s.reputation_score, s.trader_tier, s.follow_eligible, s.edge_markets, s.edge_sum, s.edge_sum_of_squares,
      s.score_version, s.calculated_at
    FROM (${fills}) f ${scores}
    WHERE f.size_micros > 0 OFFSET 0
  ) s
  JOIN LATERAL (SELECT * FROM flow.wallet WHERE wallet_key = s.wallet_key OFFSET 0) w ON true
  JOIN LATERAL (SELECT * FROM flow.token WHERE token_key = s.token_key OFFSET 0) t ON true
  JOIN LATERAL (SELECT * FROM flow.market WHERE market_key = t.market_key OFFSET 0) m ON true
  CROSS JOIN flow.edge_prior_now e
  WHERE t.outcome_index IS NOT NULL`;

function readCandidate(row: CandidateRow): CandidateFill {
  const scored = row.reputation_score !== null;
  return {
    fill: {
      blockNumber: row.block_number,
      logIndex: row.log_index,
      orderHash: parseOrderHash(row.order_hash),
      wallet: parseAddress(row.address),
      side: row.is_sell ? "SELL" : "BUY",
      tokenId: parseTokenId(row.token_id),
      size: shares(row.size_micros),
      cash: usd(row.cash_micros),
      occurredAt: row.occurred_at,
      knownAt: addMs(row.occurred_at, Math.round(row.known_delay_ms)),
      heldBefore: row.held_before === null ? null : shares(BigInt(row.held_before)),
    },
    wallet: scored
      ? {
          score: row.reputation_score ?? UNSCORED_WALLET.score,
          tier: row.trader_tier ?? UNSCORED_WALLET.tier,
          followEligible: row.follow_eligible === true,
          edgeLowerBound: row.edge_lower_bound,
          scoreVersion: row.score_version ?? UNSCORED_WALLET.scoreVersion,
          scoredAt: row.calculated_at,
        }
      : UNSCORED_WALLET,
    market: {
      marketId: parseMarketId(row.condition_id),
      outcomeIndex: row.outcome_index,
      title: row.title,
      outcome: row.outcome,
      category: row.category,
      eventId: row.event_id,
      endsAt: row.ends_at,
      tickSize: row.tick_size_micros === null ? null : price(row.tick_size_micros),
      negRisk: row.neg_risk,
    },
  };
}

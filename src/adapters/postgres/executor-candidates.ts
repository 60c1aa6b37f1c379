import { type Kysely, sql } from "kysely";
import { parseAddress, parseMarketId, parseOrderHash, parseTokenId } from "../../core/ids/ids.ts";
import type { OutcomeIndex } from "../../core/market/market.ts";
import { price, shares, usd } from "../../core/money/amounts.ts";
import { UNSCORED_WALLET } from "../../core/signals/observed-fill.ts";
import { addMs, type EpochMs } from "../../core/time/time.ts";
import type { CandidateFill, CandidateQuery } from "../../ports/executor-store.ts";
import { type Hex, int4Array, ts } from "./codecs.ts";
import type { Schema } from "./schema.ts";

export type BlockRange = { readonly fromBlock: number; readonly toBlock: number };

type CandidateRow = {
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
  event_id: string | null;
  ends_at: EpochMs | null;
  tick_size_micros: bigint | null;
};

/**
 * Fills that can cause a signal, each with its wallet's score and its market: buys of wallets that may be followed,
 * sells of badly scored ones, and sells by the leader of an open position, with what it held before.
 */
export async function loadCandidates(
  kysely: Kysely<Schema>,
  { since, minWhaleScore, maxFadeScore }: CandidateQuery,
  ranges: readonly BlockRange[],
): Promise<readonly CandidateFill[]> {
  const { rows } = await sql<CandidateRow>`
    SELECT f.block_number, f.log_index, f.order_hash, w.address, f.is_sell, t.token_id, f.size_micros, f.cash_micros,
      f.occurred_at, f.known_delay_ms::float8 AS known_delay_ms,
      CASE WHEN l.leader_key IS NOT NULL THEN (
        SELECT coalesce(sum(CASE WHEN b.is_sell THEN -b.size_micros
                                 WHEN b.fee_in_shares THEN b.size_micros - b.fee_micros
                                 ELSE b.size_micros END), 0)
        FROM flow.fill b
        WHERE b.wallet_key = f.wallet_key AND b.token_key = f.token_key
          AND (b.block_number, b.log_index) < (f.block_number, f.log_index)
      ) END AS held_before,
      s.reputation_score, s.trader_tier, s.follow_eligible, s.edge_lower_bound, s.score_version, s.calculated_at,
      m.condition_id, t.outcome_index, m.title,
      CASE t.outcome_index WHEN 0 THEN m.outcome_0 ELSE m.outcome_1 END AS outcome,
      m.event_id, m.ends_at, m.tick_size_micros
    FROM unnest(${int4Array(ranges.map((range) => range.fromBlock))}, ${int4Array(ranges.map((range) => range.toBlock))})
      AS r (from_block, to_block)
    JOIN flow.fill f ON f.block_number BETWEEN r.from_block AND r.to_block
    JOIN flow.wallet w ON w.wallet_key = f.wallet_key
    JOIN flow.token t ON t.token_key = f.token_key
    JOIN flow.market m ON m.market_key = t.market_key
    LEFT JOIN flow.wallet_score s ON s.wallet_key = f.wallet_key
    LEFT JOIN (
      SELECT DISTINCT leader_key, token_key FROM flow.position WHERE status = 'OPEN'
    ) l ON f.is_sell AND l.leader_key = f.wallet_key AND l.token_key = f.token_key
    WHERE f.occurred_at >= ${ts(since)} AND t.outcome_index IS NOT NULL AND f.size_micros > 0
      AND (
        (NOT f.is_sell AND s.follow_eligible AND s.reputation_score >= ${minWhaleScore}::float8)
        OR (f.is_sell AND s.reputation_score < ${maxFadeScore}::float8)
        OR l.leader_key IS NOT NULL
      )
    ORDER BY f.block_number, f.log_index`.execute(kysely);
  return rows.map(readCandidate);
}

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
      eventId: row.event_id,
      endsAt: row.ends_at,
      tickSize: row.tick_size_micros === null ? null : price(row.tick_size_micros),
    },
  };
}

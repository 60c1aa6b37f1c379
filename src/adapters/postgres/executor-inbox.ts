import { sql, type Transaction } from "kysely";
import type { ControlCommand } from "../../core/engine/event.ts";
import { type PositionId, parseAddress, parseMarketId, parseOrderHash, parseTokenId } from "../../core/ids/ids.ts";
import type { OutcomeIndex } from "../../core/market/market.ts";
import { price, shares, usd } from "../../core/money/amounts.ts";
import { UNSCORED_WALLET } from "../../core/signals/observed-fill.ts";
import { addMs, type EpochMs } from "../../core/time/time.ts";
import type {
  CandidateFill,
  CandidateQuery,
  ExecutorInbox,
  PendingControl,
  ResolvedMarket,
} from "../../ports/executor-store.ts";
import { type Hex, int4Array, ts } from "./codecs.ts";
import type { Database } from "./connect.ts";
import type { Schema } from "./schema.ts";

/** Ranges read at once; the rest comes with the next read. */
const RANGES_MAX = 1_000;

export function loadInbox(db: Database, query: CandidateQuery): Promise<ExecutorInbox> {
  return db.transaction(async (trx) => {
    const ingest = await loadRanges(trx, query);
    return {
      cursor: ingest.cursor,
      retractedFrom: ingest.retractedFrom,
      fills: ingest.ranges.length === 0 ? [] : await loadCandidates(trx, query, ingest.ranges),
      resolutions: await loadResolutions(trx),
      controls: await loadControls(trx),
      chainAsOf: await loadChainAsOf(trx),
    };
  });
}

type BlockRange = { readonly fromBlock: number; readonly toBlock: number };
type Ingest = {
  readonly cursor: bigint;
  readonly retractedFrom: number | null;
  readonly ranges: readonly BlockRange[];
};

/**
 * What the listener did since the cursor. Ranges committed before `since` hold nothing young enough, so a restart
 * after a long time skips them in one read.
 */
async function loadRanges(trx: Transaction<Schema>, { cursor, since }: CandidateQuery): Promise<Ingest> {
  const rows = await trx
    .selectFrom("flow.ingest")
    .select(["seq", "kind", "from_block", "to_block"])
    .where("seq", ">", cursor)
    .where((eb) => eb.or([eb("kind", "=", "retract"), eb("committed_at", ">=", ts(since))]))
    .orderBy("seq")
    .limit(RANGES_MAX)
    .execute();
  const retracted = rows.filter((row) => row.kind === "retract").map((row) => row.from_block);
  const extended = rows
    .filter((row) => row.kind === "extend")
    .map((row) => ({ fromBlock: row.from_block, toBlock: row.to_block }));
  return {
    cursor: rows.at(-1)?.seq ?? cursor,
    retractedFrom: retracted.length === 0 ? null : Math.min(...retracted),
    ranges: mergeRanges(extended),
  };
}

/** A block read twice (after a reorg) gives its fills once. */
export function mergeRanges(ranges: readonly BlockRange[]): readonly BlockRange[] {
  const merged: BlockRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.fromBlock - b.fromBlock)) {
    const open = merged.at(-1);
    if (open !== undefined && range.fromBlock <= open.toBlock + 1) {
      merged[merged.length - 1] = { fromBlock: open.fromBlock, toBlock: Math.max(open.toBlock, range.toBlock) };
    } else merged.push(range);
  }
  return merged;
}

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
async function loadCandidates(
  trx: Transaction<Schema>,
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
    ORDER BY f.block_number, f.log_index`.execute(trx);
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

/** Only on finalized blocks: a settlement cannot be taken back. */
async function loadResolutions(trx: Transaction<Schema>): Promise<readonly ResolvedMarket[]> {
  const { rows } = await sql<{ condition_id: Hex; numerator_0: string; numerator_1: string; resolved_at: EpochMs }>`
    SELECT m.condition_id, r.numerator_0, r.numerator_1, r.resolved_at
    FROM flow.resolution r
    JOIN flow.market m USING (market_key)
    WHERE r.block_number <= (SELECT finalized_block FROM flow.chain_state)
      AND r.market_key IN (SELECT market_key FROM flow.position WHERE status = 'OPEN')
    ORDER BY r.block_number, r.log_index`.execute(trx);
  return rows.map((row) => ({
    marketId: parseMarketId(row.condition_id),
    payoutNumerators: [BigInt(row.numerator_0), BigInt(row.numerator_1)],
    resolvedAt: row.resolved_at,
  }));
}

async function loadControls(trx: Transaction<Schema>): Promise<readonly PendingControl[]> {
  const rows = await trx
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

async function loadChainAsOf(trx: Transaction<Schema>): Promise<EpochMs | null> {
  const row = await trx
    .selectFrom("flow.block")
    .select("block_time")
    .orderBy("block_number", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.block_time ?? null;
}

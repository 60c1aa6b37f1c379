import { sql, type Transaction } from "kysely";
import { unreachable } from "../../core/assert.ts";
import type { ChangedRow, Notice } from "../../core/engine/command.ts";
import { toJson } from "../../core/engine/encode.ts";
import { InvariantError } from "../../core/errors.ts";
import type { Position, TradingMode } from "../../core/execution/position.ts";
import type { PerformanceRow } from "../../core/performance/summary.ts";
import type { Signal } from "../../core/signals/signal.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { EngineBatch } from "../../ports/executor-store.ts";
import { bytes, json, ts, tsOrNull } from "./codecs.ts";
import type { Schema } from "./schema.ts";

type Trx = Transaction<Schema>;

const marketKey = (marketId: string) =>
  sql<number>`(SELECT market_key FROM flow.market WHERE condition_id = ${bytes(marketId)})`;
const tokenKey = (tokenId: string) =>
  sql<number>`(SELECT token_key FROM flow.token WHERE token_id = ${tokenId}::numeric)`;
const walletKey = (address: string) =>
  sql<number>`(SELECT wallet_key FROM flow.wallet WHERE address = ${bytes(address)})`;

export async function saveChange(trx: Trx, mode: TradingMode, change: ChangedRow): Promise<void> {
  switch (change.kind) {
    case "signal":
      return saveSignal(trx, change.signal);
    case "order":
      return saveOrder(trx, mode, change);
    case "position":
      return savePosition(trx, change.position);
    case "performance":
      return savePerformance(trx, mode, change.row);
    default:
      return unreachable(change);
  }
}

async function saveSignal(trx: Trx, signal: Signal): Promise<void> {
  const { trigger } = signal;
  await sql`
    INSERT INTO flow.signal (
      id, signal_type, side, status, stage, market_key, token_key, outcome_index, wallet_key, wallet_score,
      score_version, edge_lower_bound, trigger_price_micros, trigger_usd_micros, trigger_order_hash, trigger_block,
      trigger_log_index, triggered_at, trigger_known_at, limit_price_micros, confidence, kelly, stake_micros, refusal,
      checks, seen, created_at, expires_at, executed_at
    ) VALUES (
      ${signal.id}, ${signal.type}, ${signal.side}, ${signal.status}, ${signal.stage}, ${marketKey(signal.marketId)},
      ${tokenKey(signal.tokenId)}, ${signal.outcomeIndex}, ${walletKey(trigger.wallet)}, ${trigger.walletScore},
      ${trigger.scoreVersion}, ${trigger.edgeLowerBound}, ${trigger.price}, ${trigger.sizeUsd},
      ${bytes(trigger.orderHash)}, ${trigger.blockNumber}, ${trigger.logIndex}, ${ts(trigger.occurredAt)},
      ${ts(trigger.knownAt)}, ${signal.limitPrice}, ${signal.confidence}, ${signal.kelly}, ${signal.stakeUsd},
      ${signal.refusal === null ? null : json(signal.refusal)}, ${json(signal.checks)}, ${signal.seen == null ? null : json(signal.seen)}, ${ts(signal.createdAt)},
      ${ts(signal.expiresAt)}, ${tsOrNull(signal.executedAt)}
    )
    ON CONFLICT (id) DO UPDATE SET
      status = EXCLUDED.status, stage = EXCLUDED.stage, limit_price_micros = EXCLUDED.limit_price_micros,
      kelly = EXCLUDED.kelly, stake_micros = EXCLUDED.stake_micros, refusal = EXCLUDED.refusal,
      checks = EXCLUDED.checks, seen = EXCLUDED.seen, executed_at = EXCLUDED.executed_at`.execute(trx);
}

async function saveOrder(trx: Trx, mode: TradingMode, change: Extract<ChangedRow, { kind: "order" }>): Promise<void> {
  const { order, status, reason, executions, at } = change;
  const answeredAt = status === "SUBMITTED" ? null : at;
  await sql`
    INSERT INTO flow.trade_order (
      client_order_id, position_id, signal_id, mode, market_key, token_key, side, limit_price_micros, stake_micros,
      size_micros, status, reason, request, submitted_at, answered_at
    ) VALUES (
      ${order.clientOrderId}, ${order.positionId}, ${order.signalId}, ${mode}, ${marketKey(order.marketId)},
      ${tokenKey(order.tokenId)}, ${order.side}, ${order.limitPrice}, ${order.side === "BUY" ? order.stakeUsd : null},
      ${order.side === "SELL" ? order.size : null}, ${status}, ${reason}, ${json(toJson(order))},
      ${ts(order.approvedAt)}, ${tsOrNull(answeredAt)}
    )
    ON CONFLICT (client_order_id) DO UPDATE SET
      status = EXCLUDED.status, reason = EXCLUDED.reason, answered_at = EXCLUDED.answered_at`.execute(trx);
  for (const [index, fill] of executions.entries()) {
    await sql`
      INSERT INTO flow.own_fill VALUES
        (${order.clientOrderId}, ${index}, ${fill.price}, ${fill.size}, ${fill.cash}, ${fill.fee}, ${ts(at)})
      ON CONFLICT DO NOTHING`.execute(trx);
  }
}

async function savePosition(trx: Trx, position: Position): Promise<void> {
  const leaderKey = position.leader === null ? null : walletKey(position.leader);
  await sql`
    INSERT INTO flow.position (
      id, signal_id, mode, market_key, token_key, outcome_index, leader_key, entry_shares_micros, entry_cash_micros,
      entry_fees_micros, open_shares_micros, open_cost_micros, exit_shares_micros, exit_cash_micros, exit_fees_micros,
      realized_micros, mark_bid_micros, marked_at, status, close_reason, opened_at, closed_at
    ) VALUES (
      ${position.id}, ${position.signalId}, ${position.mode}, ${marketKey(position.marketId)},
      ${tokenKey(position.tokenId)}, ${position.outcomeIndex}, ${leaderKey}, ${position.entryShares},
      ${position.entryCashUsd}, ${position.entryFeesUsd}, ${position.openShares}, ${position.openCostUsd},
      ${position.exitShares}, ${position.exitCashUsd}, ${position.exitFeesUsd}, ${position.realizedUsd},
      ${position.mark?.bid ?? null}, ${tsOrNull(position.mark?.at ?? null)}, ${position.status},
      ${position.closeReason}, ${ts(position.openedAt)}, ${tsOrNull(position.closedAt)}
    )
    ON CONFLICT (id) DO UPDATE SET
      open_shares_micros = EXCLUDED.open_shares_micros, open_cost_micros = EXCLUDED.open_cost_micros,
      exit_shares_micros = EXCLUDED.exit_shares_micros, exit_cash_micros = EXCLUDED.exit_cash_micros,
      exit_fees_micros = EXCLUDED.exit_fees_micros, realized_micros = EXCLUDED.realized_micros,
      mark_bid_micros = EXCLUDED.mark_bid_micros, marked_at = EXCLUDED.marked_at, status = EXCLUDED.status,
      close_reason = EXCLUDED.close_reason, closed_at = EXCLUDED.closed_at`.execute(trx);
}

async function savePerformance(trx: Trx, mode: TradingMode, row: PerformanceRow): Promise<void> {
  const figures = {
    signals: row.signals,
    executed: row.executed,
    wins: row.wins,
    losses: row.losses,
    win_rate: row.winRate,
    gross_micros: row.grossUsd,
    fees_micros: row.feesUsd,
    net_micros: row.netUsd,
    deployed_micros: row.deployedUsd,
    equity_micros: row.equityUsd,
    max_drawdown_pct: row.maxDrawdownPct,
    sharpe_ratio: row.sharpe,
    profit_factor: row.profitFactor,
  };
  await trx
    .insertInto("flow.performance_day")
    .values({ date: row.date, mode, ...figures })
    .onConflict((conflict) => conflict.columns(["date", "mode"]).doUpdateSet(figures))
    .execute();
}

export async function saveAlert(trx: Trx, notice: Notice, at: EpochMs): Promise<void> {
  await sql`
    INSERT INTO flow.alert_outbox (dedup_key, kind, payload, created_at)
    VALUES (${notice.key}, ${notice.kind}, ${json(notice.facts)}, ${ts(at)})
    ON CONFLICT (dedup_key) DO NOTHING`.execute(trx);
}

export async function saveExecutorState(trx: Trx, mode: TradingMode, batch: EngineBatch): Promise<void> {
  const { state } = batch;
  const seq = BigInt(batch.seq);
  const figures = sql`seq = ${seq}, capital_micros = ${state.config.capitalUsd}, cash_micros = ${state.cashUsd},
    realized_micros = ${state.realizedUsd}, equity_micros = ${state.equity.equityUsd},
    open_positions = ${Object.keys(state.positions).length}, trading_state = ${state.tradingState},
    entries_stopped_until = ${tsOrNull(state.entriesStoppedUntil)}, updated_at = ${ts(batch.at)}`;
  if (!batch.snapshot) {
    const updated = await sql`
      UPDATE flow.executor_state SET ${figures} WHERE mode = ${mode} AND seq <= ${seq} RETURNING mode`.execute(trx);
    return requireOwnState(updated.rows.length, batch.seq);
  }
  const saved = await sql`
    INSERT INTO flow.executor_state VALUES (
      ${mode}, ${seq}, ${state.config.capitalUsd}, ${state.cashUsd}, ${state.realizedUsd}, ${state.equity.equityUsd},
      ${Object.keys(state.positions).length}, ${state.tradingState}, ${tsOrNull(state.entriesStoppedUntil)},
      ${ts(batch.at)}, ${seq}, ${json(toJson(state))}
    )
    ON CONFLICT (mode) DO UPDATE SET ${figures}, snapshot_seq = EXCLUDED.snapshot_seq, snapshot = EXCLUDED.snapshot
    WHERE executor_state.seq <= EXCLUDED.seq RETURNING mode`.execute(trx);
  requireOwnState(saved.rows.length, batch.seq);
}

/** A state further on than ours was written by somebody else. */
function requireOwnState(rows: number, seq: number): void {
  if (rows === 1) return;
  throw new InvariantError("STATE_TAKEN", "another executor has gone on from this state", { seq });
}

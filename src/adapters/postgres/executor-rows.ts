import { sql, type Transaction } from "kysely";
import type { ChangedRow, EngineRows } from "../../core/engine/command.ts";
import { toJson } from "../../core/engine/encode.ts";
import type { Position, TradingMode } from "../../core/execution/position.ts";
import type { ReverseControl } from "../../core/execution/reverse-control.ts";
import type { PerformanceRow } from "../../core/performance/summary.ts";
import type { Signal } from "../../core/signals/signal.ts";
import type { EpochMs } from "../../core/time/time.ts";
import { json } from "./codecs.ts";
import type { Schema } from "./schema.ts";

type Trx = Transaction<Schema>;

/** Keys of what a row names in text; a name that is not there leaves a null that the table refuses. */
const MARKET_KEY = sql`(SELECT market_key FROM flow.market WHERE condition_id = r.market)`;
const TOKEN_KEY = sql`(SELECT token_key FROM flow.token WHERE token_id = r.token)`;
const walletKey = (column: string) =>
  sql`(SELECT wallet_key FROM flow.wallet WHERE address = ${sql.ref(`r.${column}`)})`;

/** All rows of a commit that users read: one statement a table, because a burst brings many. */
export async function saveChanges(trx: Trx, mode: TradingMode, changes: readonly ChangedRow[]): Promise<void> {
  // Positions and orders refer to signals.
  await saveSignals(
    trx,
    ofKind(changes, "signal").map(({ signal }) => signal),
  );
  await saveControls(
    trx,
    mode,
    ofKind(changes, "control").map(({ control }) => control),
  );
  await savePositions(
    trx,
    ofKind(changes, "position").map(({ position }) => position),
  );
  await saveOrders(trx, mode, ofKind(changes, "order"));
  for (const { row } of ofKind(changes, "performance")) await savePerformance(trx, mode, row);
}

const ofKind = <Kind extends ChangedRow["kind"]>(changes: readonly ChangedRow[], kind: Kind) =>
  changes.filter((change): change is Extract<ChangedRow, { kind: Kind }> => change.kind === kind);

const time = (at: EpochMs | null): string | null => (at === null ? null : new Date(at).toISOString());
const hex = (text: string): string => `\\x${text.slice(2)}`;

async function saveSignals(trx: Trx, signals: readonly Signal[]): Promise<void> {
  if (signals.length === 0) return;
  const rows = signals.map(({ trigger, ...signal }) => ({
    ...{ id: signal.id, signal_type: signal.type, side: signal.side, status: signal.status, stage: signal.stage },
    ...{ market: hex(signal.marketId), token: signal.tokenId, outcome_index: signal.outcomeIndex },
    ...{ wallet: hex(trigger.wallet), wallet_score: trigger.walletScore, score_version: trigger.scoreVersion },
    ...{ edge_lower_bound: trigger.edgeLowerBound, trigger_price: trigger.price, trigger_usd: trigger.sizeUsd },
    ...{ order_hash: hex(trigger.orderHash), block: trigger.blockNumber, log_index: trigger.logIndex },
    ...{ triggered_at: time(trigger.occurredAt), known_at: time(trigger.knownAt), limit_price: signal.limitPrice },
    ...{ confidence: signal.confidence, kelly: signal.kelly, stake: signal.stakeUsd, refusal: signal.refusal },
    ...{ wallet_tier: trigger.walletTier, fills: trigger.fills, panic_wallets: trigger.panicWallets },
    ...{ checks: signal.checks, seen: signal.seen, model: signal.model ?? null, created_at: time(signal.createdAt) },
    ...{ expires_at: time(signal.expiresAt), executed_at: time(signal.executedAt) },
  }));
  await sql`
    INSERT INTO flow.signal (
      id, signal_type, side, status, stage, market_key, token_key, outcome_index, wallet_key, wallet_score,
      score_version, edge_lower_bound, trigger_price_micros, trigger_usd_micros, trigger_order_hash, trigger_block,
      trigger_log_index, triggered_at, trigger_known_at, limit_price_micros, confidence, kelly, stake_micros, refusal,
      checks, seen, created_at, expires_at, executed_at, wallet_tier, trigger_fills, panic_wallets, model
    )
    SELECT id, signal_type, side, status, stage, ${MARKET_KEY}, ${TOKEN_KEY}, outcome_index, ${walletKey("wallet")},
      wallet_score, score_version, edge_lower_bound, trigger_price, trigger_usd, order_hash, block, log_index,
      triggered_at, known_at, limit_price, confidence, kelly, stake, nullif(refusal, 'null'), checks,
      nullif(seen, 'null'), created_at, expires_at, executed_at, wallet_tier, fills, nullif(panic_wallets, '[]'),
      nullif(model, 'null')
    FROM jsonb_to_recordset(${json(rows)}) AS r (
      id text, signal_type text, side text, status text, stage text, market bytea, token numeric,
      outcome_index smallint, wallet bytea, wallet_score float8, score_version int, edge_lower_bound float8,
      trigger_price int8, trigger_usd int8, order_hash bytea, block int, log_index int, triggered_at timestamptz,
      known_at timestamptz, limit_price int8, confidence float8, kelly float8, stake int8, refusal jsonb, checks jsonb,
      seen jsonb, created_at timestamptz, expires_at timestamptz, executed_at timestamptz, wallet_tier text, fills int,
      panic_wallets jsonb, model jsonb
    )
    ON CONFLICT (id) DO UPDATE SET
      status = EXCLUDED.status, stage = EXCLUDED.stage, limit_price_micros = EXCLUDED.limit_price_micros,
      kelly = EXCLUDED.kelly, stake_micros = EXCLUDED.stake_micros, refusal = EXCLUDED.refusal,
      checks = EXCLUDED.checks, seen = EXCLUDED.seen, executed_at = EXCLUDED.executed_at`.execute(trx);
}

async function saveControls(trx: Trx, mode: TradingMode, controls: readonly ReverseControl[]): Promise<void> {
  if (controls.length === 0) return;
  const rows = controls.map((control) => ({
    ...{ signal: control.signalId, market: hex(control.marketId), outcome_index: control.outcomeIndex },
    ...{ stake: control.stakeUsd, shares: control.size, cash: control.cashUsd, fees: control.feesUsd },
    opened_at: time(control.openedAt),
  }));
  await sql`
    INSERT INTO flow.control (
      signal_id, mode, market_key, outcome_index, stake_micros, shares_micros, cash_micros, fees_micros, opened_at
    )
    SELECT signal, ${mode}, ${MARKET_KEY}, outcome_index, stake, shares, cash, fees, opened_at
    FROM jsonb_to_recordset(${json(rows)}) AS r (
      signal text, market bytea, outcome_index smallint, stake int8, shares int8, cash int8, fees int8,
      opened_at timestamptz
    )
    ON CONFLICT (signal_id) DO UPDATE SET
      shares_micros = EXCLUDED.shares_micros, cash_micros = EXCLUDED.cash_micros, fees_micros = EXCLUDED.fees_micros,
      opened_at = EXCLUDED.opened_at`.execute(trx);
}

type OrderChange = Extract<ChangedRow, { kind: "order" }>;

async function saveOrders(trx: Trx, mode: TradingMode, changes: readonly OrderChange[]): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ order, status, reason, estimates, at }) => ({
    ...{ id: order.clientOrderId, position: order.positionId, signal: order.signalId, market: hex(order.marketId) },
    ...{ token: order.tokenId, side: order.side, limit_price: order.limitPrice, status, reason },
    ...{ stake: order.side === "BUY" ? order.stakeUsd : null, size: order.side === "SELL" ? order.size : null },
    ...{ request: toJson(order), submitted_at: time(order.approvedAt) },
    ...{ answered_at: status === "SUBMITTED" ? null : time(at), estimates: estimates ?? null },
  }));
  await sql`
    INSERT INTO flow.trade_order (
      client_order_id, position_id, signal_id, mode, market_key, token_key, side, limit_price_micros, stake_micros,
      size_micros, status, reason, request, submitted_at, answered_at, estimates
    )
    SELECT id, position, signal, ${mode}, ${MARKET_KEY}, ${TOKEN_KEY}, side, limit_price, stake, size, status, reason,
      request, submitted_at, answered_at, nullif(estimates, 'null')
    FROM jsonb_to_recordset(${json(rows)}) AS r (
      id text, position text, signal text, market bytea, token numeric, side text, limit_price int8, stake int8,
      size int8, status text, reason text, request jsonb, submitted_at timestamptz, answered_at timestamptz, estimates jsonb
    )
    ON CONFLICT (client_order_id) DO UPDATE SET
      status = EXCLUDED.status, reason = EXCLUDED.reason, answered_at = EXCLUDED.answered_at,
      estimates = coalesce(EXCLUDED.estimates, trade_order.estimates)`.execute(trx);
  const corrected = changes.filter(({ isCorrection }) => isCorrection === true);
  if (corrected.length > 0) await clearFills(trx, corrected);
  const fills = changes.flatMap(({ order, executions, at }) =>
    executions.map((fill, index) => ({ ...fill, id: order.clientOrderId, index, at: time(at) })),
  );
  if (fills.length === 0) return;
  await sql`
    INSERT INTO flow.own_fill
    SELECT * FROM jsonb_to_recordset(${json(fills)}) AS r (
      id text, index int, price int8, size int8, cash int8, fee int8, at timestamptz
    )
    ON CONFLICT DO NOTHING`.execute(trx);
}

/** What was booked and is otherwise: all of it is written anew. */
async function clearFills(trx: Trx, changes: readonly OrderChange[]): Promise<void> {
  const ids = changes.map(({ order }) => order.clientOrderId);
  await sql`DELETE FROM flow.own_fill WHERE client_order_id = ANY(${ids}::text[])`.execute(trx);
}

async function savePositions(trx: Trx, positions: readonly Position[]): Promise<void> {
  if (positions.length === 0) return;
  const rows = positions.map((position) => ({
    ...{ id: position.id, signal: position.signalId, mode: position.mode, market: hex(position.marketId) },
    ...{ token: position.tokenId, outcome_index: position.outcomeIndex, status: position.status },
    leader: position.leader === null ? null : hex(position.leader),
    ...{ entry_shares: position.entryShares, entry_cash: position.entryCashUsd, entry_fees: position.entryFeesUsd },
    ...{ open_shares: position.openShares, open_cost: position.openCostUsd, exit_shares: position.exitShares },
    ...{ exit_cash: position.exitCashUsd, exit_fees: position.exitFeesUsd, realized: position.realizedUsd },
    ...{ bid: position.mark?.bid ?? null, ask: position.mark?.ask ?? null, marked_at: time(position.mark?.at ?? null) },
    ...{ close_reason: position.closeReason, opened_at: time(position.openedAt), closed_at: time(position.closedAt) },
  }));
  await sql`
    INSERT INTO flow.position (
      id, signal_id, mode, market_key, token_key, outcome_index, leader_key, entry_shares_micros, entry_cash_micros,
      entry_fees_micros, open_shares_micros, open_cost_micros, exit_shares_micros, exit_cash_micros, exit_fees_micros,
      realized_micros, mark_bid_micros, marked_at, status, close_reason, opened_at, closed_at, mark_ask_micros
    )
    SELECT id, signal, mode, ${MARKET_KEY}, ${TOKEN_KEY}, outcome_index, ${walletKey("leader")}, entry_shares,
      entry_cash, entry_fees, open_shares, open_cost, exit_shares, exit_cash, exit_fees, realized, bid, marked_at,
      status, close_reason, opened_at, closed_at, ask
    FROM jsonb_to_recordset(${json(rows)}) AS r (
      id text, signal text, mode text, market bytea, token numeric, outcome_index smallint, leader bytea,
      entry_shares int8, entry_cash int8, entry_fees int8, open_shares int8, open_cost int8, exit_shares int8,
      exit_cash int8, exit_fees int8, realized int8, bid int8, marked_at timestamptz, status text, close_reason text,
      opened_at timestamptz, closed_at timestamptz, ask int8
    )
    ON CONFLICT (id) DO UPDATE SET
      entry_shares_micros = EXCLUDED.entry_shares_micros, entry_cash_micros = EXCLUDED.entry_cash_micros,
      entry_fees_micros = EXCLUDED.entry_fees_micros, open_shares_micros = EXCLUDED.open_shares_micros, open_cost_micros = EXCLUDED.open_cost_micros,
      exit_shares_micros = EXCLUDED.exit_shares_micros, exit_cash_micros = EXCLUDED.exit_cash_micros,
      exit_fees_micros = EXCLUDED.exit_fees_micros, realized_micros = EXCLUDED.realized_micros,
      mark_bid_micros = EXCLUDED.mark_bid_micros, mark_ask_micros = EXCLUDED.mark_ask_micros, marked_at = EXCLUDED.marked_at, status = EXCLUDED.status,
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

export async function saveAlerts(trx: Trx, notices: EngineRows["notices"]): Promise<void> {
  if (notices.length === 0) return;
  const rows = notices.map(({ notice: { key, kind, facts }, at }) => ({ key, kind, facts, at: time(at) }));
  await sql`
    INSERT INTO flow.alert_outbox (dedup_key, kind, payload, created_at)
    SELECT * FROM jsonb_to_recordset(${json(rows)}) AS r (key text, kind text, facts jsonb, at timestamptz)
    ON CONFLICT (dedup_key) DO NOTHING`.execute(trx);
}

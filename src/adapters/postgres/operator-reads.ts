import { sql } from "kysely";
import type { EpochMs } from "../../core/time/time.ts";
import type { Database } from "./connect.ts";

/** What a person at the terminal asks for. Amounts are decimal text in dollars, as the views give them. */
export type SignalRow = {
  readonly id: string;
  readonly createdAt: EpochMs;
  readonly type: string;
  readonly side: string;
  readonly wallet: string;
  readonly walletScore: number;
  readonly confidence: number;
  readonly market: string | null;
  readonly outcome: string | null;
  readonly triggerPrice: string;
  readonly triggerUsd: string;
  readonly stakeUsd: string | null;
  readonly status: string;
  readonly reason: string | null;
  readonly outcomeStatus: string | null;
  readonly profitUsd: string | null;
};

export type PerformanceRow = {
  readonly date: string;
  readonly mode: string;
  readonly signals: number;
  readonly executed: number;
  readonly wins: number;
  readonly losses: number;
  readonly winRate: number | null;
  readonly grossPnlUsd: string;
  readonly feesUsd: string;
  readonly netPnlUsd: string;
  readonly deployedUsd: string;
  readonly equityUsd: string;
  readonly maxDrawdownPct: number;
  readonly sharpeRatio: number | null;
  readonly profitFactor: number | null;
  /** Of the reverse controls settled that day; null: none. */
  readonly controlPnlUsd: string | null;
};

export type CheckRow = {
  readonly step: number;
  readonly code: string;
  readonly limit: string;
  readonly value: string;
  readonly passed: boolean;
};

/** A row of `orderflow_signal_reasons` under its own column names, and its checks in the order they were made. */
export type SignalReasons = {
  readonly signal: Readonly<Record<string, unknown>>;
  readonly checks: readonly CheckRow[];
};

/** Newest first. */
export async function readSignals({ kysely }: Database, limit: number): Promise<readonly SignalRow[]> {
  const { rows } = await sql<SignalRow>`
    SELECT id, created_at AS "createdAt", signal_type AS type, side, trigger_wallet AS wallet,
      wallet_score AS "walletScore", confidence, market_title AS market, outcome, trigger_price AS "triggerPrice",
      trigger_size_usd AS "triggerUsd", stake_usd AS "stakeUsd", status, skip_reason AS reason,
      outcome_status AS "outcomeStatus", profit_loss_usd AS "profitUsd"
    FROM orderflow_signals ORDER BY created_at DESC, id DESC LIMIT ${limit}`.execute(kysely);
  return rows;
}

/** @returns null where there is no such signal */
export async function readSignalReasons({ kysely }: Database, id: string): Promise<SignalReasons | null> {
  const { rows } = await sql<Record<string, unknown>>`
    SELECT * FROM orderflow_signal_reasons WHERE id = ${id}`.execute(kysely);
  const [row] = rows;
  if (row === undefined) return null;
  const { checks: _, ...signal } = row;
  const checks = await sql<CheckRow>`
    SELECT step, code, check_limit AS limit, check_value AS value, passed
    FROM orderflow_signal_checks WHERE signal_id = ${id} ORDER BY step`.execute(kysely);
  return { signal, checks: checks.rows };
}

/** Newest day first. */
export async function readPerformance({ kysely }: Database, days: number): Promise<readonly PerformanceRow[]> {
  const { rows } = await sql<PerformanceRow>`
    SELECT date::text AS date, mode, signals, executed, wins, losses, win_rate AS "winRate",
      gross_pnl_usd AS "grossPnlUsd", fees_usd AS "feesUsd", net_pnl_usd AS "netPnlUsd", deployed_usd AS "deployedUsd",
      equity_usd AS "equityUsd", max_drawdown_pct AS "maxDrawdownPct", sharpe_ratio AS "sharpeRatio",
      profit_factor AS "profitFactor", control_pnl_usd AS "controlPnlUsd"
    FROM orderflow_performance ORDER BY date DESC, mode LIMIT ${days}`.execute(kysely);
  return rows;
}

/** The tables of 0003 as Kysely sees them; the SQL there says what each column means. */
import type { ColumnType } from "kysely";
import type { Json } from "../../core/engine/encode.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { Hex } from "./codecs.ts";

type Identity<T> = ColumnType<T, never, never>;

export type SignalTable = {
  id: string;
  signal_type: string;
  side: string;
  status: string;
  stage: string;
  market_key: number;
  token_key: number;
  outcome_index: number;
  wallet_key: number;
  wallet_score: number;
  score_version: number;
  edge_lower_bound: number | null;
  trigger_price_micros: bigint;
  trigger_usd_micros: bigint;
  trigger_order_hash: Hex;
  trigger_block: number;
  trigger_log_index: number;
  triggered_at: EpochMs;
  trigger_known_at: EpochMs;
  limit_price_micros: bigint | null;
  confidence: number;
  kelly: number | null;
  stake_micros: bigint | null;
  refusal: Json;
  checks: Json;
  seen: Json;
  created_at: EpochMs;
  expires_at: EpochMs;
  executed_at: EpochMs | null;
};

export type PositionTable = {
  id: string;
  signal_id: string;
  mode: string;
  market_key: number;
  token_key: number;
  outcome_index: number;
  leader_key: number | null;
  entry_shares_micros: bigint;
  entry_cash_micros: bigint;
  entry_fees_micros: bigint;
  open_shares_micros: bigint;
  open_cost_micros: bigint;
  exit_shares_micros: bigint;
  exit_cash_micros: bigint;
  exit_fees_micros: bigint;
  realized_micros: bigint;
  mark_bid_micros: bigint | null;
  marked_at: EpochMs | null;
  status: string;
  close_reason: string | null;
  opened_at: EpochMs;
  closed_at: EpochMs | null;
};

export type TradeOrderTable = {
  client_order_id: string;
  position_id: string;
  signal_id: string | null;
  mode: string;
  market_key: number;
  token_key: number;
  side: string;
  limit_price_micros: bigint;
  stake_micros: bigint | null;
  size_micros: bigint | null;
  status: string;
  reason: string | null;
  request: Json;
  submitted_at: EpochMs;
  answered_at: EpochMs | null;
  estimates: Json;
};

export type OwnFillTable = {
  client_order_id: string;
  fill_index: number;
  price_micros: bigint;
  size_micros: bigint;
  cash_micros: bigint;
  fee_micros: bigint;
  filled_at: EpochMs;
};

export type JournalTable = {
  mode: string;
  seq: bigint;
  at: EpochMs;
  rule_version: number;
  event: Json;
  commands: Json;
  state_hash: string | null;
  fills: string | null;
};

export type CommandTable = {
  id: Identity<bigint>;
  kind: string;
  position_id: string | null;
  created_by: string;
  created_at: EpochMs;
  handled_at: EpochMs | null;
};

export type ExecutorStateTable = {
  mode: string;
  seq: bigint;
  capital_micros: bigint;
  cash_micros: bigint;
  realized_micros: bigint;
  equity_micros: bigint;
  open_positions: number;
  trading_state: string;
  entries_stopped_until: EpochMs | null;
  updated_at: EpochMs;
  snapshot_seq: bigint;
  snapshot: Json;
  money_seq: bigint | null;
  money: string | null;
  waiting: string | null;
};

export type PerformanceDayTable = {
  date: string;
  mode: string;
  signals: number;
  executed: number;
  wins: number;
  losses: number;
  win_rate: number | null;
  gross_micros: bigint;
  fees_micros: bigint;
  net_micros: bigint;
  deployed_micros: bigint;
  equity_micros: bigint;
  max_drawdown_pct: number;
  sharpe_ratio: number | null;
  profit_factor: number | null;
};

export type AlertOutboxTable = {
  id: Identity<bigint>;
  dedup_key: string;
  kind: string;
  payload: Json;
  created_at: EpochMs;
  sent_at: EpochMs | null;
  dropped_at: EpochMs | null;
  failure: string | null;
};

export type ExecutorSchema = {
  "flow.signal": SignalTable;
  "flow.position": PositionTable;
  "flow.trade_order": TradeOrderTable;
  "flow.own_fill": OwnFillTable;
  "flow.journal": JournalTable;
  "flow.command": CommandTable;
  "flow.executor_state": ExecutorStateTable;
  "flow.performance_day": PerformanceDayTable;
  "flow.alert_outbox": AlertOutboxTable;
};

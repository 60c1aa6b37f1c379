/** What we made of it: rows under the names of orderflow_*; amounts in dollars, shares and prices as decimal text. */
import { z } from "@hono/zod-openapi";
import {
  address,
  bigId,
  day,
  decimal,
  marketId,
  mode,
  ratio,
  side,
  text,
  time,
  timeOrNull,
  verdict,
  whole,
} from "./values.ts";

export const signal = z
  .object({
    id: text,
    created_at: time,
    signal_type: z.enum(["FOLLOW_WHALE", "FADE_DEGEN", "ML_PREDICTION", "EXIT_FOLLOW"]),
    side,
    trigger_wallet: address,
    wallet_score: ratio,
    wallet_tier: text.nullable(),
    market_id: marketId,
    market_title: text.nullable(),
    token_id: text,
    outcome: text.nullable(),
    trigger_price: decimal,
    trigger_size_usd: decimal,
    trigger_fills: whole.nullable(),
    max_price: decimal.nullable(),
    confidence: ratio,
    kelly_fraction: ratio.nullable(),
    stake_usd: decimal.nullable(),
    status: z.enum(["PENDING", "EXECUTED", "SKIPPED", "EXPIRED"]),
    skip_reason: text.nullable(),
    skip_limit: text.nullable(),
    skip_value: text.nullable(),
    expires_at: time,
    executed_at: timeOrNull,
    outcome_status: z.enum(["WIN", "LOSS", "PENDING"]).nullable(),
    profit_loss_usd: decimal.nullable(),
    profit_pct: decimal.nullable(),
    position_id: text.nullable(),
    mode: mode.nullable(),
    triggered_at: time,
    trigger_known_at: time,
    trigger_block: whole,
    trigger_log_index: whole,
    score_version: whole,
    edge_lower_bound: ratio.nullable(),
    order_status: text.nullable(),
    order_reason: text.nullable(),
    submitted_at: timeOrNull,
    answered_at: timeOrNull,
    control_outcome: text.nullable(),
    control_shares: decimal.nullable(),
    control_cost_usd: decimal.nullable(),
    control_status: z.enum(["OPEN", "SETTLED", "UNFILLED"]).nullable(),
    control_unrealized_pnl_usd: decimal.nullable(),
    control_profit_loss_usd: decimal.nullable(),
  })
  .openapi("Signal");

export const position = z
  .object({
    id: text,
    signal_id: text,
    signal_type: text,
    mode,
    status: z.enum(["OPEN", "CLOSED"]),
    market_id: marketId,
    market_title: text.nullable(),
    token_id: text,
    outcome: text.nullable(),
    leader: address.nullable(),
    wallet_tier: text.nullable(),
    shares: decimal,
    open_shares: decimal,
    entry_price: decimal,
    exit_price: decimal.nullable(),
    current_price: decimal.nullable(),
    cost_usd: decimal,
    fees_usd: decimal,
    unrealized_pnl_usd: decimal.nullable(),
    realized_pnl_usd: decimal,
    close_reason: text.nullable(),
    opened_at: time,
    closed_at: timeOrNull,
    marked_at: timeOrNull,
  })
  .openapi("Position");

export const performanceDay = z
  .object({
    date: day,
    mode,
    signals: whole,
    executed: whole,
    wins: whole,
    losses: whole,
    win_rate: ratio.nullable(),
    gross_pnl_usd: decimal,
    fees_usd: decimal,
    net_pnl_usd: decimal,
    deployed_usd: decimal,
    equity_usd: decimal,
    max_drawdown_pct: ratio,
    sharpe_ratio: ratio.nullable(),
    profit_factor: ratio.nullable(),
    control_pnl_usd: decimal.nullable(),
  })
  .openapi("PerformanceDay");

export const breakdownRow = z
  .object({
    mode,
    name: text,
    closed: whole,
    wins: whole,
    losses: whole,
    win_rate: ratio,
    net_pnl_usd: decimal,
    cost_usd: decimal,
    fees_usd: decimal,
    clusters: whole,
    edge_per_share: ratio.nullable(),
    lower_bound: ratio.nullable(),
    upper_bound: ratio.nullable(),
    verdict,
  })
  .openapi("Breakdown");

export const control = z
  .object({
    signal_id: text,
    mode,
    signal_type: text,
    market_id: marketId,
    market_title: text.nullable(),
    outcome: text.nullable(),
    stake_usd: decimal,
    shares: decimal,
    entry_price: decimal.nullable(),
    cost_usd: decimal,
    fees_usd: decimal,
    status: z.enum(["OPEN", "SETTLED", "UNFILLED"]),
    current_price: decimal.nullable(),
    unrealized_pnl_usd: decimal.nullable(),
    profit_loss_usd: decimal.nullable(),
    signal_profit_loss_usd: decimal.nullable(),
    opened_at: time,
    settled_at: timeOrNull,
  })
  .openapi("Control");

export const controlComparison = z
  .object({
    mode,
    signal_type: text,
    pairs: whole,
    signal_pnl_usd: decimal,
    control_pnl_usd: decimal,
    signal_better: whole,
  })
  .openapi("ControlComparison");

export const coverageRange = z
  .object({
    from_block: whole,
    to_block: whole,
    blocks: whole,
    hole_below: whole.nullable().openapi({ description: "missing blocks between this range and the one below" }),
  })
  .openapi("CoverageRange");

export const alert = z
  .object({
    id: bigId,
    kind: text,
    payload: z.record(z.string(), z.unknown()),
    created_at: time,
    sent_at: timeOrNull,
    dropped_at: timeOrNull,
    failure: text.nullable(),
  })
  .openapi("Alert");

export const command = z
  .object({
    id: bigId,
    kind: text,
    position_id: text.nullable(),
    created_by: text,
    created_at: time,
    handled_at: timeOrNull,
  })
  .openapi("Command");

/** What was seen on the chain: rows under the names of orderflow_*; amounts in dollars, shares and prices as decimal text. */
import { z } from "@hono/zod-openapi";
import {
  address,
  bigId,
  count,
  decimal,
  flag,
  marketId,
  ratio,
  side,
  text,
  tier,
  time,
  timeOrNull,
  whole,
} from "./values.ts";

export const trade = z
  .object({
    id: bigId,
    timestamp: time,
    block_number: whole,
    log_index: whole,
    tx_hash: text,
    exchange: text,
    exchange_version: whole,
    exchange_name: text,
    order_hash: text,
    wallet_address: address,
    wallet_score: ratio.nullable(),
    trader_tier: tier,
    counterparty: address.nullable(),
    is_maker: flag,
    market_id: marketId.nullable(),
    market_title: text.nullable(),
    token_id: text,
    outcome: text.nullable(),
    outcome_index: whole.nullable(),
    side,
    price: decimal.nullable(),
    size: decimal,
    usd_amount: decimal,
    fee_usd: decimal.nullable(),
    match_id: text.nullable(),
    is_final: flag,
    known_at: time,
  })
  .openapi("Trade");

export const wallet = z
  .object({
    wallet_address: address,
    reputation_score: ratio,
    confidence_score: ratio,
    trader_tier: tier,
    follow_eligible: flag,
    ineligible_reason: text.nullable(),
    edge_per_share: ratio.nullable(),
    edge_lower_bound: ratio.nullable(),
    edge_markets: count,
    closed_markets: whole,
    profitable_trades: whole,
    losing_trades: whole,
    win_rate: ratio.nullable(),
    avg_profit_pct: ratio.nullable(),
    profit_factor: ratio.nullable(),
    total_pnl_usd: decimal,
    total_trades: count,
    total_volume_usd: decimal,
    avg_position_size_usd: decimal.nullable(),
    sharpe_ratio: ratio.nullable(),
    avg_entry_minute: ratio.nullable(),
    raw_score: ratio.nullable(),
    maker_share: ratio.nullable(),
    incomplete_markets: whole,
    part_win_rate: ratio.nullable(),
    part_profit: ratio.nullable(),
    part_consistency: ratio.nullable(),
    part_volume: ratio.nullable(),
    part_timing: ratio.nullable(),
    first_trade_at: timeOrNull,
    last_trade_at: timeOrNull,
    score_version: whole.nullable(),
    last_calculated: timeOrNull,
    source: text,
  })
  .openapi("Wallet");

export const walletHistory = z
  .object({
    id: bigId,
    wallet_address: address,
    calculated_at: time,
    reputation_score: ratio,
    confidence_score: ratio,
    trader_tier: tier,
    closed_markets: whole,
    follow_eligible: flag,
    ineligible_reason: text.nullable(),
    edge_per_share: ratio.nullable(),
    edge_lower_bound: ratio.nullable(),
    score_version: whole,
    source: text,
  })
  .openapi("WalletHistory");

export const unit = z
  .object({
    market_id: marketId,
    market_title: text.nullable(),
    category: text.nullable(),
    opened_at: time,
    closed_at: timeOrNull,
    resolved_at: timeOrNull,
    is_incomplete: flag,
    bought_both: flag,
    paid_in_usd: decimal,
    realized_pnl_usd: decimal,
    shares_0: decimal,
    shares_1: decimal,
    outcome_0: text.nullable(),
    outcome_1: text.nullable(),
    roi: ratio.nullable(),
    edge_per_share: ratio.nullable(),
  })
  .openapi("Unit");

export const market = z
  .object({
    market_id: marketId,
    title: text.nullable(),
    slug: text.nullable(),
    category: text.nullable(),
    event_id: text.nullable(),
    neg_risk: flag.nullable(),
    starts_at: timeOrNull,
    ends_at: timeOrNull,
    outcome_0: text.nullable(),
    outcome_1: text.nullable(),
    accepting_orders: flag.nullable(),
    tick_size: decimal.nullable(),
    winning_outcome: text.nullable(),
    payouts: z.array(decimal).nullable(),
    final_price: decimal.nullable(),
    resolved_at: timeOrNull,
    resolved_block: whole.nullable(),
    recent_fills: whole.nullable().optional(),
    recent_volume_usd: decimal.nullable().optional(),
    last_fill_at: timeOrNull.optional(),
  })
  .openapi("Market");

export const marketWallet = z
  .object({
    wallet_address: address,
    reputation_score: ratio,
    confidence_score: ratio,
    trader_tier: tier,
    follow_eligible: flag,
    edge_lower_bound: ratio.nullable(),
    shares_0: decimal,
    shares_1: decimal,
    paid_in_usd: decimal,
    realized_pnl_usd: decimal,
    opened_at: time,
    closed_at: timeOrNull,
    is_incomplete: flag,
  })
  .openapi("MarketWallet");

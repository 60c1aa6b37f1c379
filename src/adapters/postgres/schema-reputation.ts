/** The tables of 0002 and 0008 as Kysely sees them; the SQL there says what each column means. */
import type { ColumnType } from "kysely";
import type { EpochMs } from "../../core/time/time.ts";

export type UnitTable = {
  wallet_key: number;
  market_key: number;
  shares_0: bigint;
  shares_1: bigint;
  cost_0: bigint;
  cost_1: bigint;
  cash_in: bigint;
  cash_out: bigint;
  paid_in: bigint;
  realised: bigint;
  timed_cost: bigint;
  ahead_cost: bigint;
  /** Decimal text, an integer. */
  cost_ms: string;
  episode_prices_0: bigint;
  episode_prices_1: bigint;
  open_cost_0: bigint;
  open_cost_1: bigint;
  open_shares_0: bigint;
  open_shares_1: bigint;
  episodes_0: number;
  episodes_1: number;
  last_block: number;
  last_log_index: number;
  is_incomplete: boolean;
  bought_both: boolean;
  opened_at: EpochMs;
  open_last_at_0: EpochMs | null;
  open_last_at_1: EpochMs | null;
  flat_at: EpochMs | null;
  resolved_at: EpochMs | null;
  closed_at: EpochMs | null;
  roi_micros: number | null;
  edge_micros: number | null;
  is_combo: boolean;
};

export type HoldingView = { wallet_key: number; token_key: number; shares_micros: bigint; cost_micros: bigint };

export type WalletDayTable = {
  wallet_key: number;
  epoch_day: number;
  fills: bigint;
  volume_micros: bigint;
  maker_volume_micros: bigint;
};

export type WalletScoreTable = {
  wallet_key: number;
  closed_markets: number;
  profitable_trades: number;
  losing_trades: number;
  incomplete_markets: number;
  score_version: number;
  follow_eligible: boolean;
  reputation_score: number;
  confidence_score: number;
  raw_score: number;
  part_win_rate: number;
  part_profit: number;
  part_consistency: number;
  part_volume: number;
  part_timing: number;
  win_rate: number;
  avg_profit_pct: number;
  roi_deviation: number;
  avg_entry_minute: number | null;
  maker_share: number | null;
  edge_markets: bigint;
  edge_sum: bigint;
  /** Decimal text, integers. */
  edge_sum_of_squares: string;
  cost_micros: string;
  pnl_micros: string;
  gross_profit_micros: string;
  gross_loss_micros: string;
  largest_unit_micros: string;
  tier_runs: number;
  trader_tier: string;
  ineligible_reason: string | null;
  calculated_at: EpochMs;
  source: string;
};

export type ScoreHistoryTable = {
  id: ColumnType<bigint, never, never>;
  wallet_key: number;
  closed_markets: number;
  score_version: number;
  follow_eligible: boolean;
  reputation_score: number;
  confidence_score: number;
  edge_per_share: number | null;
  edge_lower_bound: number | null;
  /** The sums under it; null in rows from before they were kept. */
  edge_markets: bigint | null;
  edge_sum: bigint | null;
  edge_sum_of_squares: string | null;
  tier_runs: number;
  trader_tier: string;
  ineligible_reason: string | null;
  calculated_at: EpochMs;
  source: string;
};

export type LedgerStateTable = {
  only_row: boolean;
  scored_cutoff: EpochMs | null;
  score_version: number | null;
  owner_seq: bigint;
  is_run_open: boolean;
  wash_from: number | null;
  wash_to: number | null;
  published_at: EpochMs | null;
};

export type ReputationSchema = {
  "flow.unit": UnitTable;
  "flow.holding": HoldingView;
  "flow.wallet_day": WalletDayTable;
  "flow.wallet_score": WalletScoreTable;
  "flow.score_history": ScoreHistoryTable;
  "flow.ledger_state": LedgerStateTable;
  "flow.ledger_range": { from_block: number; to_block: number; is_applied: boolean };
  "flow.ledger_market": { market_key: number; starts_at: EpochMs | null; ends_at: EpochMs | null };
  "flow.ledger_waiting": { token_key: number };
  "flow.ledger_due": { market_key: number; is_replay: boolean };
  "flow.score_due": { wallet_key: number };
  "flow.tier_before": { wallet_key: number; tier_runs: number; trader_tier: string | null };
  "flow.wallet_wash": { wallet_key: number; cluster_key: number; share: number; found_at: EpochMs };
};

/**
 * What the venue's own history of accounts says, kept apart from what the chain says: units for scores until the chain
 * has been read for long enough, and the comparison of our P&L with the venue's.
 */
export const bootstrapSql = `
CREATE TABLE flow.import_run (
  run_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text NOT NULL,
  wallets_wanted int NOT NULL,
  days int NOT NULL,
  -- history is read from here on
  history_from timestamptz NOT NULL,
  started_at timestamptz NOT NULL,
  -- null: goes on with its pending wallets
  finished_at timestamptz
);

-- Every wallet that a run looked at. Only those that are DONE have units.
CREATE TABLE flow.import_wallet (
  wallet_key int PRIMARY KEY,
  run_id int NOT NULL REFERENCES flow.import_run,
  place int NOT NULL,
  found_on text NOT NULL,
  state text NOT NULL CHECK (state IN ('PENDING', 'DONE', 'INCOMPLETE', 'FAILED')),
  -- why it is INCOMPLETE or FAILED
  reason text,
  history_rows int NOT NULL DEFAULT 0,
  history_from timestamptz,
  last_activity_at timestamptz,
  imported_at timestamptz
);
CREATE INDEX import_wallet_by_run ON flow.import_wallet (run_id, place);

-- As flow.unit, as far as scores need it. By condition, because most of these markets are not ours yet.
CREATE TABLE flow.import_unit (
  wallet_key int NOT NULL,
  condition_id bytea NOT NULL,
  paid_in bigint NOT NULL,
  realised bigint NOT NULL,
  timed_cost bigint NOT NULL,
  ahead_cost bigint NOT NULL,
  cost_ms numeric NOT NULL,
  opened_at timestamptz NOT NULL,
  resolved_at timestamptz,
  closed_at timestamptz,
  is_incomplete boolean NOT NULL,
  bought_both boolean NOT NULL,
  is_combo boolean NOT NULL DEFAULT false,
  roi_micros int,
  edge_micros int,
  PRIMARY KEY (wallet_key, condition_id)
);
CREATE INDEX import_unit_by_closing ON flow.import_unit (closed_at) WHERE closed_at IS NOT NULL;

-- As flow.wallet_day. What was made as maker is a share measured on the newest trades, for busy wallets only.
CREATE TABLE flow.import_day (
  wallet_key int NOT NULL,
  epoch_day int NOT NULL,
  fills bigint NOT NULL,
  volume_micros bigint NOT NULL,
  maker_volume_micros bigint NOT NULL,
  PRIMARY KEY (wallet_key, epoch_day)
);

-- One row a run of reconcile. Errors are ours less the venue's; shares are of the wallets compared.
CREATE TABLE flow.reconciliation (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reconciled_at timestamptz NOT NULL,
  covered_from timestamptz NOT NULL,
  -- positions: per market, before fees; user-pnl: per account, after fees
  measure text NOT NULL CHECK (measure IN ('positions', 'user-pnl')),
  wallets_sampled int NOT NULL,
  wallets_compared int NOT NULL,
  units_compared int NOT NULL,
  median_error_usd numeric,
  p95_error_usd numeric,
  median_relative double precision,
  p95_relative double precision,
  share_within_1_pct double precision,
  -- reason -> wallets
  not_comparable jsonb NOT NULL,
  -- the ten with the largest error
  worst jsonb NOT NULL
);

ALTER TABLE flow.wallet_score ADD COLUMN source text NOT NULL DEFAULT 'chain' CHECK (source IN ('chain', 'data-api'));
ALTER TABLE flow.score_history ADD COLUMN source text NOT NULL DEFAULT 'chain' CHECK (source IN ('chain', 'data-api'));

-- As before, with the source of the score at its end, and with wallets that have a score and no fill of ours yet.
CREATE OR REPLACE VIEW flow.wallet_stats AS
SELECT
  w.wallet_key,
  '0x' || encode(w.address, 'hex') AS wallet_address,
  a.first_trade_at,
  a.last_trade_at,
  coalesce(a.total_trades, 0) AS total_trades,
  round(coalesce(a.volume_micros, 0) / 1000000, 6) AS total_volume_usd,
  CASE WHEN s.closed_markets > 0 THEN round(s.cost_micros / s.closed_markets / 1000000, 6) END AS avg_position_size_usd,
  coalesce(s.closed_markets, 0) AS closed_markets,
  coalesce(s.profitable_trades, 0) AS profitable_trades,
  coalesce(s.losing_trades, 0) AS losing_trades,
  CASE WHEN s.closed_markets > 0 THEN s.win_rate END AS win_rate,
  CASE WHEN s.closed_markets > 0 THEN s.avg_profit_pct END AS avg_profit_pct,
  CASE WHEN s.gross_loss_micros > 0
    THEN (s.gross_profit_micros / s.gross_loss_micros)::double precision END AS profit_factor,
  round(coalesce(s.pnl_micros, 0) / 1000000, 6) AS total_pnl_usd,
  CASE WHEN s.roi_deviation > 0 THEN s.avg_profit_pct / s.roi_deviation END AS sharpe_ratio,
  s.avg_entry_minute,
  CASE WHEN s.closed_markets > 0 THEN s.raw_score END AS raw_score,
  coalesce(s.reputation_score, 5.0) AS reputation_score,
  coalesce(s.confidence_score, 0.0) AS confidence_score,
  coalesce(s.trader_tier, 'AVERAGE') AS trader_tier,
  coalesce(s.follow_eligible, false) AS follow_eligible,
  CASE WHEN l.address IS NOT NULL THEN 'INFRASTRUCTURE'
    WHEN s.wallet_key IS NULL THEN 'TOO_FEW_MARKETS' ELSE s.ineligible_reason END AS ineligible_reason,
  s.edge_per_share,
  s.edge_lower_bound,
  coalesce(s.edge_markets, 0) AS edge_markets,
  s.maker_share,
  coalesce(s.incomplete_markets, 0) AS incomplete_markets,
  s.part_win_rate,
  s.part_profit,
  s.part_consistency,
  s.part_volume,
  s.part_timing,
  s.score_version,
  s.calculated_at AS last_calculated,
  coalesce(s.source, 'chain') AS source
FROM flow.wallet w
LEFT JOIN flow.wallet_activity a USING (wallet_key)
LEFT JOIN flow.wallet_score s USING (wallet_key)
LEFT JOIN flow.wallet_label l ON l.address = w.address
WHERE a.wallet_key IS NOT NULL OR s.wallet_key IS NOT NULL;

CREATE OR REPLACE VIEW public.orderflow_wallet_stats AS
SELECT wallet_address, first_trade_at, last_trade_at, total_trades, total_volume_usd, avg_position_size_usd,
  closed_markets, profitable_trades, losing_trades, win_rate, avg_profit_pct, profit_factor, total_pnl_usd,
  sharpe_ratio, avg_entry_minute, raw_score, reputation_score, confidence_score, trader_tier, follow_eligible,
  ineligible_reason, edge_per_share, edge_lower_bound, edge_markets, maker_share, incomplete_markets, part_win_rate,
  part_profit, part_consistency, part_volume, part_timing, score_version, last_calculated, source
FROM flow.wallet_stats;

CREATE OR REPLACE VIEW public.orderflow_reputation_history AS
SELECT
  h.id,
  '0x' || encode(w.address, 'hex') AS wallet_address,
  h.reputation_score,
  h.trader_tier,
  h.confidence_score,
  h.closed_markets,
  h.follow_eligible,
  h.ineligible_reason,
  h.edge_per_share,
  h.edge_lower_bound,
  h.score_version,
  h.calculated_at,
  h.source
FROM flow.score_history h
JOIN flow.wallet w USING (wallet_key);

-- An imported wallet was active when the venue says so.
CREATE OR REPLACE VIEW public.orderflow_top_wallets AS
SELECT t.wallet_address, t.first_trade_at, t.last_trade_at, t.total_trades, t.total_volume_usd, t.avg_position_size_usd,
  t.closed_markets, t.profitable_trades, t.losing_trades, t.win_rate, t.avg_profit_pct, t.profit_factor,
  t.total_pnl_usd, t.sharpe_ratio, t.avg_entry_minute, t.raw_score, t.reputation_score, t.confidence_score,
  t.trader_tier, t.follow_eligible, t.ineligible_reason, t.edge_per_share, t.edge_lower_bound, t.maker_share,
  t.incomplete_markets, t.score_version, t.last_calculated, t.source
FROM (
  (SELECT s.wallet_key, s.reputation_score
    FROM flow.wallet_score s
    LEFT JOIN flow.wallet_activity a USING (wallet_key)
    LEFT JOIN flow.import_wallet i ON i.wallet_key = s.wallet_key AND s.source = 'data-api'
    WHERE greatest(a.last_trade_at, i.last_activity_at) > now() - interval '30 days'
    ORDER BY s.reputation_score DESC LIMIT 100)
  UNION ALL
  (SELECT a.wallet_key, 5.0
    FROM flow.wallet_activity a
    WHERE a.last_trade_at > now() - interval '30 days'
      AND NOT EXISTS (SELECT 1 FROM flow.wallet_score s WHERE s.wallet_key = a.wallet_key)
    LIMIT 100)
  ORDER BY reputation_score DESC LIMIT 100
) best
JOIN flow.wallet_stats t USING (wallet_key)
ORDER BY t.reputation_score DESC, t.wallet_address;
`;

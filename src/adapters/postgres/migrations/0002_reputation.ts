/**
 * What the reputation service writes: the ledger per wallet and market, scores, their history, and its bookkeeping.
 * Everything here but the history can be computed again from flow.fill and flow.resolution.
 */
export const reputationSql = `
-- One wallet in one market. Column pairs _0 and _1 are the market's two outcomes.
CREATE TABLE flow.unit (
  wallet_key int NOT NULL,
  market_key int NOT NULL,
  shares_0 bigint NOT NULL,
  shares_1 bigint NOT NULL,
  -- total cost of what is held; once resolved: its payout
  cost_0 bigint NOT NULL,
  cost_1 bigint NOT NULL,
  cash_in bigint NOT NULL,
  cash_out bigint NOT NULL,
  -- all collateral ever paid in: the denominator of roi
  paid_in bigint NOT NULL,
  realised bigint NOT NULL,
  -- what the BUYs say about timing: cost, cost * life still ahead, cost * ms since the start
  timed_cost bigint NOT NULL,
  ahead_cost bigint NOT NULL,
  cost_ms numeric NOT NULL,
  -- BUY episodes: ended ones with the sum of their prices in micros, and the one that may go on
  episode_prices_0 bigint NOT NULL,
  episode_prices_1 bigint NOT NULL,
  open_cost_0 bigint NOT NULL,
  open_cost_1 bigint NOT NULL,
  open_shares_0 bigint NOT NULL,
  open_shares_1 bigint NOT NULL,
  episodes_0 int NOT NULL,
  episodes_1 int NOT NULL,
  last_block int NOT NULL,
  last_log_index int NOT NULL,
  is_incomplete boolean NOT NULL,
  bought_both boolean NOT NULL,
  opened_at timestamptz NOT NULL,
  open_last_at_0 timestamptz,
  open_last_at_1 timestamptz,
  flat_at timestamptz,
  resolved_at timestamptz,
  closed_at timestamptz,
  -- cut to 1,000,000 either way; null unless closed, complete and something was paid in
  roi_micros int,
  -- mean edge per share of its episodes; null unless resolved and something was bought
  edge_micros int,
  PRIMARY KEY (wallet_key, market_key),
  CONSTRAINT unit_conserves_cash CHECK (cash_in - cash_out + cost_0 + cost_1 = realised)
) WITH (fillfactor = 85);
CREATE INDEX unit_by_market ON flow.unit (market_key);
CREATE INDEX unit_by_closing ON flow.unit (closed_at) WHERE closed_at IS NOT NULL;

CREATE VIEW flow.holding AS
SELECT u.wallet_key, t.token_key,
  CASE t.outcome_index WHEN 0 THEN u.shares_0 ELSE u.shares_1 END AS shares_micros,
  CASE t.outcome_index WHEN 0 THEN u.cost_0 ELSE u.cost_1 END AS cost_micros
FROM flow.unit u JOIN flow.token t USING (market_key)
WHERE CASE t.outcome_index WHEN 0 THEN u.shares_0 ELSE u.shares_1 END > 0;

-- Days since 1970, UTC: what tells makers from takers inside the lookback.
CREATE TABLE flow.wallet_day (
  wallet_key int NOT NULL,
  epoch_day int NOT NULL,
  fills bigint NOT NULL,
  volume_micros bigint NOT NULL,
  maker_volume_micros bigint NOT NULL,
  PRIMARY KEY (wallet_key, epoch_day)
);
CREATE INDEX wallet_day_by_day ON flow.wallet_day (epoch_day);

-- A row for every wallet with a closed unit. Sums are over its closed, complete units inside the lookback.
CREATE TABLE flow.wallet_score (
  wallet_key int PRIMARY KEY,
  closed_markets int NOT NULL,
  profitable_trades int NOT NULL,
  losing_trades int NOT NULL,
  incomplete_markets int NOT NULL,
  score_version int NOT NULL,
  follow_eligible boolean NOT NULL,
  reputation_score double precision NOT NULL,
  confidence_score double precision NOT NULL,
  raw_score double precision NOT NULL,
  part_win_rate double precision NOT NULL,
  part_profit double precision NOT NULL,
  part_consistency double precision NOT NULL,
  part_volume double precision NOT NULL,
  part_timing double precision NOT NULL,
  win_rate double precision NOT NULL,
  avg_profit_pct double precision NOT NULL,
  roi_deviation double precision NOT NULL,
  avg_entry_minute double precision,
  maker_share double precision,
  edge_per_share double precision,
  edge_lower_bound double precision,
  edge_markets bigint NOT NULL,
  edge_sum bigint NOT NULL,
  edge_sum_of_squares numeric NOT NULL,
  cost_micros numeric NOT NULL,
  pnl_micros numeric NOT NULL,
  gross_profit_micros numeric NOT NULL,
  gross_loss_micros numeric NOT NULL,
  trader_tier text NOT NULL,
  ineligible_reason text,
  calculated_at timestamptz NOT NULL
);
CREATE INDEX wallet_score_by_score ON flow.wallet_score (reputation_score DESC);

-- Append-only: what was published, from when on. A score holds until the wallet's next row.
CREATE TABLE flow.score_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  wallet_key int NOT NULL,
  closed_markets int NOT NULL,
  score_version int NOT NULL,
  follow_eligible boolean NOT NULL,
  reputation_score double precision NOT NULL,
  confidence_score double precision NOT NULL,
  edge_per_share double precision,
  edge_lower_bound double precision,
  trader_tier text NOT NULL,
  ineligible_reason text,
  calculated_at timestamptz NOT NULL
);
CREATE INDEX score_history_by_wallet ON flow.score_history (wallet_key, calculated_at);

-- One row, locked by every transaction of the ledger: whoever runs it twice runs it one after the other.
CREATE TABLE flow.ledger_state (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  -- units that closed up to here had left the lookback when scores were last calculated
  scored_cutoff timestamptz,
  score_version int,
  edge_k double precision,
  edge_variance double precision
);
INSERT INTO flow.ledger_state VALUES (true);

-- Blocks whose fills are in the ledger, and blocks ingested whose fills still have to be.
CREATE TABLE flow.ledger_range (
  from_block int NOT NULL,
  to_block int NOT NULL CHECK (to_block >= from_block),
  is_applied boolean NOT NULL,
  PRIMARY KEY (is_applied, from_block)
);
-- The market's times that its units were computed with.
CREATE TABLE flow.ledger_market (market_key int PRIMARY KEY, starts_at timestamptz, ends_at timestamptz);
-- Tokens with fills passed over because their market was not known.
CREATE TABLE flow.ledger_waiting (token_key int PRIMARY KEY);
-- Markets whose units have to be replayed from their fills, or only to learn their resolution.
CREATE TABLE flow.ledger_due (market_key int PRIMARY KEY, is_replay boolean NOT NULL);
-- Wallets whose score has to be calculated again.
CREATE TABLE flow.score_due (wallet_key int PRIMARY KEY);

-- For wallet_address in the views below.
CREATE INDEX wallet_by_text ON flow.wallet (('0x' || encode(address, 'hex')));

-- A wallet without a score row is neutral: 5.0, AVERAGE, nothing closed.
CREATE VIEW flow.wallet_stats AS
SELECT
  a.wallet_key,
  '0x' || encode(w.address, 'hex') AS wallet_address,
  a.first_trade_at,
  a.last_trade_at,
  a.total_trades,
  round(a.volume_micros / 1000000, 6) AS total_volume_usd,
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
  CASE WHEN s.wallet_key IS NULL THEN 'TOO_FEW_MARKETS' ELSE s.ineligible_reason END AS ineligible_reason,
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
  s.calculated_at AS last_calculated
FROM flow.wallet_activity a
JOIN flow.wallet w USING (wallet_key)
LEFT JOIN flow.wallet_score s USING (wallet_key);

CREATE VIEW public.orderflow_wallet_stats AS
SELECT wallet_address, first_trade_at, last_trade_at, total_trades, total_volume_usd, avg_position_size_usd,
  closed_markets, profitable_trades, losing_trades, win_rate, avg_profit_pct, profit_factor, total_pnl_usd,
  sharpe_ratio, avg_entry_minute, raw_score, reputation_score, confidence_score, trader_tier, follow_eligible,
  ineligible_reason, edge_per_share, edge_lower_bound, edge_markets, maker_share, incomplete_markets, part_win_rate,
  part_profit, part_consistency, part_volume, part_timing, score_version, last_calculated
FROM flow.wallet_stats;

CREATE VIEW public.orderflow_reputation_history AS
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
  h.calculated_at
FROM flow.score_history h
JOIN flow.wallet w USING (wallet_key);

-- The hundred are picked by the score's index before anything is joined to them.
CREATE VIEW public.orderflow_top_wallets AS
SELECT t.wallet_address, t.first_trade_at, t.last_trade_at, t.total_trades, t.total_volume_usd, t.avg_position_size_usd,
  t.closed_markets, t.profitable_trades, t.losing_trades, t.win_rate, t.avg_profit_pct, t.profit_factor,
  t.total_pnl_usd, t.sharpe_ratio, t.avg_entry_minute, t.raw_score, t.reputation_score, t.confidence_score,
  t.trader_tier, t.follow_eligible, t.ineligible_reason, t.edge_per_share, t.edge_lower_bound, t.maker_share,
  t.incomplete_markets, t.score_version, t.last_calculated
FROM (
  (SELECT s.wallet_key, s.reputation_score
    FROM flow.wallet_score s JOIN flow.wallet_activity a USING (wallet_key)
    WHERE a.last_trade_at > now() - interval '30 days'
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

/**
 * Edges are computed where they are read, from a wallet's own sums and the crowd's prior in force: a prior that moves is one
 * row, and not a new edge for every wallet. `edge_mean` and `edge_bound` are computeEdge of core/reputation/edge.ts, of
 * which a test compares every bit.
 */

const TABLES = `
-- Append-only: what the crowd says of edges, each from when on. The first row stands in until there is a crowd.
CREATE TABLE flow.edge_prior (
  known_from timestamptz PRIMARY KEY,
  k double precision NOT NULL,
  variance double precision NOT NULL
);
INSERT INTO flow.edge_prior SELECT '-infinity', coalesce(edge_k, 10), coalesce(edge_variance, 0.25) FROM flow.ledger_state;
CREATE TRIGGER edge_prior_is_kept BEFORE UPDATE ON flow.edge_prior
  FOR EACH STATEMENT EXECUTE FUNCTION flow.refuse_change();

-- What the prior is estimated from, kept up with flow.wallet_score: one row, EdgePopulation of core/reputation/edge.ts.
CREATE TABLE flow.edge_population (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  wallets numeric NOT NULL DEFAULT 0,
  markets numeric NOT NULL DEFAULT 0,
  markets_squared numeric NOT NULL DEFAULT 0,
  edge_sum numeric NOT NULL DEFAULT 0,
  sum_of_squares numeric NOT NULL DEFAULT 0,
  squared_sum_over_markets numeric NOT NULL DEFAULT 0
);
INSERT INTO flow.edge_population
SELECT true, count(*), coalesce(sum(edge_markets), 0), coalesce(sum(edge_markets::numeric * edge_markets), 0),
  coalesce(sum(edge_sum), 0), coalesce(sum(edge_sum_of_squares), 0),
  coalesce(sum(div(edge_sum::numeric * edge_sum, edge_markets)), 0)
FROM flow.wallet_score WHERE edge_markets > 0 AND source = 'chain';

-- The sums under the published edge, for its value under a later prior; null in rows from before they were kept.
ALTER TABLE flow.score_history
  ADD COLUMN edge_markets bigint, ADD COLUMN edge_sum bigint, ADD COLUMN edge_sum_of_squares numeric;

ALTER TABLE flow.ledger_state
  DROP COLUMN edge_k, DROP COLUMN edge_variance,
  -- latest time of a row of flow.score_history: nothing that is published afterwards may count as known before it
  ADD COLUMN published_at timestamptz;
UPDATE flow.ledger_state SET published_at = (SELECT max(calculated_at) FROM flow.score_history);
`;

const FUNCTIONS = `
-- Null without a market. The casts keep numeric arithmetic away from the literals.
CREATE FUNCTION flow.edge_mean(markets bigint, edge_sum bigint, k double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN markets > 0 THEN edge_sum::float8 / 1e6::float8 / (markets::float8 + k) END
$$;
-- The markets' spread around the wallet's own mean, squared and added up.
CREATE FUNCTION flow.edge_squares(markets bigint, edge_sum bigint, squares numeric) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (markets * squares - edge_sum::numeric * edge_sum)::float8 / markets::float8 / 1e12::float8
$$;
-- Student's t, one-sided 95 %.
CREATE FUNCTION flow.student_t95(freedom double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 1.6448536269514722::float8 + 6.095076590295126::float8 / (4 * freedom)
    + 136.33948633305044::float8 / (96 * (freedom * freedom)) + 377.47258062117226::float8 / (384 * (freedom * freedom * freedom))
$$;
CREATE FUNCTION flow.edge_bound(markets bigint, edge_sum bigint, squares numeric, k double precision,
  variance double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN markets > 0 THEN flow.edge_mean(markets, edge_sum, k) - flow.student_t95(markets::float8 + 9)
    * sqrt((flow.edge_squares(markets, edge_sum, squares) + 10 * variance) / (markets::float8 + 9) / (markets::float8 + k))
  END
$$;
`;
const VIEWS = `
CREATE VIEW flow.edge_prior_now AS SELECT k, variance FROM flow.edge_prior ORDER BY known_from DESC LIMIT 1;

-- As before, with the edge under the prior in force.
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
  flow.edge_mean(s.edge_markets, s.edge_sum, p.k) AS edge_per_share,
  flow.edge_bound(s.edge_markets, s.edge_sum, s.edge_sum_of_squares, p.k, p.variance) AS edge_lower_bound,
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
CROSS JOIN flow.edge_prior_now p
LEFT JOIN flow.wallet_activity a USING (wallet_key)
LEFT JOIN flow.wallet_score s USING (wallet_key)
LEFT JOIN flow.wallet_label l ON l.address = w.address
WHERE a.wallet_key IS NOT NULL OR s.wallet_key IS NOT NULL;

ALTER TABLE flow.wallet_score DROP COLUMN edge_per_share, DROP COLUMN edge_lower_bound;

-- What was known of a wallet at a time, its edge under the prior that was known then; no row where nothing was.
CREATE OR REPLACE FUNCTION public.orderflow_reputation_as_of(wallet text, as_of timestamptz)
RETURNS TABLE (reputation_score double precision, confidence_score double precision, trader_tier text,
  follow_eligible boolean, ineligible_reason text, edge_per_share double precision, edge_lower_bound double precision,
  closed_markets int, score_version int, source text, calculated_at timestamptz)
LANGUAGE sql STABLE AS $$
  SELECT h.reputation_score, h.confidence_score, h.trader_tier, h.follow_eligible, h.ineligible_reason,
    CASE WHEN h.edge_markets IS NULL THEN h.edge_per_share ELSE flow.edge_mean(h.edge_markets, h.edge_sum, p.k) END,
    CASE WHEN h.edge_markets IS NULL THEN h.edge_lower_bound
      ELSE flow.edge_bound(h.edge_markets, h.edge_sum, h.edge_sum_of_squares, p.k, p.variance) END,
    h.closed_markets, h.score_version, h.source, h.calculated_at
  FROM flow.score_history h, (SELECT k, variance FROM flow.edge_prior e WHERE e.known_from <= as_of
    ORDER BY e.known_from DESC LIMIT 1) p
  WHERE h.wallet_key = (SELECT w.wallet_key FROM flow.wallet w
      WHERE w.address = decode(substr(lower(orderflow_reputation_as_of.wallet), 3), 'hex'))
    AND h.calculated_at <= as_of
  ORDER BY h.calculated_at DESC, h.id DESC LIMIT 1
$$;
`;
export const edgeOnReadSql = TABLES + FUNCTIONS + VIEWS;

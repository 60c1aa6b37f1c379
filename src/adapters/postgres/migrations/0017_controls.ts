/** What a signal is measured against and was decided on: the bet against it, and the rest of its inputs. */
export const controlsSql = `
-- the wallet's tier, the fills of the episode or panic, and the wallets of a panic (null for other signals)
ALTER TABLE flow.signal ADD COLUMN wallet_tier text, ADD COLUMN trigger_fills int, ADD COLUMN panic_wallets jsonb;
-- beside mark_bid_micros, of the same moment; 1 less this is the bid of the other outcome
ALTER TABLE flow.position ADD COLUMN mark_ask_micros bigint;

-- The bet against a signal that led to an order: same moment and stake, other outcome; held to the resolution.
CREATE TABLE flow.control (
  signal_id text PRIMARY KEY REFERENCES flow.signal,
  -- that of the signal; the control itself is never traded
  mode text NOT NULL CHECK (mode IN ('PAPER', 'LIVE')),
  market_key int NOT NULL REFERENCES flow.market,
  outcome_index smallint NOT NULL,
  stake_micros bigint NOT NULL,
  -- 0: nothing was on offer within the cap
  shares_micros bigint NOT NULL,
  cash_micros bigint NOT NULL,
  fees_micros bigint NOT NULL,
  opened_at timestamptz NOT NULL
);
CREATE INDEX control_by_market ON flow.control (market_key);

-- Settled as a position is: on finalized blocks, what the resolution pays, rounded down to the micro.
CREATE VIEW public.orderflow_controls AS
SELECT
  c.signal_id,
  c.mode,
  s.signal_type,
  '0x' || encode(m.condition_id, 'hex') AS market_id,
  m.title AS market_title,
  CASE c.outcome_index WHEN 0 THEN m.outcome_0 ELSE m.outcome_1 END AS outcome,
  c.stake_micros * 0.000001 AS stake_usd,
  c.shares_micros * 0.000001 AS shares,
  CASE WHEN c.shares_micros > 0 THEN round(c.cash_micros::numeric / c.shares_micros, 6) END AS entry_price,
  (c.cash_micros + c.fees_micros) * 0.000001 AS cost_usd,
  c.fees_micros * 0.000001 AS fees_usd,
  CASE WHEN c.shares_micros = 0 THEN 'UNFILLED' WHEN r.market_key IS NULL THEN 'OPEN' ELSE 'SETTLED' END AS status,
  -- as old as the mark of the signal's own position
  (1000000 - p.mark_ask_micros) * 0.000001 AS current_price,
  CASE WHEN c.shares_micros > 0 AND r.market_key IS NULL THEN
    (floor((1000000 - p.mark_ask_micros)::numeric * c.shares_micros / 1000000) - c.cash_micros - c.fees_micros) * 0.000001
  END AS unrealized_pnl_usd,
  CASE WHEN c.shares_micros > 0 THEN
    (div(c.shares_micros * CASE c.outcome_index WHEN 0 THEN r.numerator_0 ELSE r.numerator_1 END::numeric,
         (r.numerator_0 + r.numerator_1)::numeric) - c.cash_micros - c.fees_micros) * 0.000001
  END AS profit_loss_usd,
  CASE WHEN p.status = 'CLOSED' THEN p.realized_micros * 0.000001 END AS signal_profit_loss_usd,
  c.opened_at,
  r.resolved_at AS settled_at
FROM flow.control c
JOIN flow.signal s ON s.id = c.signal_id
JOIN flow.market m ON m.market_key = c.market_key
LEFT JOIN flow.position p ON p.signal_id = c.signal_id
LEFT JOIN flow.resolution r ON r.market_key = c.market_key
  AND r.block_number <= (SELECT finalized_block FROM flow.chain_state);

-- Like with like: both sides were filled, and both have ended.
CREATE VIEW public.orderflow_control_comparison AS
SELECT mode, signal_type, count(*)::int AS pairs,
  sum(signal_profit_loss_usd) AS signal_pnl_usd,
  sum(profit_loss_usd) AS control_pnl_usd,
  count(*) FILTER (WHERE signal_profit_loss_usd > profit_loss_usd)::int AS signal_better
FROM public.orderflow_controls
WHERE profit_loss_usd IS NOT NULL AND signal_profit_loss_usd IS NOT NULL
GROUP BY mode, signal_type;

CREATE OR REPLACE VIEW public.orderflow_signal_reasons AS
SELECT
  v.*,
  s.score_version,
  s.edge_lower_bound,
  -- the snapshot of the wallet's score that was in force when the signal arose
  h.calculated_at AS score_calculated_at,
  h.closed_markets AS score_closed_markets,
  '0x' || encode(s.trigger_order_hash, 'hex') AS trigger_order_hash,
  s.trigger_block,
  s.trigger_log_index,
  s.seen AS book_seen,
  o.client_order_id,
  o.status AS order_status,
  o.reason AS order_reason,
  o.submitted_at,
  o.answered_at,
  s.wallet_tier,
  s.trigger_fills,
  s.panic_wallets,
  c.outcome AS control_outcome,
  c.shares AS control_shares,
  c.cost_usd AS control_cost_usd,
  c.status AS control_status,
  c.unrealized_pnl_usd AS control_unrealized_pnl_usd,
  c.profit_loss_usd AS control_profit_loss_usd
FROM flow.signal s
JOIN public.orderflow_signals v ON v.id = s.id
LEFT JOIN public.orderflow_controls c ON c.signal_id = s.id
LEFT JOIN LATERAL (
  SELECT calculated_at, closed_markets FROM flow.score_history
  WHERE wallet_key = s.wallet_key AND calculated_at <= s.created_at
  ORDER BY calculated_at DESC LIMIT 1
) h ON true
LEFT JOIN LATERAL (
  SELECT * FROM flow.trade_order WHERE signal_id = s.id ORDER BY submitted_at DESC LIMIT 1
) o ON true;

CREATE OR REPLACE VIEW public.orderflow_performance AS
SELECT
  date,
  mode,
  signals,
  executed,
  wins,
  losses,
  win_rate,
  gross_micros * 0.000001 AS gross_pnl_usd,
  fees_micros * 0.000001 AS fees_usd,
  net_micros * 0.000001 AS net_pnl_usd,
  deployed_micros * 0.000001 AS deployed_usd,
  equity_micros * 0.000001 AS equity_usd,
  max_drawdown_pct,
  sharpe_ratio,
  profit_factor,
  (SELECT sum(c.profit_loss_usd) FROM public.orderflow_controls c
   WHERE c.mode = p.mode AND (c.settled_at AT TIME ZONE 'UTC')::date = p.date) AS control_pnl_usd
FROM flow.performance_day p;
`;

/** ML_PREDICTION, and what the model saw and said. */
export const modelSql = `
ALTER TABLE flow.signal DROP CONSTRAINT signal_signal_type_check;
ALTER TABLE flow.signal ADD CONSTRAINT signal_signal_type_check
  CHECK (signal_type IN ('FOLLOW_WHALE', 'FADE_DEGEN', 'ML_PREDICTION', 'EXIT_FOLLOW'));
-- {hash, probability, lowerProbability, margin, features: {name: value}}; ML_PREDICTION only
ALTER TABLE flow.signal ADD COLUMN model jsonb;

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
  c.profit_loss_usd AS control_profit_loss_usd,
  s.model
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
`;

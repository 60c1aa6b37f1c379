/**
 * What a person at the executor needs: the market as a signal's decision saw it, why a signal was acted on or not, and
 * what became of an alert.
 */
export const operatorSql = `
-- best levels, tick, fee and times of the book that was decided on, as text; null until one was seen
ALTER TABLE flow.signal ADD COLUMN seen jsonb;

-- An alert ends sent or dropped. Sent before it is marked: a process killed in between sends it once more.
ALTER TABLE flow.alert_outbox ADD COLUMN dropped_at timestamptz, ADD COLUMN failure text;
DROP INDEX flow.alert_waiting;
CREATE INDEX alert_waiting ON flow.alert_outbox (id) WHERE sent_at IS NULL AND dropped_at IS NULL;

CREATE VIEW public.orderflow_signal_checks AS
SELECT
  s.id AS signal_id,
  c.step::int AS step,
  c.item ->> 'code' AS code,
  c.item ->> 'limit' AS check_limit,
  c.item ->> 'value' AS check_value,
  (c.item ->> 'passed')::boolean AS passed
FROM flow.signal s
CROSS JOIN LATERAL jsonb_array_elements(s.checks) WITH ORDINALITY AS c (item, step);

CREATE VIEW public.orderflow_signal_reasons AS
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
  o.answered_at
FROM flow.signal s
JOIN public.orderflow_signals v ON v.id = s.id
LEFT JOIN LATERAL (
  SELECT calculated_at, closed_markets FROM flow.score_history
  WHERE wallet_key = s.wallet_key AND calculated_at <= s.created_at
  ORDER BY calculated_at DESC LIMIT 1
) h ON true
LEFT JOIN LATERAL (
  SELECT * FROM flow.trade_order WHERE signal_id = s.id ORDER BY submitted_at DESC LIMIT 1
) o ON true;
`;

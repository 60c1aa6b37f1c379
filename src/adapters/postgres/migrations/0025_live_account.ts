/** What live trading is held against: the wallet at its beginning, how it was armed, and what differs at the venue. */
export const liveAccountSql = `
CREATE TABLE flow.live_account (
  id int PRIMARY KEY CHECK (id = 1),
  wallet bytea NOT NULL,
  -- collateral when it was first looked at, before the first order
  baseline_micros bigint NOT NULL,
  baseline_at timestamptz NOT NULL,
  -- deposits less withdrawals since, as far as a reconciliation found them
  moved_micros bigint NOT NULL DEFAULT 0,
  -- of the last complete snapshot
  reconciled_at timestamptz
);

-- How the executor started last.
CREATE TABLE flow.live_arming (
  id int PRIMARY KEY CHECK (id = 1),
  asked text NOT NULL CHECK (asked IN ('PAPER', 'LIVE')),
  mode text NOT NULL CHECK (mode IN ('PAPER', 'LIVE')),
  -- [{code, text}]; empty where what was asked for is what is
  refusals jsonb NOT NULL,
  -- as text with their units
  limits jsonb NOT NULL,
  wallet bytea,
  armed_at timestamptz NOT NULL
);

-- What the venue says of the account and our books do not, since when; gone_at: not any more.
CREATE TABLE flow.live_difference (
  kind text NOT NULL,
  -- order, trade or token; empty: the collateral
  subject text NOT NULL,
  expected text NOT NULL,
  found text NOT NULL,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  gone_at timestamptz,
  PRIMARY KEY (kind, subject)
);

CREATE VIEW public.orderflow_live_status AS
SELECT a.asked, a.mode, a.refusals, a.limits, '0x' || encode(a.wallet, 'hex') AS wallet_address, a.armed_at,
  c.baseline_micros * 0.000001 AS baseline_usd, c.baseline_at,
  c.moved_micros * 0.000001 AS moved_usd, c.reconciled_at,
  (SELECT count(*) FROM flow.live_order WHERE result IS NULL)::int AS orders_in_flight,
  (SELECT count(*) FROM flow.live_difference WHERE gone_at IS NULL)::int AS differences,
  (SELECT count(*) FROM flow.position WHERE mode = 'LIVE' AND status = 'OPEN')::int AS open_positions
FROM flow.live_arming a LEFT JOIN flow.live_account c USING (id);

CREATE VIEW public.orderflow_live_differences AS
SELECT kind, nullif(subject, '') AS subject, expected, found, first_seen_at, last_seen_at, gone_at
FROM flow.live_difference;

-- Orders at the venue, pending ones with what is matched and not yet final. Amounts of a trade stand as "123n".
CREATE VIEW public.orderflow_live_orders AS
SELECT
  l.client_order_id,
  o.signal_id,
  o.position_id,
  m.title AS market_title,
  o.side,
  o.limit_price_micros * 0.000001 AS limit_price,
  '0x' || encode(l.order_hash, 'hex') AS order_hash,
  CASE
    WHEN l.result IS NOT NULL THEN 'DONE'
    WHEN jsonb_array_length(l.trades) > 0 THEN 'PENDING'
    WHEN l.is_known THEN 'KNOWN'
    WHEN l.last_sent_at IS NOT NULL THEN 'SENT'
    ELSE 'SIGNED'
  END AS stage,
  t.matched_micros * 0.000001 AS pending_shares,
  t.confirmed_micros * 0.000001 AS confirmed_shares,
  t.failed_micros * 0.000001 AS failed_shares,
  l.sends,
  l.signed_at,
  l.last_sent_at,
  l.finished_at
FROM flow.live_order l
JOIN flow.trade_order o USING (client_order_id)
JOIN flow.market m USING (market_key)
CROSS JOIN LATERAL (
  SELECT
    coalesce(sum(size) FILTER (WHERE status NOT IN ('CONFIRMED', 'FAILED')), 0) AS matched_micros,
    coalesce(sum(size) FILTER (WHERE status = 'CONFIRMED'), 0) AS confirmed_micros,
    coalesce(sum(size) FILTER (WHERE status = 'FAILED'), 0) AS failed_micros
  FROM (
    SELECT trade ->> 'status' AS status, rtrim(trade ->> 'size', 'n')::bigint AS size
    FROM jsonb_array_elements(l.trades) AS trade
  ) each_trade
) t;

-- Each answered live order beside its paper twin: the same decision through the paper fill function. Drift is live less
-- paper; a price drift above 0 is worse for us on either side.
CREATE VIEW public.orderflow_drift AS
SELECT d.*,
  CASE d.side WHEN 'BUY' THEN d.live_price - d.paper_price ELSE d.paper_price - d.live_price END AS price_drift
FROM (
  SELECT
    o.client_order_id,
    o.signal_id,
    o.position_id,
    s.signal_type,
    m.title AS market_title,
    o.side,
    o.status,
    o.reason,
    o.limit_price_micros * 0.000001 AS limit_price,
    f.size * 0.000001 AS live_shares,
    e.size * 0.000001 AS paper_shares,
    CASE WHEN f.size > 0 THEN round(f.cash / f.size, 6) END AS live_price,
    CASE WHEN e.size > 0 THEN round(e.cash / e.size, 6) END AS paper_price,
    round(CASE o.side WHEN 'BUY' THEN f.cash / o.stake_micros ELSE f.size / o.size_micros END, 6) AS live_fill_share,
    round(CASE o.side WHEN 'BUY' THEN e.cash / o.stake_micros ELSE e.size / o.size_micros END, 6) AS paper_fill_share,
    f.fee * 0.000001 AS live_fees_usd,
    e.fee * 0.000001 AS paper_fees_usd,
    l.sends,
    -- from the decision: on its way, matched (the venue says it in whole seconds), final
    round(extract(epoch FROM l.signed_at - o.submitted_at) * 1000)::int AS signed_ms,
    round(extract(epoch FROM l.last_sent_at - o.submitted_at) * 1000)::int AS sent_ms,
    (SELECT min((trade ->> 'matchedAt')::numeric) FROM jsonb_array_elements(l.trades) AS trade)::bigint
      - round(extract(epoch FROM o.submitted_at) * 1000)::bigint AS matched_ms,
    round(extract(epoch FROM o.answered_at - o.submitted_at) * 1000)::int AS final_ms,
    o.submitted_at,
    o.answered_at
  FROM flow.trade_order o
  JOIN flow.market m USING (market_key)
  LEFT JOIN flow.signal s ON s.id = o.signal_id
  LEFT JOIN flow.live_order l USING (client_order_id)
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(size_micros), 0) AS size, coalesce(sum(cash_micros), 0) AS cash, coalesce(sum(fee_micros), 0) AS fee
    FROM flow.own_fill WHERE client_order_id = o.client_order_id
  ) f
  CROSS JOIN LATERAL (
    SELECT (o.estimates #>> '{pessimistic,size}')::numeric AS size, (o.estimates #>> '{pessimistic,cashUsd}')::numeric AS cash,
      (o.estimates #>> '{pessimistic,feesUsd}')::numeric AS fee
  ) e
  WHERE o.mode = 'LIVE' AND o.answered_at IS NOT NULL
) d;

-- Each closed live position beside what its twin would have earned: the twin's own shares, in at its price, out at its price
-- where it sold (at ours where it did not), and at the payout.
CREATE VIEW public.orderflow_drift_positions AS
SELECT
  p.id AS position_id,
  m.title AS market_title,
  p.entry_shares_micros * 0.000001 AS live_shares,
  b.paper_shares,
  p.realized_micros * 0.000001 AS live_pnl_usd,
  round(b.paper_shares * (x.net_price - (b.paper_price + b.paper_fees_usd / nullif(b.paper_shares, 0))), 6) AS paper_pnl_usd,
  p.close_reason,
  p.closed_at
FROM flow.position p
JOIN flow.market m USING (market_key)
JOIN public.orderflow_drift b ON b.position_id = p.id AND b.side = 'BUY' AND b.paper_shares > 0
CROSS JOIN LATERAL (
  SELECT (p.exit_cash_micros - coalesce(sum(d.live_shares * d.live_price), 0) * 1000000
      + coalesce(sum(d.live_shares * coalesce(d.paper_price - d.paper_fees_usd / d.paper_shares,
          d.live_price - d.live_fees_usd / nullif(d.live_shares, 0))), 0) * 1000000)
    / p.exit_shares_micros AS net_price
  FROM public.orderflow_drift d WHERE d.position_id = p.id AND d.side = 'SELL' AND d.live_shares > 0
) x
WHERE p.mode = 'LIVE' AND p.status = 'CLOSED' AND p.exit_shares_micros > 0;
`;

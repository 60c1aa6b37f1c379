/**
 * What the executor writes: decisions, orders, own fills, positions, the journal of the engine and the daily figures.
 * `flow.command` alone is written by others (command line, dashboard, chat). Ids are text made from facts, so that a
 * replay finds the row that it made before.
 */
export const executorSql = `
CREATE TABLE flow.signal (
  id text PRIMARY KEY,
  signal_type text NOT NULL CHECK (signal_type IN ('FOLLOW_WHALE', 'FADE_DEGEN', 'EXIT_FOLLOW')),
  side text NOT NULL CHECK (side IN ('BUY', 'SELL')),
  status text NOT NULL CHECK (status IN ('PENDING', 'EXECUTED', 'SKIPPED', 'EXPIRED')),
  stage text NOT NULL,
  market_key int NOT NULL REFERENCES flow.market,
  token_key int NOT NULL REFERENCES flow.token,
  outcome_index smallint NOT NULL,
  wallet_key int NOT NULL REFERENCES flow.wallet,
  wallet_score double precision NOT NULL,
  score_version int NOT NULL,
  edge_lower_bound double precision,
  trigger_price_micros bigint NOT NULL,
  trigger_usd_micros bigint NOT NULL,
  trigger_order_hash bytea NOT NULL,
  trigger_block int NOT NULL,
  trigger_log_index int NOT NULL,
  triggered_at timestamptz NOT NULL,
  trigger_known_at timestamptz NOT NULL,
  -- BUY: the most we pay; SELL: the least we take, null until the bid was seen
  limit_price_micros bigint,
  confidence double precision NOT NULL,
  -- full Kelly share; null until a price was seen
  kelly double precision,
  stake_micros bigint,
  -- {code, limit, value}; SKIPPED only
  refusal jsonb,
  -- every risk check in the order it was made: [{code, limit, value, passed}]
  checks jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  executed_at timestamptz
);
CREATE INDEX signal_by_time ON flow.signal (created_at);
CREATE INDEX signal_by_wallet ON flow.signal (wallet_key);

CREATE TABLE flow.position (
  id text PRIMARY KEY,
  signal_id text NOT NULL UNIQUE REFERENCES flow.signal,
  mode text NOT NULL CHECK (mode IN ('PAPER', 'LIVE')),
  market_key int NOT NULL REFERENCES flow.market,
  token_key int NOT NULL REFERENCES flow.token,
  outcome_index smallint NOT NULL,
  -- the wallet that we followed in; its sells are watched
  leader_key int REFERENCES flow.wallet,
  entry_shares_micros bigint NOT NULL,
  entry_cash_micros bigint NOT NULL,
  entry_fees_micros bigint NOT NULL,
  open_shares_micros bigint NOT NULL,
  -- with the entry's fees
  open_cost_micros bigint NOT NULL,
  exit_shares_micros bigint NOT NULL,
  exit_cash_micros bigint NOT NULL,
  exit_fees_micros bigint NOT NULL,
  realized_micros bigint NOT NULL,
  mark_bid_micros bigint,
  marked_at timestamptz,
  status text NOT NULL CHECK (status IN ('OPEN', 'CLOSED')),
  close_reason text,
  opened_at timestamptz NOT NULL,
  closed_at timestamptz,
  CHECK ((status = 'CLOSED') = (closed_at IS NOT NULL))
);
CREATE INDEX position_open ON flow.position (leader_key, token_key) WHERE status = 'OPEN';
CREATE INDEX position_by_close ON flow.position (closed_at);

-- "order" is a reserved word
CREATE TABLE flow.trade_order (
  client_order_id text PRIMARY KEY,
  position_id text NOT NULL,
  signal_id text REFERENCES flow.signal,
  mode text NOT NULL CHECK (mode IN ('PAPER', 'LIVE')),
  market_key int NOT NULL REFERENCES flow.market,
  token_key int NOT NULL REFERENCES flow.token,
  side text NOT NULL CHECK (side IN ('BUY', 'SELL')),
  limit_price_micros bigint NOT NULL,
  -- BUY: collateral to spend at most
  stake_micros bigint,
  -- SELL: shares to sell
  size_micros bigint,
  status text NOT NULL CHECK (status IN ('SUBMITTED', 'FILLED', 'PARTIALLY_FILLED', 'UNFILLED')),
  reason text,
  -- the order as it was approved, stored before it is sent
  request jsonb NOT NULL,
  submitted_at timestamptz NOT NULL,
  answered_at timestamptz,
  CHECK ((status = 'SUBMITTED') = (answered_at IS NULL))
);
CREATE INDEX trade_order_by_position ON flow.trade_order (position_id);

CREATE TABLE flow.own_fill (
  client_order_id text NOT NULL REFERENCES flow.trade_order,
  fill_index int NOT NULL,
  price_micros bigint NOT NULL,
  size_micros bigint NOT NULL,
  cash_micros bigint NOT NULL,
  fee_micros bigint NOT NULL,
  filled_at timestamptz NOT NULL,
  PRIMARY KEY (client_order_id, fill_index)
);

-- Append-only: event in, commands out. The same events give the same commands.
CREATE TABLE flow.journal (
  mode text NOT NULL,
  seq bigint NOT NULL,
  at timestamptz NOT NULL,
  rule_version int NOT NULL,
  event jsonb NOT NULL,
  commands jsonb NOT NULL,
  PRIMARY KEY (mode, seq)
);

CREATE TABLE flow.command (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('pause', 'halt', 'resume', 'close', 'close-all')),
  position_id text,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  handled_at timestamptz,
  CHECK ((kind = 'close') = (position_id IS NOT NULL))
);
CREATE INDEX command_waiting ON flow.command (id) WHERE handled_at IS NULL;

CREATE TABLE flow.executor_state (
  mode text PRIMARY KEY CHECK (mode IN ('PAPER', 'LIVE')),
  -- the last step taken
  seq bigint NOT NULL,
  capital_micros bigint NOT NULL,
  cash_micros bigint NOT NULL,
  realized_micros bigint NOT NULL,
  equity_micros bigint NOT NULL,
  open_positions int NOT NULL,
  trading_state text NOT NULL CHECK (trading_state IN ('ACTIVE', 'REDUCING', 'HALTED')),
  entries_stopped_until timestamptz,
  updated_at timestamptz NOT NULL,
  -- the engine's whole state after step snapshot_seq; later steps are taken again from the journal
  snapshot_seq bigint NOT NULL,
  snapshot jsonb NOT NULL
);

CREATE TABLE flow.performance_day (
  date date NOT NULL,
  mode text NOT NULL CHECK (mode IN ('PAPER', 'LIVE')),
  signals int NOT NULL,
  executed int NOT NULL,
  wins int NOT NULL,
  losses int NOT NULL,
  win_rate double precision,
  gross_micros bigint NOT NULL,
  fees_micros bigint NOT NULL,
  net_micros bigint NOT NULL,
  deployed_micros bigint NOT NULL,
  equity_micros bigint NOT NULL,
  max_drawdown_pct double precision NOT NULL,
  sharpe_ratio double precision,
  profit_factor double precision,
  PRIMARY KEY (date, mode)
);

CREATE TABLE flow.alert_outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dedup_key text NOT NULL UNIQUE,
  kind text NOT NULL,
  payload jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  sent_at timestamptz
);
CREATE INDEX alert_waiting ON flow.alert_outbox (id) WHERE sent_at IS NULL;

-- bigint * 0.000001 is numeric with six decimals, exactly.
CREATE VIEW public.orderflow_signals AS
SELECT
  s.id,
  s.created_at,
  s.signal_type,
  '0x' || encode(w.address, 'hex') AS trigger_wallet,
  s.wallet_score,
  '0x' || encode(m.condition_id, 'hex') AS market_id,
  m.title AS market_title,
  t.token_id::text AS token_id,
  CASE s.outcome_index WHEN 0 THEN m.outcome_0 ELSE m.outcome_1 END AS outcome,
  s.side,
  s.trigger_price_micros * 0.000001 AS trigger_price,
  s.trigger_usd_micros * 0.000001 AS trigger_size_usd,
  s.limit_price_micros * 0.000001 AS max_price,
  s.confidence,
  s.kelly AS kelly_fraction,
  s.stake_micros * 0.000001 AS stake_usd,
  s.status,
  s.refusal ->> 'code' AS skip_reason,
  s.refusal ->> 'limit' AS skip_limit,
  s.refusal ->> 'value' AS skip_value,
  s.expires_at,
  s.executed_at,
  -- An exit's profit belongs to the signal that opened the position.
  CASE
    WHEN s.side = 'SELL' OR s.status IN ('SKIPPED', 'EXPIRED') THEN NULL
    WHEN p.status = 'CLOSED' AND p.realized_micros > 0 THEN 'WIN'
    WHEN p.status = 'CLOSED' THEN 'LOSS'
    ELSE 'PENDING'
  END AS outcome_status,
  CASE WHEN p.status = 'CLOSED' THEN p.realized_micros * 0.000001 END AS profit_loss_usd,
  CASE WHEN p.status = 'CLOSED'
    THEN round(p.realized_micros * 100.0 / (p.entry_cash_micros + p.entry_fees_micros), 4)
  END AS profit_pct,
  p.id AS position_id,
  p.mode,
  s.triggered_at,
  s.trigger_known_at,
  s.checks
FROM flow.signal s
JOIN flow.wallet w USING (wallet_key)
JOIN flow.market m USING (market_key)
JOIN flow.token t USING (token_key)
LEFT JOIN flow.position p ON p.signal_id = s.id;

CREATE VIEW public.orderflow_positions AS
SELECT
  p.id,
  p.signal_id,
  p.mode,
  '0x' || encode(m.condition_id, 'hex') AS market_id,
  m.title AS market_title,
  t.token_id::text AS token_id,
  CASE p.outcome_index WHEN 0 THEN m.outcome_0 ELSE m.outcome_1 END AS outcome,
  p.entry_shares_micros * 0.000001 AS shares,
  p.open_shares_micros * 0.000001 AS open_shares,
  round(p.entry_cash_micros::numeric / p.entry_shares_micros, 6) AS entry_price,
  CASE WHEN p.exit_shares_micros > 0
    THEN round(p.exit_cash_micros::numeric / p.exit_shares_micros, 6)
  END AS exit_price,
  (p.entry_cash_micros + p.entry_fees_micros) * 0.000001 AS cost_usd,
  (p.entry_fees_micros + p.exit_fees_micros) * 0.000001 AS fees_usd,
  p.mark_bid_micros * 0.000001 AS current_price,
  CASE WHEN p.status = 'OPEN'
    THEN floor(p.mark_bid_micros::numeric * p.open_shares_micros / 1000000) * 0.000001 - p.open_cost_micros * 0.000001
  END AS unrealized_pnl_usd,
  p.realized_micros * 0.000001 AS realized_pnl_usd,
  p.status,
  p.close_reason,
  p.opened_at,
  p.closed_at,
  p.marked_at
FROM flow.position p
JOIN flow.market m USING (market_key)
JOIN flow.token t USING (token_key);

CREATE VIEW public.orderflow_performance AS
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
  profit_factor
FROM flow.performance_day;

CREATE VIEW public.orderflow_hot_signals AS
SELECT * FROM public.orderflow_signals
WHERE created_at > now() - INTERVAL '1 hour' AND confidence > 0.7
ORDER BY created_at DESC;
`;

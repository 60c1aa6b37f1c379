/**
 * What changes holdings without a fill, and what is known of markets, wallets and contracts besides. Written by the
 * listener; the columns at the end belong to the reputation service.
 */
export const lifecycleSql = `
-- Positions of the combinatorial module (31-byte conditions that begin with 03): an asset class of their own.
ALTER TABLE flow.market ADD COLUMN is_combo boolean NOT NULL
  GENERATED ALWAYS AS (CASE WHEN length(condition_id) = 31 THEN get_byte(condition_id, 0) = 3 ELSE false END) STORED;

-- One wallet's change in one token. The legs of an effect share (block_number, log_index, ordinal).
CREATE TABLE flow.lifecycle (
  occurred_at timestamptz NOT NULL,
  -- received; negative: given
  amount_micros bigint NOT NULL,
  -- to the wallet; negative: from it
  cash_micros bigint NOT NULL,
  block_number int NOT NULL,
  log_index int NOT NULL,
  wallet_key int NOT NULL,
  -- of a transfer: the other side, which may be infrastructure; otherwise 0
  other_key int NOT NULL,
  token_key int NOT NULL,
  -- as in flow.fill_packed
  known_delay_ms real NOT NULL,
  ordinal smallint NOT NULL,
  leg smallint NOT NULL,
  -- 1 split, 2 merge, 3 redeem, 4 convert, 5 migrate, 6 transfer
  kind smallint NOT NULL,
  is_combo boolean NOT NULL,
  PRIMARY KEY (block_number, log_index, ordinal, leg)
) PARTITION BY RANGE (block_number);
CREATE INDEX lifecycle_by_token ON flow.lifecycle (token_key, wallet_key);
-- For owners that become known later.
CREATE INDEX lifecycle_by_sender ON flow.lifecycle (wallet_key) WHERE kind = 6;

CREATE FUNCTION flow.ensure_lifecycle_partition(block int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  part int := block / 50000;
  child text := 'lifecycle_' || lpad(part::text, 5, '0');
BEGIN
  IF to_regclass('flow.' || child) IS NULL THEN
    EXECUTE format('CREATE TABLE flow.%I (LIKE flow.lifecycle INCLUDING DEFAULTS)', child);
    EXECUTE format('ALTER TABLE flow.lifecycle ATTACH PARTITION flow.%I FOR VALUES FROM (%s) TO (%s)',
      child, part * 50000, (part + 1) * 50000);
  END IF;
END $$;

-- Blocks whose effects were collected. Where flow.coverage has more, what wallets hold may be incomplete.
CREATE TABLE flow.lifecycle_coverage (
  from_block int PRIMARY KEY,
  to_block int NOT NULL CHECK (to_block >= from_block)
);

-- Groups of neg-risk markets; questions can be added to one at any time.
CREATE TABLE flow.neg_risk_market (
  neg_risk_market_id bytea PRIMARY KEY,
  fee_bips int NOT NULL,
  prepared_block int NOT NULL
);
CREATE TABLE flow.neg_risk_question (
  block_number int NOT NULL,
  log_index int NOT NULL,
  neg_risk_market_id bytea NOT NULL,
  PRIMARY KEY (block_number, log_index)
);
CREATE INDEX neg_risk_question_by_market ON flow.neg_risk_question (neg_risk_market_id);

-- Events of Protocol V2. Those prepared from one of Conditional Tokens get results of their own.
CREATE TABLE flow.protocol_event (
  event_id bytea PRIMARY KEY,
  is_migrated boolean NOT NULL,
  block_number int NOT NULL
);
CREATE TABLE flow.combo_leg (
  market_key int NOT NULL REFERENCES flow.market,
  place smallint NOT NULL,
  token_id numeric(78,0) NOT NULL,
  PRIMARY KEY (market_key, place)
);

-- Every address that a known owner key can trade from, whether it ever did or not.
CREATE TABLE flow.wallet_owner (
  seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  address bytea PRIMARY KEY,
  owner bytea NOT NULL,
  -- owner, proxy, safe, depositFirstGeneration, deposit
  kind text NOT NULL,
  source text NOT NULL
);
-- The owner of a wallet as far as it is known; otherwise the wallet itself.
CREATE FUNCTION flow.owner_of(wallet int) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT coalesce(o.owner, w.address) FROM flow.wallet w LEFT JOIN flow.wallet_owner o ON o.address = w.address
  WHERE w.wallet_key = wallet
$$;

-- Addresses that are no traders. Block 0: known to the program.
CREATE TABLE flow.wallet_label (
  address bytea PRIMARY KEY,
  kind text NOT NULL,
  label text NOT NULL,
  block_number int NOT NULL
);

CREATE TABLE flow.contract_upgrade (
  block_number int NOT NULL,
  log_index int NOT NULL,
  address bytea NOT NULL,
  implementation bytea NOT NULL,
  upgraded_at timestamptz NOT NULL,
  PRIMARY KEY (block_number, log_index)
);
-- An upgraded contract whose logs no longer decode: nothing of it is read from this block on.
CREATE TABLE flow.contract_halt (
  address bytea PRIMARY KEY,
  from_block int NOT NULL,
  reason text NOT NULL
);

CREATE VIEW orderflow_lifecycle AS
SELECT
  l.block_number,
  l.log_index,
  l.ordinal,
  l.leg,
  (ARRAY['SPLIT', 'MERGE', 'REDEEM', 'CONVERT', 'MIGRATE', 'TRANSFER'])[l.kind] AS kind,
  CASE WHEN l.is_combo THEN 'COMBO' ELSE 'MARKET' END AS asset_class,
  l.occurred_at AS timestamp,
  '0x' || encode(w.address, 'hex') AS wallet_address,
  '0x' || encode(o.address, 'hex') AS counterparty,
  '0x' || encode(m.condition_id, 'hex') AS market_id,
  m.title AS market_title,
  t.token_id::text AS token_id,
  CASE t.outcome_index WHEN 0 THEN coalesce(m.outcome_0, 'Yes') WHEN 1 THEN coalesce(m.outcome_1, 'No') END AS outcome,
  t.outcome_index,
  l.amount_micros * 0.000001 AS size,
  l.cash_micros * 0.000001 AS cash_usd,
  l.block_number <= (SELECT finalized_block FROM flow.chain_state) AS is_final,
  l.occurred_at + l.known_delay_ms * interval '1 millisecond' AS known_at
FROM flow.lifecycle l
LEFT JOIN flow.wallet w ON w.wallet_key = l.wallet_key
LEFT JOIN flow.wallet o ON o.wallet_key = l.other_key
LEFT JOIN flow.token t ON t.token_key = l.token_key
LEFT JOIN flow.market m ON m.market_key = t.market_key;

-- Kept in the ledger, never in a score.
ALTER TABLE flow.unit ADD COLUMN is_combo boolean NOT NULL DEFAULT false;
-- Owners up to here were looked at for transfers that turn out to be between their own wallets.
ALTER TABLE flow.ledger_state ADD COLUMN owner_seq bigint NOT NULL DEFAULT 0;

-- A wallet without a score row is neutral: 5.0, AVERAGE, nothing closed. Infrastructure never has one.
CREATE OR REPLACE VIEW flow.wallet_stats AS
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
  s.calculated_at AS last_calculated
FROM flow.wallet_activity a
JOIN flow.wallet w USING (wallet_key)
LEFT JOIN flow.wallet_score s USING (wallet_key)
LEFT JOIN flow.wallet_label l ON l.address = w.address;
`;

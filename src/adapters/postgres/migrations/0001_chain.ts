/**
 * What the listener writes. Compact, because real volume is about 6 million fills a day: integer keys for wallets,
 * tokens and markets, hashes as bytea, micros as bigint, widest columns first so that no padding is stored,
 * and no nullable column in `fill` (a null bitmap would cost 8 bytes a row).
 */
export const chainSql = `
CREATE SCHEMA flow;

CREATE TABLE flow.exchange (
  exchange_key smallint PRIMARY KEY,
  address bytea NOT NULL UNIQUE,
  version smallint NOT NULL,
  name text NOT NULL
);
INSERT INTO flow.exchange VALUES
  (1, '\\x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e', 1, 'V1'),
  (2, '\\xc5d563a36ae78145c45a50134d48a1215220f80a', 1, 'V1 neg-risk'),
  (3, '\\xe111180000d2663c0091e4f400237545b87b996b', 2, 'V2'),
  (4, '\\xe2222d279d744050d28e00520010520000310f59', 2, 'V2 neg-risk'),
  (5, '\\xe2222d002000ba0053cef3375333610f64600036', 2, 'V2 B'),
  (6, '\\xe3333700ca9d93003f00f0f71f8515005f6c00aa', 3, 'V3');

CREATE TABLE flow.wallet (
  wallet_key int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  address bytea NOT NULL UNIQUE
);

CREATE TABLE flow.market (
  market_key int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  condition_id bytea NOT NULL UNIQUE,
  neg_risk boolean NOT NULL,
  -- null: learned from Gamma, the preparation lies before our coverage
  prepared_block int,
  title text,
  slug text,
  category text,
  event_id text,
  outcome_0 text,
  outcome_1 text,
  starts_at timestamptz,
  ends_at timestamptz,
  tick_size_micros bigint,
  min_order_size_micros bigint,
  fee_rate double precision,
  fee_exponent double precision,
  accepting_orders boolean,
  -- when Gamma was last asked; null: never
  info_checked_at timestamptz
);

CREATE TABLE flow.token (
  token_key int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token_id numeric(78,0) NOT NULL UNIQUE,
  market_key int REFERENCES flow.market,
  outcome_index smallint CHECK (outcome_index IN (0, 1)),
  info_checked_at timestamptz
);
CREATE INDEX token_by_market ON flow.token (market_key);
CREATE INDEX token_without_market ON flow.token (token_key) WHERE market_key IS NULL;

CREATE TABLE flow.resolution (
  market_key int PRIMARY KEY REFERENCES flow.market,
  numerator_0 numeric(78,0) NOT NULL,
  numerator_1 numeric(78,0) NOT NULL,
  block_number int NOT NULL,
  log_index int NOT NULL,
  resolved_at timestamptz NOT NULL,
  known_at timestamptz NOT NULL
);
CREATE INDEX resolution_by_block ON flow.resolution (block_number);

CREATE TABLE flow.fill (
  occurred_at timestamptz NOT NULL,
  size_micros bigint NOT NULL,
  cash_micros bigint NOT NULL,
  -- in shares where fee_in_shares (V1 BUY), otherwise in collateral
  fee_micros bigint NOT NULL,
  block_number int NOT NULL,
  log_index int NOT NULL,
  wallet_key int NOT NULL,
  -- 0: none, the taker's own leg
  counterparty_key int NOT NULL,
  token_key int NOT NULL,
  -- known_at = occurred_at + this
  known_delay_ms int NOT NULL,
  -- log index of the taker's own leg of the match; -1: fillOrder, which has none
  match_log_index int NOT NULL,
  exchange_key smallint NOT NULL,
  is_sell boolean NOT NULL,
  is_maker boolean NOT NULL,
  fee_in_shares boolean NOT NULL,
  order_hash bytea NOT NULL,
  tx_hash bytea NOT NULL,
  PRIMARY KEY (block_number, log_index)
) PARTITION BY RANGE (block_number);
-- Duplicates are common in all three, so B-tree deduplication keeps them near 8 bytes a row.
CREATE INDEX fill_by_time ON flow.fill (occurred_at);
CREATE INDEX fill_by_wallet ON flow.fill (wallet_key);
CREATE INDEX fill_by_token ON flow.fill (token_key);

CREATE TABLE flow.quarantine (
  block_number int NOT NULL,
  log_index int NOT NULL,
  reason text NOT NULL,
  log jsonb NOT NULL,
  PRIMARY KEY (block_number, log_index)
);

-- Hashes of the blocks above and shortly below the finalized mark: what reorgs are found by.
CREATE TABLE flow.block (
  block_number int PRIMARY KEY,
  hash bytea NOT NULL,
  parent_hash bytea NOT NULL,
  block_time timestamptz NOT NULL
);

-- Disjoint, never adjacent: neighbours are merged as they are written.
CREATE TABLE flow.coverage (
  from_block int PRIMARY KEY,
  to_block int NOT NULL CHECK (to_block >= from_block)
);

CREATE TABLE flow.chain_state (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  finalized_block int NOT NULL,
  head_block int NOT NULL,
  updated_at timestamptz NOT NULL
);
INSERT INTO flow.chain_state VALUES (true, -1, -1, 'epoch');

CREATE TABLE flow.ingest (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('extend', 'retract')),
  from_block int NOT NULL,
  to_block int NOT NULL,
  committed_at timestamptz NOT NULL
);

-- Where each reader of flow.ingest (or of another append-only table) stands.
CREATE TABLE flow.reader_cursor (
  reader text PRIMARY KEY,
  seq bigint NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE TABLE flow.wallet_activity (
  wallet_key int PRIMARY KEY REFERENCES flow.wallet,
  total_trades bigint NOT NULL,
  volume_micros numeric NOT NULL,
  first_trade_at timestamptz NOT NULL,
  last_trade_at timestamptz NOT NULL
);
`;

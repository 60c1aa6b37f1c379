/**
 * What the listener writes. Compact, because real volume is about 6 million fills a day: integer keys for wallets,
 * tokens and markets, hashes as bytea, micros as bigint, widest columns first so that no padding is stored,
 * and no nullable column in `fill` (a null bitmap would cost 8 bytes a row).
 */
export const chainSql = `
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
  -- null: not known yet (a resolution came before preparation and Gamma)
  neg_risk boolean,
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
  known_at timestamptz NOT NULL,
  CHECK (numerator_0 >= 0 AND numerator_1 >= 0 AND numerator_0 + numerator_1 > 0)
);
CREATE INDEX resolution_by_block ON flow.resolution (block_number);

-- Written here, read through the view flow.fill below, which unpacks it.
CREATE TABLE flow.fill_packed (
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
  -- known_at = occurred_at + this; a float, because live it is exact and after a long absence it can be months
  known_delay_ms real NOT NULL,
  -- log index of the taker's own leg of the match; -1: fillOrder, which has none
  match_log_index int NOT NULL,
  -- 1: sells, 2: maker, 4: fee in shares, 8 and up: exchange_key. Four columns would cost a row 8 bytes.
  traits smallint NOT NULL,
  order_hash bytea NOT NULL,
  tx_hash bytea NOT NULL,
  PRIMARY KEY (block_number, log_index)
) PARTITION BY RANGE (block_number);
-- Duplicates are common in all three, so B-tree deduplication keeps them near 10 bytes a row.
CREATE INDEX fill_by_time ON flow.fill_packed (occurred_at);
CREATE INDEX fill_by_wallet ON flow.fill_packed (wallet_key);
CREATE INDEX fill_by_token ON flow.fill_packed (token_key);

CREATE VIEW flow.fill AS
SELECT occurred_at, size_micros, cash_micros, fee_micros, block_number, log_index, wallet_key, counterparty_key, token_key,
  known_delay_ms, match_log_index, (traits >> 3)::smallint AS exchange_key, traits & 1 <> 0 AS is_sell,
  traits & 2 <> 0 AS is_maker, traits & 4 <> 0 AS fee_in_shares, order_hash, tx_hash
FROM flow.fill_packed;

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
  updated_at timestamptz NOT NULL,
  -- first block that following holds; what backfills hold below it may have holes. Null: nothing has followed yet.
  follow_from_block int
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

-- Kept by the trigger below; no foreign key, because the rows come from fills whose wallets exist.
CREATE TABLE flow.wallet_activity (
  wallet_key int PRIMARY KEY,
  total_trades bigint NOT NULL,
  volume_micros numeric NOT NULL,
  first_trade_at timestamptz NOT NULL,
  last_trade_at timestamptz NOT NULL
) WITH (fillfactor = 80);

CREATE FUNCTION flow.update_wallet_stats() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO flow.wallet_activity AS a
    SELECT wallet_key, count(*), sum(cash_micros), min(occurred_at), max(occurred_at)
    FROM changed GROUP BY wallet_key
    ON CONFLICT (wallet_key) DO UPDATE SET
      total_trades = a.total_trades + excluded.total_trades,
      volume_micros = a.volume_micros + excluded.volume_micros,
      first_trade_at = least(a.first_trade_at, excluded.first_trade_at),
      last_trade_at = greatest(a.last_trade_at, excluded.last_trade_at);
  ELSE
    -- A reorg. Only a wallet whose newest (or oldest) fill went needs a look at what is left;
    -- where older partitions were archived, the time before stays as it was.
    UPDATE flow.wallet_activity AS a SET
      total_trades = a.total_trades - gone.n,
      volume_micros = a.volume_micros - gone.cash,
      first_trade_at = CASE WHEN gone.oldest > a.first_trade_at THEN a.first_trade_at ELSE coalesce(
        (SELECT min(f.occurred_at) FROM flow.fill_packed f WHERE f.wallet_key = a.wallet_key), a.first_trade_at) END,
      last_trade_at = CASE WHEN gone.newest < a.last_trade_at THEN a.last_trade_at ELSE coalesce(
        (SELECT max(f.occurred_at) FROM flow.fill_packed f WHERE f.wallet_key = a.wallet_key), a.first_trade_at) END
    FROM (SELECT wallet_key, count(*) AS n, sum(cash_micros) AS cash, min(occurred_at) AS oldest, max(occurred_at) AS newest
          FROM changed GROUP BY wallet_key) AS gone
    WHERE a.wallet_key = gone.wallet_key;
    DELETE FROM flow.wallet_activity WHERE total_trades <= 0 AND wallet_key IN (SELECT wallet_key FROM changed);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER update_wallet_stats_insert AFTER INSERT ON flow.fill_packed
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION flow.update_wallet_stats();
CREATE TRIGGER update_wallet_stats_delete AFTER DELETE ON flow.fill_packed
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION flow.update_wallet_stats();

-- Makes the partition of 50,000 blocks that holds this block. Attached rather than created in place, so that readers
-- of the other partitions are not locked out meanwhile.
CREATE FUNCTION flow.ensure_fill_partition(block int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  part int := block / 50000;
  child text := 'fill_' || lpad(part::text, 5, '0');
BEGIN
  IF to_regclass('flow.' || child) IS NULL THEN
    EXECUTE format('CREATE TABLE flow.%I (LIKE flow.fill_packed INCLUDING DEFAULTS)', child);
    EXECUTE format('ALTER TABLE flow.fill_packed ATTACH PARTITION flow.%I FOR VALUES FROM (%s) TO (%s)',
      child, part * 50000, (part + 1) * 50000);
  END IF;
END $$;

CREATE VIEW orderflow_trades AS
SELECT
  -- a block holds far fewer than a million logs, so the id can be read: block, then log index in six digits
  f.block_number::bigint * 1000000 + f.log_index AS id,
  '0x' || encode(f.tx_hash, 'hex') AS tx_hash,
  f.log_index,
  f.block_number,
  f.occurred_at AS timestamp,
  '0x' || encode(e.address, 'hex') AS exchange,
  e.version AS exchange_version,
  e.name AS exchange_name,
  '0x' || encode(f.order_hash, 'hex') AS order_hash,
  '0x' || encode(w.address, 'hex') AS wallet_address,
  '0x' || encode(c.address, 'hex') AS counterparty,
  f.is_maker,
  '0x' || encode(m.condition_id, 'hex') AS market_id,
  m.title AS market_title,
  t.token_id::text AS token_id,
  CASE t.outcome_index WHEN 0 THEN coalesce(m.outcome_0, 'Yes') WHEN 1 THEN coalesce(m.outcome_1, 'No') END AS outcome,
  t.outcome_index,
  CASE WHEN f.is_sell THEN 'SELL' ELSE 'BUY' END AS side,
  round(f.cash_micros::numeric / nullif(f.size_micros, 0), 6) AS price,
  f.size_micros * 0.000001 AS size,
  f.cash_micros * 0.000001 AS usd_amount,
  -- a fee taken in shares is worth what the fill itself paid for them
  CASE WHEN f.fee_in_shares
    THEN round(f.fee_micros::numeric * f.cash_micros / nullif(f.size_micros, 0) * 0.000001, 6)
    ELSE f.fee_micros * 0.000001 END AS fee_usd,
  -- null: settled alone, without a match
  CASE WHEN f.match_log_index >= 0 THEN f.block_number || '-' || f.match_log_index END AS match_id,
  f.block_number <= (SELECT finalized_block FROM flow.chain_state) AS is_final,
  f.occurred_at + f.known_delay_ms * interval '1 millisecond' AS known_at
FROM flow.fill f
-- Left joins to keys: a query that does not ask for their columns does not pay for them.
LEFT JOIN flow.exchange e ON e.exchange_key = f.exchange_key
LEFT JOIN flow.wallet w ON w.wallet_key = f.wallet_key
LEFT JOIN flow.wallet c ON c.wallet_key = f.counterparty_key
LEFT JOIN flow.token t ON t.token_key = f.token_key
LEFT JOIN flow.market m ON m.market_key = t.market_key;

-- Every market we know of; the last five columns are null until it resolves.
CREATE VIEW orderflow_market_outcomes AS
SELECT
  '0x' || encode(m.condition_id, 'hex') AS market_id,
  m.title,
  m.slug,
  m.category,
  m.event_id,
  m.neg_risk,
  m.starts_at,
  m.ends_at,
  -- null after a split as well: nobody won alone
  CASE
    WHEN r.numerator_0 > 0 AND r.numerator_1 = 0 THEN coalesce(m.outcome_0, 'Yes')
    WHEN r.numerator_1 > 0 AND r.numerator_0 = 0 THEN coalesce(m.outcome_1, 'No')
  END AS winning_outcome,
  CASE WHEN r.market_key IS NOT NULL THEN ARRAY[
    round(r.numerator_0 / (r.numerator_0 + r.numerator_1), 6),
    round(r.numerator_1 / (r.numerator_0 + r.numerator_1), 6)] END AS payouts,
  round(r.numerator_0 / (r.numerator_0 + r.numerator_1), 6) AS final_price,
  r.resolved_at,
  r.block_number AS resolved_block
FROM flow.market m
LEFT JOIN flow.resolution r ON r.market_key = m.market_key;
`;

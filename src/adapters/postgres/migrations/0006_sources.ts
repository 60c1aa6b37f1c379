/** Where what is held came from: which endpoint delivered which blocks, how endpoints do, and what faster sources said. */
export const sourcesSql = `
-- flow.coverage in the pieces in which it was read, disjoint, never longer than a thousand blocks by following: who
-- delivered each, and the hashes of its ends, by which pieces are known to follow from each other.
CREATE TABLE flow.coverage_part (
  from_block int PRIMARY KEY,
  to_block int NOT NULL CHECK (to_block >= from_block),
  -- hashes are null where they were not held when the piece was written
  parent_hash bytea,
  first_hash bytea,
  last_hash bytea,
  endpoint text
) WITH (fillfactor = 70);

-- As last measured by the listener, so that other processes can show it. Names hold no secret.
CREATE TABLE flow.endpoint (
  name text PRIMARY KEY,
  place int NOT NULL,
  health jsonb NOT NULL,
  measured_at timestamptz NOT NULL
);

-- Trades that a faster source than the log told of. Never a fact: flow.fill is, and known_at there is when its log came.
CREATE TABLE flow.hinted_fill (
  source text NOT NULL,
  tx_hash bytea NOT NULL,
  wallet bytea NOT NULL,
  token_id numeric(78,0) NOT NULL,
  is_sell boolean NOT NULL,
  size_micros bigint NOT NULL,
  price_micros bigint NOT NULL,
  condition_id bytea,
  -- as the source says
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  -- when the log of the same fill came and where it stands; null: it has not, or not within the time it is waited for
  log_received_at timestamptz,
  block_number int,
  log_index int,
  PRIMARY KEY (tx_hash, wallet, token_id, is_sell, size_micros, source),
  CHECK ((log_received_at IS NULL) = (block_number IS NULL) AND (block_number IS NULL) = (log_index IS NULL))
);
CREATE INDEX hinted_fill_by_time ON flow.hinted_fill (received_at);

-- Lead in milliseconds: positive where the hint came before the log.
CREATE VIEW flow.hint_lead AS
SELECT source, count(*) AS hints, count(log_received_at) AS matched,
  min(received_at) AS first_at, max(received_at) AS last_at,
  percentile_cont(ARRAY[0.1, 0.5, 0.9]) WITHIN GROUP (ORDER BY lead_ms) AS lead_ms_p10_p50_p90,
  count(*) FILTER (WHERE lead_ms > 0)::float8 / nullif(count(log_received_at), 0) AS share_ahead
FROM (SELECT source, received_at, log_received_at,
    extract(epoch FROM log_received_at - received_at)::float8 * 1000 AS lead_ms FROM flow.hinted_fill) AS hint
GROUP BY source;

-- What statistics rest on: one row.
CREATE VIEW flow.coverage_summary AS
SELECT min(c.from_block) AS from_block, max(c.to_block) AS to_block,
  coalesce(sum(c.to_block - c.from_block + 1), 0)::bigint AS blocks,
  greatest(count(*) - 1, 0) AS holes,
  coalesce(max(c.to_block) - min(c.from_block) + 1 - sum(c.to_block - c.from_block + 1), 0)::bigint AS missing_blocks,
  -- without a hole from here up to the newest block
  max(c.from_block) AS unbroken_from_block,
  s.finalized_block, s.head_block,
  (SELECT count(*) FROM flow.quarantine) AS quarantined_logs
FROM flow.chain_state s LEFT JOIN flow.coverage c ON true
GROUP BY s.finalized_block, s.head_block;
`;

/** Redemptions, written before they are sent, and what resolved markets still owe. One writer: the settlement service. */
export const settlementSql = `
CREATE TABLE flow.redemption (
  condition_id bytea NOT NULL,
  attempt int NOT NULL CHECK (attempt > 0),
  -- what was signed, and the signature; numbers as "123n"
  request jsonb NOT NULL,
  signature text NOT NULL,
  -- null for what the relayer sends
  tx_hash bytea,
  payout_usd numeric(38,6) NOT NULL,
  signed_at timestamptz NOT NULL,
  -- null: surely never sent
  last_sent_at timestamptz,
  sends int NOT NULL DEFAULT 0,
  relay_id text,
  outcome text CHECK (outcome IN ('REDEEMED', 'FAILED', 'REPLACED')),
  reason text,
  finished_at timestamptz,
  PRIMARY KEY (condition_id, attempt)
);
CREATE INDEX redemption_open ON flow.redemption (signed_at) WHERE outcome IS NULL;

-- What is owed and is not cash yet; replaced whole with each look at the chain.
CREATE TABLE flow.claim (
  condition_id bytea PRIMARY KEY,
  shares_0 numeric(38,6) NOT NULL,
  shares_1 numeric(38,6) NOT NULL,
  payout_usd numeric(38,6) NOT NULL,
  -- why it is not redeemed; null: it will be
  obstacle text,
  read_at timestamptz NOT NULL
);
`;

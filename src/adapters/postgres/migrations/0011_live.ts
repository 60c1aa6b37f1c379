/** Orders at the venue, written before they are sent: what a restart has to know. No credentials in it. */
export const liveSql = `
CREATE TABLE flow.live_order (
  client_order_id text PRIMARY KEY,
  order_hash bytea NOT NULL UNIQUE,
  condition_id bytea NOT NULL,
  -- the order and its signature, as they are sent; amounts as "123n"
  signed jsonb NOT NULL,
  signed_at timestamptz NOT NULL,
  -- null: surely never sent
  last_sent_at timestamptz,
  sends int NOT NULL DEFAULT 0,
  is_known boolean NOT NULL DEFAULT false,
  trade_ids text[] NOT NULL DEFAULT '{}',
  trades jsonb NOT NULL DEFAULT '[]',
  result jsonb,
  finished_at timestamptz
);
CREATE INDEX live_order_open ON flow.live_order (signed_at) WHERE result IS NULL;
`;

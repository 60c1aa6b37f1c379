/** What the record of closed positions says about each signal type, and each wallet followed: what live trading asks. */
export const significanceSql = `
CREATE TABLE flow.significance (
  mode text NOT NULL CHECK (mode IN ('PAPER', 'LIVE')),
  signal_type text NOT NULL,
  -- the wallet that was followed; empty: all together
  source text NOT NULL,
  bets int NOT NULL,
  -- events, or markets that belong to none
  clusters int NOT NULL,
  -- USD per share after fees
  edge_per_share double precision,
  -- one-sided 95 % each, clustered by event; null with too few events
  lower_bound double precision,
  upper_bound double precision,
  verdict text NOT NULL CHECK (verdict IN ('proven', 'cannot tell', 'negative')),
  computed_at timestamptz NOT NULL,
  PRIMARY KEY (mode, signal_type, source)
);

CREATE VIEW public.orderflow_significance AS
SELECT mode, signal_type, nullif(source, '') AS source, bets, clusters, edge_per_share, lower_bound, upper_bound,
  verdict, computed_at
FROM flow.significance;
`;

/** Which variants of the strategy were tried on which stretch of the past: who looks often enough finds something. */
export const backtestSql = `
CREATE TABLE flow.variant (
  -- of everything that decides the outcome, the stretch included
  hash text PRIMARY KEY,
  from_at timestamptz NOT NULL,
  to_at timestamptz NOT NULL,
  parameters jsonb NOT NULL,
  verdict text NOT NULL,
  -- USD; null: none could be measured
  edge_per_share double precision,
  tried_at timestamptz NOT NULL,
  CHECK (to_at > from_at)
);
CREATE INDEX variant_by_time ON flow.variant (from_at, to_at);
`;

/** Sweeps: many variants over one past, worked out by any number of processes, each kept when it is done. */
export const sweepSql = `
CREATE TABLE flow.sweep (
  -- of the variants and of the data
  sweep_id text PRIMARY KEY,
  plan jsonb NOT NULL,
  begun_at timestamptz NOT NULL
);
CREATE TABLE flow.sweep_variant (
  sweep_id text NOT NULL REFERENCES flow.sweep ON DELETE CASCADE,
  -- as in flow.variant
  hash text NOT NULL,
  -- in the order of the grid
  place int NOT NULL,
  point jsonb NOT NULL,
  options jsonb NOT NULL,
  -- null: not worked out yet
  figures jsonb,
  finished_at timestamptz,
  PRIMARY KEY (sweep_id, hash),
  CHECK ((figures IS NULL) = (finished_at IS NULL))
);
`;

/** What backtests, sweeps, tables of research and models came to, kept for whoever did not sit at the terminal. */
export const reportsSql = `
CREATE TABLE flow.report (
  kind text NOT NULL CHECK (kind IN ('backtest', 'sweep', 'research')),
  -- of a backtest the variant's hash, of a sweep its own, of a table of research the hash of what was asked
  report_id text NOT NULL,
  title text NOT NULL,
  from_at timestamptz NOT NULL,
  to_at timestamptz NOT NULL,
  -- figures by name; src/ports/report-store.ts
  figures jsonb NOT NULL,
  -- self-contained HTML; null: an old one, or too large to keep
  page text,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (kind, report_id)
);
CREATE INDEX report_by_time ON flow.report (kind, made_at);
CREATE INDEX sweep_variant_by_hash ON flow.sweep_variant (hash);
CREATE TABLE flow.model (
  hash text PRIMARY KEY,
  -- all that the model file says
  card jsonb NOT NULL,
  trained_at timestamptz NOT NULL
);
`;

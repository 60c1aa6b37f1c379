/** More of the distribution of a reconciliation's errors, and why they are there. */
export const reconciliationSql = `
ALTER TABLE flow.reconciliation
  DROP COLUMN p95_error_usd, DROP COLUMN p95_relative,
  ADD COLUMN p90_error_usd numeric,
  ADD COLUMN p99_error_usd numeric,
  ADD COLUMN max_error_usd numeric,
  ADD COLUMN p90_relative double precision,
  ADD COLUMN p99_relative double precision,
  ADD COLUMN max_relative double precision,
  -- differences beyond rounding: [{cause, differences, size_usd}]
  ADD COLUMN causes jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN unexplained int NOT NULL DEFAULT 0;
CREATE INDEX reconciliation_by_measure ON flow.reconciliation (measure, id);
`;

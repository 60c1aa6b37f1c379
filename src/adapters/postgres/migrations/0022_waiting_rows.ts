/** What a step leaves to be written after its orders went out: a crash in between loses nothing of it. */
export const waitingRowsSql = `
ALTER TABLE flow.executor_state
  -- read by the executor alone, as it was written; every order writes it, so it is neither parsed nor compressed
  ALTER COLUMN money TYPE text USING money::text,
  ALTER COLUMN money SET STORAGE EXTERNAL,
  -- rows and alerts of the steps up to seq that their tables do not have yet; null: none
  ADD COLUMN waiting text;
ALTER TABLE flow.executor_state ALTER COLUMN waiting SET STORAGE EXTERNAL;
`;

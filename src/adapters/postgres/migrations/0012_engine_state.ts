/** What the engine stores so that it can be replayed and told apart, cheaply where its evidence is large. */
export const engineStateSql = `
-- of the state after this step; the last step of each commit has one
ALTER TABLE flow.journal ADD COLUMN state_hash text;
-- the engine's state after step money_seq without its evidence (episodes, panics): written whenever money moved
ALTER TABLE flow.executor_state ADD COLUMN money_seq bigint, ADD COLUMN money jsonb;
`;

/** Days of wallets are added up where a score reads them, once a run, and not with every few thousand fills. */
export const walletDayAddedSql = `
-- As flow.wallet_day, what blocks added to it since. Each wallet in here is in flow.score_due: its next score takes them over.
CREATE TABLE flow.wallet_day_added (
  wallet_key int NOT NULL,
  epoch_day int NOT NULL,
  fills bigint NOT NULL,
  volume_micros bigint NOT NULL,
  maker_volume_micros bigint NOT NULL
);
CREATE INDEX wallet_day_added_by_wallet ON flow.wallet_day_added (wallet_key);
`;

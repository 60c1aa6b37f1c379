/** Tiers that wait at their lines, wash clusters, and what was known of a wallet at any time. */
export const reputationRulesSql = `
-- Runs in a row that the score has stood past the tier's next line: above it where positive, below it where negative.
ALTER TABLE flow.wallet_score
  ADD COLUMN tier_runs smallint NOT NULL DEFAULT 0,
  ADD COLUMN largest_unit_micros numeric NOT NULL DEFAULT 0;
ALTER TABLE flow.score_history ADD COLUMN tier_runs smallint NOT NULL DEFAULT 0;
-- Those that the next run has to look at although nothing of theirs changed.
CREATE INDEX wallet_score_waiting ON flow.wallet_score (wallet_key) WHERE tier_runs <> 0;

ALTER TABLE flow.ledger_state
  -- a run that was cut short goes on as the same run
  ADD COLUMN is_run_open boolean NOT NULL DEFAULT false,
  -- days since 1970 that wash clusters were last looked for in, the last one not included; null: to be done
  ADD COLUMN wash_from int,
  ADD COLUMN wash_to int;

-- The tier before the open or last run, of the wallets that it has scored: so that a wallet scored twice in a run, or
-- again by a rebuild, counts the run once. trader_tier null: it had none.
CREATE TABLE flow.tier_before (wallet_key int PRIMARY KEY, tier_runs smallint NOT NULL, trader_tier text);

-- Members of clusters that trade among themselves. share: of the wallet's volume, against its own cluster.
CREATE TABLE flow.wallet_wash (
  wallet_key int PRIMARY KEY,
  -- the lowest wallet_key of the cluster
  cluster_key int NOT NULL,
  share double precision NOT NULL,
  found_at timestamptz NOT NULL
);

-- What was published stays as it was published; a new rule or a late fact makes a new row.
CREATE FUNCTION flow.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER score_history_is_kept BEFORE UPDATE OR DELETE ON flow.score_history
  FOR EACH STATEMENT EXECUTE FUNCTION flow.refuse_change();

-- What was known of a wallet at a time; no row where nothing was. Reads nothing that was written about a later time.
CREATE FUNCTION public.orderflow_reputation_as_of(wallet text, as_of timestamptz)
RETURNS TABLE (reputation_score double precision, confidence_score double precision, trader_tier text,
  follow_eligible boolean, ineligible_reason text, edge_per_share double precision, edge_lower_bound double precision,
  closed_markets int, score_version int, source text, calculated_at timestamptz)
LANGUAGE sql STABLE AS $$
  SELECT h.reputation_score, h.confidence_score, h.trader_tier, h.follow_eligible, h.ineligible_reason,
    h.edge_per_share, h.edge_lower_bound, h.closed_markets, h.score_version, h.source, h.calculated_at
  FROM flow.score_history h
  WHERE h.wallet_key = (SELECT w.wallet_key FROM flow.wallet w
      WHERE w.address = decode(substr(lower(orderflow_reputation_as_of.wallet), 3), 'hex'))
    AND h.calculated_at <= as_of
  ORDER BY h.calculated_at DESC, h.id DESC LIMIT 1
$$;

-- The same for queries that want one value; an unknown wallet is neutral.
CREATE FUNCTION public.orderflow_score_as_of(wallet text, as_of timestamptz) RETURNS double precision
LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT r.reputation_score FROM public.orderflow_reputation_as_of(wallet, as_of) r), 5.0)
$$;
CREATE FUNCTION public.orderflow_tier_as_of(wallet text, as_of timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT r.trader_tier FROM public.orderflow_reputation_as_of(wallet, as_of) r), 'AVERAGE')
$$;
`;

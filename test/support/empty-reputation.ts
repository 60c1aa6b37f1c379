import { sql } from "kysely";
import type { Database } from "../../src/adapters/postgres/connect.ts";

/** Back to the state after migration, as far as the reputation service's own tables go. */
export async function emptyReputation({ kysely }: Database): Promise<void> {
  await sql`TRUNCATE flow.unit, flow.wallet_day, flow.wallet_day_added, flow.wallet_sums, flow.wallet_score, flow.score_history, flow.ledger_range,
    flow.ledger_market, flow.ledger_waiting, flow.ledger_due, flow.score_due, flow.tier_before, flow.wallet_wash,
    flow.import_run, flow.import_wallet, flow.import_unit, flow.import_day, flow.reconciliation RESTART IDENTITY`.execute(
    kysely,
  );
  await sql`DELETE FROM flow.edge_prior WHERE known_from > '-infinity'`.execute(kysely);
  await sql`UPDATE flow.edge_population SET wallets = 0, markets = 0, markets_squared = 0, edge_sum = 0,
    sum_of_squares = 0, squared_sum_over_markets = 0`.execute(kysely);
  await sql`UPDATE flow.ledger_state SET scored_cutoff = NULL, score_version = NULL, published_at = NULL,
    owner_seq = 0, is_run_open = false, wash_from = NULL, wash_to = NULL`.execute(kysely);
}

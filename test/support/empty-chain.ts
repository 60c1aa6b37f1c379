import { sql } from "kysely";
import type { Database } from "../../src/adapters/postgres/connect.ts";

/** Back to the state after migration, as far as the chain's own tables go. */
export async function emptyChain({ kysely }: Database): Promise<void> {
  await sql`TRUNCATE flow.fill_packed, flow.wallet_activity, flow.wallet, flow.token, flow.market, flow.resolution,
    flow.quarantine, flow.block, flow.coverage, flow.coverage_part, flow.endpoint, flow.hinted_fill, flow.ingest, flow.reader_cursor,
    flow.lifecycle, flow.lifecycle_coverage, flow.neg_risk_market, flow.neg_risk_question, flow.protocol_event,
    flow.combo_leg, flow.wallet_owner, flow.wallet_label, flow.contract_upgrade, flow.contract_halt RESTART IDENTITY CASCADE`.execute(
    kysely,
  );
  await sql`UPDATE flow.chain_state SET finalized_block = -1, head_block = -1, follow_from_block = NULL`.execute(
    kysely,
  );
}

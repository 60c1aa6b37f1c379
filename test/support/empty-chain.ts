import { sql } from "kysely";
import type { Database } from "../../src/adapters/postgres/connect.ts";

/** Back to the state after migration, as far as the chain's own tables go. */
export async function emptyChain({ kysely }: Database): Promise<void> {
  await sql`TRUNCATE flow.fill_packed, flow.wallet_activity, flow.wallet, flow.token, flow.market, flow.resolution,
    flow.quarantine, flow.block, flow.coverage, flow.ingest, flow.reader_cursor RESTART IDENTITY CASCADE`.execute(
    kysely,
  );
  await sql`UPDATE flow.chain_state SET finalized_block = -1, head_block = -1`.execute(kysely);
}

import { sql } from "kysely";
import type { Database } from "../../src/adapters/postgres/connect.ts";

/** Back to the state after migration, as far as the executor's own tables go. */
export async function emptyExecutor({ kysely }: Database): Promise<void> {
  await sql`TRUNCATE flow.signal, flow.position, flow.trade_order, flow.own_fill, flow.control, flow.journal, flow.command,
    flow.executor_state, flow.performance_day, flow.alert_outbox, flow.significance RESTART IDENTITY CASCADE`.execute(
    kysely,
  );
  await sql`DELETE FROM flow.reader_cursor WHERE reader LIKE 'executor:%'`.execute(kysely);
}

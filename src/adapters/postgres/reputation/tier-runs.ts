/** Which run of the calculation it is, and what tier each wallet held before it: what hysteresis of tiers counts by. */
import { sql, type Transaction } from "kysely";
import { int4Array } from "../codecs.ts";
import type { Schema } from "../schema.ts";

type Trx = Transaction<Schema>;

/** Starts a run unless one goes on that was cut short. Wallets whose tier waits at a line are looked at in each. */
export async function openRun(trx: Trx): Promise<void> {
  const { is_run_open: isOpen } = await trx
    .selectFrom("flow.ledger_state")
    .select("is_run_open")
    .executeTakeFirstOrThrow();
  if (isOpen) return;
  await sql`TRUNCATE flow.tier_before`.execute(trx);
  await sql`INSERT INTO flow.score_due SELECT wallet_key FROM flow.wallet_score WHERE tier_runs <> 0
    ON CONFLICT DO NOTHING`.execute(trx);
  await sql`UPDATE flow.ledger_state SET is_run_open = true`.execute(trx);
}

export async function closeRun(trx: Trx): Promise<void> {
  await sql`UPDATE flow.ledger_state SET is_run_open = false WHERE is_run_open`.execute(trx);
}

/** What is calculated next belongs to the last run once more. */
export async function reopenRun(trx: Trx): Promise<void> {
  await sql`UPDATE flow.ledger_state SET is_run_open = true`.execute(trx);
}

/** Tiers before the open run, kept for as long as it is the last one; one that another version gave counts for nothing. */
export async function keepTiers(trx: Trx, walletKeys: readonly number[]): Promise<void> {
  await sql`INSERT INTO flow.tier_before (wallet_key, trader_tier, tier_runs)
    SELECT due.wallet_key, s.trader_tier, coalesce(s.tier_runs, 0)
    FROM unnest(${int4Array(walletKeys)}) AS due (wallet_key)
    LEFT JOIN flow.wallet_score s ON s.wallet_key = due.wallet_key
      AND s.score_version = (SELECT score_version FROM flow.ledger_state)
    ON CONFLICT DO NOTHING`.execute(trx);
}

/** Which blocks are in the ledger and which wait: the reader's side of flow.ingest. */
import { sql, type Transaction } from "kysely";
import { type BlockRange, mergeRanges, subtractRanges } from "../../../core/reputation/block-ranges.ts";
import type { EpochMs } from "../../../core/time/time.ts";
import type { Intake } from "../../../ports/reputation-store.ts";
import { boolArray, int4Array, ts } from "../codecs.ts";
import type { Schema } from "../schema.ts";
import { reopenRun } from "./tier-runs.ts";

type Trx = Transaction<Schema>;

const READER = "reputation";

export type LedgerRanges = { readonly applied: readonly BlockRange[]; readonly waiting: readonly BlockRange[] };

/** Held to the end of the transaction: what makes two services at once work one after the other. */
export async function lockLedger(trx: Trx): Promise<void> {
  await sql`SELECT 1 FROM flow.ledger_state FOR UPDATE`.execute(trx);
}

/**
 * As `lockLedger` against everybody but others that lock it this way: for steps that take different wallets. They may update
 * the row besides, which `FOR SHARE` would make a deadlock.
 */
export async function shareLedger(trx: Trx): Promise<void> {
  await sql`SELECT 1 FROM flow.ledger_state FOR KEY SHARE`.execute(trx);
}

/**
 * For a transaction that looks thousands of keys up in tables of millions of rows. With the costs of a spinning disk the
 * planner reads such a table as a whole, and joins by sorting or hashing all of it: at 400,000 wallets ten times the work.
 */
export async function lookUpByKey(trx: Trx): Promise<void> {
  await sql`SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)`.execute(trx);
}

export async function loadRanges(trx: Trx): Promise<LedgerRanges> {
  const rows = await trx.selectFrom("flow.ledger_range").selectAll().orderBy("from_block").execute();
  const of = (isApplied: boolean): readonly BlockRange[] =>
    rows
      .filter((row) => row.is_applied === isApplied)
      .map((row) => ({ fromBlock: row.from_block, toBlock: row.to_block }));
  return { applied: of(true), waiting: of(false) };
}

export async function saveRanges(trx: Trx, { applied, waiting }: LedgerRanges): Promise<void> {
  const all = [...applied, ...waiting];
  const isApplied = all.map((_, index) => index < applied.length);
  await trx.deleteFrom("flow.ledger_range").execute();
  await sql`INSERT INTO flow.ledger_range (from_block, to_block, is_applied) SELECT * FROM unnest(
    ${int4Array(all.map((r) => r.fromBlock))}, ${int4Array(all.map((r) => r.toBlock))}, ${boolArray(isApplied)})`.execute(
    trx,
  );
}

export async function takeIn(trx: Trx, at: EpochMs): Promise<Intake> {
  await lockLedger(trx);
  const cursor = await trx
    .selectFrom("flow.reader_cursor")
    .select("seq")
    .where("reader", "=", READER)
    .executeTakeFirst();
  const entries = await trx
    .selectFrom("flow.ingest")
    .select(["seq", "kind", "from_block", "to_block"])
    .where("seq", ">", cursor?.seq ?? 0n)
    .orderBy("seq")
    .execute();
  const last = entries.at(-1);
  if (last === undefined) return { entries: 0, mustReset: false };
  const { applied, waiting } = await loadRanges(trx);
  const highest = applied.at(-1)?.toBlock ?? -1;
  // Only finalized blocks are applied, and a retraction is seen before anything above it is: this is a broken promise
  // of the chain's provider, rare enough to start over.
  const mustReset = entries.some((entry) => entry.kind === "retract" && entry.from_block <= highest);
  if (!mustReset) {
    const extended = entries
      .filter((entry) => entry.kind === "extend")
      .map((entry) => ({ fromBlock: entry.from_block, toBlock: entry.to_block }));
    await saveRanges(trx, { applied, waiting: subtractRanges([...waiting, ...extended], applied) });
    await moveCursor(trx, last.seq, at);
  }
  return { entries: entries.length, mustReset };
}

export async function reset(trx: Trx, at: EpochMs): Promise<void> {
  await lockLedger(trx);
  const last = await trx.selectFrom("flow.ingest").select("seq").orderBy("seq", "desc").limit(1).executeTakeFirst();
  const coverage = await trx.selectFrom("flow.coverage").selectAll().execute();
  await sql`TRUNCATE flow.unit, flow.wallet_day, flow.wallet_day_added, flow.wallet_sums, flow.ledger_market,
    flow.ledger_waiting, flow.ledger_due`.execute(trx);
  await sql`INSERT INTO flow.score_due SELECT wallet_key FROM flow.wallet_score ON CONFLICT DO NOTHING`.execute(trx);
  const waiting = mergeRanges(coverage.map((row) => ({ fromBlock: row.from_block, toBlock: row.to_block })));
  await saveRanges(trx, { applied: [], waiting });
  await sql`UPDATE flow.ledger_state SET wash_to = NULL,
    owner_seq = (SELECT coalesce(max(seq), 0) FROM flow.wallet_owner)`.execute(trx);
  await reopenRun(trx);
  await moveCursor(trx, last?.seq ?? 0n, at);
}

async function moveCursor(trx: Trx, seq: bigint, at: EpochMs): Promise<void> {
  await sql`INSERT INTO flow.reader_cursor (reader, seq, updated_at) VALUES (${READER}, ${seq}::int8, ${ts(at)})
    ON CONFLICT (reader) DO UPDATE SET seq = excluded.seq, updated_at = excluded.updated_at`.execute(trx);
}

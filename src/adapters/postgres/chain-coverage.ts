import { sql, type Transaction } from "kysely";
import type { EpochMs } from "../../core/time/time.ts";
import type { CoverageRange, IngestEntry } from "../../ports/chain-store.ts";
import { int4Array, ts } from "./codecs.ts";
import { PREPARED } from "./pool.ts";
import type { Schema } from "./schema.ts";

type Trx = Transaction<Schema>;

/**
 * Makes writers of the chain's tables wait for each other, so that ingest entries become visible in the order of their
 * sequence and coverage does not change between reading and writing it.
 */
export async function lockChain(trx: Trx): Promise<{ finalizedBlock: number }> {
  const { rows } = await sql<{ finalized_block: number }>`
    SELECT finalized_block FROM flow.chain_state FOR UPDATE`.execute(trx);
  return { finalizedBlock: rows[0]?.finalized_block ?? -1 };
}

export type OpenedRange = {
  readonly finalizedBlock: number;
  /** The parts of the range that are not covered yet, in order. */
  readonly gaps: readonly CoverageRange[];
};

/** The lock, what is still to be written of the range, and a place for fills of these blocks: the first call of every range. */
export async function openRange(
  trx: Trx,
  { fromBlock, toBlock }: CoverageRange,
  fillBlocks: readonly number[],
): Promise<OpenedRange> {
  const { rows } = await sql<{ finalized_block: number | null; gaps: readonly number[] }>`${PREPARED}
    SELECT * FROM flow.open_range(${fromBlock}::int, ${toBlock}::int, ${int4Array(fillBlocks)})`.execute(trx);
  const { finalized_block = null, gaps: ends = [] } = rows[0] ?? {};
  const gaps: CoverageRange[] = [];
  for (let index = 0; index < ends.length; index += 2) {
    gaps.push({ fromBlock: ends[index] as number, toBlock: ends[index + 1] as number });
  }
  return { finalizedBlock: finalized_block ?? -1, gaps };
}

/** Ends coverage at `lastBlock`. @returns the highest block that was covered above it, or null. */
export async function uncoverAbove(trx: Trx, lastBlock: number): Promise<number | null> {
  const { rows } = await sql<{ highest: number | null }>`
    SELECT max(to_block) AS highest FROM flow.coverage WHERE to_block > ${lastBlock}`.execute(trx);
  for (const table of ["flow.coverage", "flow.lifecycle_coverage"]) {
    await sql`DELETE FROM ${sql.raw(table)} WHERE from_block > ${lastBlock}`.execute(trx);
    await sql`UPDATE ${sql.raw(table)} SET to_block = ${lastBlock} WHERE to_block > ${lastBlock}`.execute(trx);
  }
  return rows[0]?.highest ?? null;
}

export async function appendIngest(
  trx: Trx,
  kind: IngestEntry["kind"],
  range: CoverageRange,
  committedAt: EpochMs,
): Promise<void> {
  await trx
    .insertInto("flow.ingest")
    .values({ kind, from_block: range.fromBlock, to_block: range.toBlock, committed_at: ts(committedAt) })
    .execute();
}

import { sql, type Transaction } from "kysely";
import type { EpochMs } from "../../core/time/time.ts";
import type { CoverageRange, IngestEntry } from "../../ports/chain-store.ts";
import { ts } from "./codecs.ts";
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

/** The parts of `fromBlock..toBlock` that are not covered yet, in order. */
export async function findGaps(trx: Trx, { fromBlock, toBlock }: CoverageRange): Promise<readonly CoverageRange[]> {
  const covered = await trx
    .selectFrom("flow.coverage")
    .select(["from_block", "to_block"])
    .where("to_block", ">=", fromBlock)
    .where("from_block", "<=", toBlock)
    .orderBy("from_block")
    .execute();
  const gaps: CoverageRange[] = [];
  let next = fromBlock;
  for (const range of covered) {
    if (range.from_block > next) gaps.push({ fromBlock: next, toBlock: range.from_block - 1 });
    next = range.to_block + 1;
  }
  if (next <= toBlock) gaps.push({ fromBlock: next, toBlock });
  return gaps;
}

/** What coverage is kept of: blocks that were read, and those of them whose effects were collected. */
type CoverageTable = "flow.coverage" | "flow.lifecycle_coverage";

/** Adds a range, merging it with those it overlaps or touches. */
export async function cover(
  trx: Trx,
  { fromBlock, toBlock }: CoverageRange,
  table: CoverageTable = "flow.coverage",
): Promise<void> {
  const { rows } = await sql<{ from_block: number | null; to_block: number | null }>`
    WITH merged AS (
      DELETE FROM ${sql.raw(table)} WHERE to_block >= ${fromBlock - 1} AND from_block <= ${toBlock + 1}
      RETURNING from_block, to_block)
    SELECT min(from_block) AS from_block, max(to_block) AS to_block FROM merged`.execute(trx);
  const { from_block = null, to_block = null } = rows[0] ?? {};
  await trx
    .insertInto(table)
    .values({
      from_block: Math.min(fromBlock, from_block ?? fromBlock),
      to_block: Math.max(toBlock, to_block ?? toBlock),
    })
    .execute();
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

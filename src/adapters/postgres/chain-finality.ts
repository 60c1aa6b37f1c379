import { sql, type Transaction } from "kysely";
import { TransientError } from "../../core/errors.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { BlockRangeRecord } from "../../ports/chain-store.ts";
import { lockChain } from "./chain-coverage.ts";
import { ts } from "./codecs.ts";
import { PREPARED } from "./pool.ts";
import type { Schema } from "./schema.ts";

type Trx = Transaction<Schema>;

/** Hashes below the finalized mark that are kept, so that a listener which was away can still compare. */
const BLOCKS_KEPT = 256;

/** @throws TransientError when blocks up to the mark come from a node that does not hold them for final. */
export function checkFinal(record: BlockRangeRecord, { finalizedBlock }: { readonly finalizedBlock: number }): void {
  const mustBeFinal = Math.min(record.toBlock, finalizedBlock);
  const calledFinal = record.finalizedBlock ?? -1;
  if (record.fromBlock > mustBeFinal || calledFinal >= mustBeFinal) return;
  throw new TransientError("RANGE_NOT_FINAL", "the endpoint does not hold for final what is final here", {
    fromBlock: record.fromBlock,
    finalizedBlock,
    calledFinal,
  });
}

/** Forward, never back. */
export async function moveMark(trx: Trx, finalizedBlock: number, headBlock: number, at: EpochMs): Promise<void> {
  await sql`${PREPARED}SELECT flow.move_mark(${finalizedBlock}::int, ${headBlock}::int, ${BLOCKS_KEPT}::int, ${ts(at)})`.execute(
    trx,
  );
}

/** The same, but not over the first block above the mark that is remembered. */
export async function settleMark(trx: Trx, finalizedBlock: number, at: EpochMs): Promise<void> {
  const mark = await lockChain(trx);
  const { rows } = await sql<{ first: number | null }>`
    SELECT min(block_number) AS first FROM flow.block WHERE block_number > ${mark.finalizedBlock}`.execute(trx);
  const first = rows[0]?.first ?? null;
  await moveMark(trx, first === null ? finalizedBlock : Math.min(finalizedBlock, first - 1), finalizedBlock, at);
}

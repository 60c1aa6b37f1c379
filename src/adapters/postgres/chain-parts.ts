import { sql, type Transaction } from "kysely";
import type { BlockRangeRecord, CoverageRange } from "../../ports/chain-store.ts";
import { bytesOrNull, ts } from "./codecs.ts";
import { PREPARED } from "./pool.ts";
import type { Schema } from "./schema.ts";

type Trx = Transaction<Schema>;

/** Following commits block by block: as long as one endpoint goes on, its blocks become one part up to this length. */
const PART_BLOCKS_MAX = 1_000;

/** Notes that a gap was read, who delivered it, and the hashes of its ends as far as the record has them. */
export async function closeGap(trx: Trx, gap: CoverageRange, record: BlockRangeRecord): Promise<void> {
  const { fromBlock, toBlock } = gap;
  const held = [...record.blocks, ...(record.origin === undefined ? [] : [record.origin.first, record.origin.last])];
  const first = held.find(({ number }) => number === fromBlock);
  const last = held.find(({ number }) => number === toBlock);
  await sql`${PREPARED}SELECT flow.close_gap(${fromBlock}::int, ${toBlock}::int, ${record.effects !== undefined}::boolean,
    ${record.origin?.endpoint ?? null}::text, ${bytesOrNull(first?.parentHash ?? null)}, ${bytesOrNull(first?.hash ?? null)},
    ${bytesOrNull(last?.hash ?? null)}, ${PART_BLOCKS_MAX}::int, ${ts(record.committedAt)})`.execute(trx);
}

/** Call while the hash of `lastBlock` is still held, if it is. */
export async function cutParts(trx: Trx, lastBlock: number): Promise<void> {
  await sql`DELETE FROM flow.coverage_part WHERE from_block > ${lastBlock}`.execute(trx);
  await sql`UPDATE flow.coverage_part SET to_block = ${lastBlock},
    last_hash = (SELECT hash FROM flow.block WHERE block_number = ${lastBlock})
    WHERE to_block > ${lastBlock}`.execute(trx);
}

import { sql, type Transaction } from "kysely";
import type { BlockRangeRecord, CoverageRange } from "../../ports/chain-store.ts";
import { bytesOrNull } from "./codecs.ts";
import type { Schema } from "./schema.ts";

type Trx = Transaction<Schema>;

/** Following commits block by block: as long as one endpoint goes on, its blocks become one part up to this length. */
const PART_BLOCKS_MAX = 1_000;

/** Notes who delivered a newly covered range, and the hashes of its ends as far as the record has them. */
export async function insertPart(trx: Trx, gap: CoverageRange, record: BlockRangeRecord): Promise<void> {
  const { fromBlock, toBlock } = gap;
  const held = [...record.blocks, ...(record.origin === undefined ? [] : [record.origin.first, record.origin.last])];
  const first = held.find(({ number }) => number === fromBlock);
  const last = held.find(({ number }) => number === toBlock);
  const endpoint = record.origin?.endpoint ?? null;
  const parentHash = bytesOrNull(first?.parentHash ?? null);
  const lastHash = bytesOrNull(last?.hash ?? null);
  await sql`
    WITH grown AS (
      UPDATE flow.coverage_part SET to_block = ${toBlock}::int, last_hash = ${lastHash}
      WHERE from_block = (SELECT max(from_block) FROM flow.coverage_part WHERE from_block < ${fromBlock}::int)
        AND to_block = ${fromBlock - 1}::int AND last_hash = ${parentHash}
        AND endpoint IS NOT DISTINCT FROM ${endpoint}::text AND ${toBlock}::int - from_block < ${PART_BLOCKS_MAX}::int
      RETURNING 1)
    INSERT INTO flow.coverage_part (from_block, to_block, parent_hash, first_hash, last_hash, endpoint)
    SELECT ${fromBlock}::int, ${toBlock}::int, ${parentHash}, ${bytesOrNull(first?.hash ?? null)}, ${lastHash}, ${endpoint}::text
    WHERE NOT EXISTS (SELECT 1 FROM grown)`.execute(trx);
}

/** Call while the hash of `lastBlock` is still held, if it is. */
export async function cutParts(trx: Trx, lastBlock: number): Promise<void> {
  await sql`DELETE FROM flow.coverage_part WHERE from_block > ${lastBlock}`.execute(trx);
  await sql`UPDATE flow.coverage_part SET to_block = ${lastBlock},
    last_hash = (SELECT hash FROM flow.block WHERE block_number = ${lastBlock})
    WHERE to_block > ${lastBlock}`.execute(trx);
}

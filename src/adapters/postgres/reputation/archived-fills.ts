/** Fills that left the database for the archive, brought back for the ledger to be computed from again. */
import { type RawBuilder, sql, type Transaction } from "kysely";
import { assert } from "../../../core/assert.ts";
import type { BlockRange } from "../../../core/reputation/block-ranges.ts";
import type { ArchivedFill } from "../../../ports/archive.ts";
import { boolArray, bytesArray, int4Array, int8Array, numericArray, tsArray } from "../codecs.ts";
import type { Schema } from "../schema.ts";

type Trx = Transaction<Schema>;

/** A relation with the columns of flow.fill that the ledger reads. */
export type FillTable = RawBuilder<unknown>;
export const HOT_FILLS: FillTable = sql.raw("flow.fill");

type Part = BlockRange & { readonly isArchived: boolean };

/** The first blocks of the range, as far as their fills are all in one archive file, or all in the database. */
export async function partAtStart(trx: Trx, { fromBlock, toBlock }: BlockRange): Promise<Part> {
  const file = await trx
    .selectFrom("flow.archive_file")
    .select(["from_block", "to_block"])
    .where("content", "=", "fill")
    .where("source", "=", "chain")
    .where("to_block", ">=", fromBlock)
    .where("from_block", "<=", toBlock)
    .orderBy("from_block")
    .limit(1)
    .executeTakeFirst();
  if (file === undefined || file.from_block === null || file.to_block === null) {
    return { fromBlock, toBlock, isArchived: false };
  }
  return file.from_block <= fromBlock
    ? { fromBlock, toBlock: Math.min(toBlock, file.to_block), isArchived: true }
    : { fromBlock, toBlock: file.from_block - 1, isArchived: false };
}

/** Wallets and tokens are never forgotten, so every archived fill finds its keys. */
export async function stageFills(trx: Trx, fills: readonly ArchivedFill[]): Promise<FillTable> {
  await sql`CREATE TEMP TABLE ledger_fill (occurred_at timestamptz, size_micros bigint, cash_micros bigint,
    fee_micros bigint, block_number int, log_index int, wallet_key int, token_key int, is_sell boolean, is_maker boolean,
    fee_in_shares boolean) ON COMMIT DROP`.execute(trx);
  const staged = await sql`INSERT INTO ledger_fill
    SELECT a.occurred_at, a.size, a.cash, a.fee, a.block, a.log, w.wallet_key, t.token_key, a.is_sell, a.is_maker,
      a.fee_in_shares
    FROM unnest(${tsArray(fills.map((f) => f.occurredAt))}, ${int8Array(fills.map((f) => f.size))},
      ${int8Array(fills.map((f) => f.cash))}, ${int8Array(fills.map((f) => f.fee))},
      ${int4Array(fills.map((f) => f.blockNumber))}, ${int4Array(fills.map((f) => f.logIndex))},
      ${bytesArray(fills.map((f) => f.wallet))}, ${numericArray(fills.map((f) => f.tokenId))},
      ${boolArray(fills.map((f) => f.side === "SELL"))}, ${boolArray(fills.map((f) => f.role === "maker"))},
      ${boolArray(fills.map((f) => f.feeAsset === "shares"))})
      AS a (occurred_at, size, cash, fee, block, log, wallet, token, is_sell, is_maker, fee_in_shares)
    JOIN flow.wallet w ON w.address = a.wallet JOIN flow.token t ON t.token_id = a.token`.execute(trx);
  const known = Number(staged.numAffectedRows ?? 0n);
  assert(known === fills.length, "wallet and token of every archived fill are known", { fills: fills.length, known });
  return sql.raw("ledger_fill");
}

import { stat } from "node:fs/promises";
import type { DuckDBValue } from "@duckdb/node-api";
import { epochMs } from "../../core/time/time.ts";
import type { RowsSummary } from "../../ports/archive.ts";
import type { Duckdb } from "./duckdb.ts";

export type Summarised = { readonly summary: RowsSummary; readonly fileBytes: number };

/** Sums, ends and times of a relation with the columns of a fill file or an evidence file; null when it has no row. */
export async function summariseRelation(duckdb: Duckdb, relation: string): Promise<RowsSummary | null> {
  const [row] = await duckdb.rows(`SELECT count(*) AS rows, sum(size_micros)::VARCHAR AS size,
    sum(cash_micros)::VARCHAR AS cash, coalesce(sum(fee_micros), 0)::VARCHAR AS fee,
    epoch_ms(min(timestamp))::DOUBLE AS first_at, epoch_ms(max(timestamp))::DOUBLE AS last_at,
    min((block_number::BIGINT << 32) | log_index) AS first, max((block_number::BIGINT << 32) | log_index) AS last
    FROM ${relation}`);
  if (row === undefined || row.rows === 0n) return null;
  return {
    rows: Number(row.rows),
    size: BigInt(row.size as string),
    cash: BigInt(row.cash as string),
    fee: BigInt(row.fee as string),
    first: positionOf(row.first),
    last: positionOf(row.last),
    firstAt: epochMs(row.first_at as number),
    lastAt: epochMs(row.last_at as number),
  };
}

const positionOf = (packed: DuckDBValue | undefined): RowsSummary["first"] =>
  typeof packed === "bigint" ? { blockNumber: Number(packed >> 32n), logIndex: Number(packed & 0xffff_ffffn) } : null;

/**
 * A number that depends on every value of every row and not on their order: two relations with the same one hold the
 * same rows. (`bit_xor` alone would not see a row that is there twice, `sum` of the same hashes does.)
 */
export async function fingerprint(duckdb: Duckdb, columns: readonly string[], relation: string): Promise<string> {
  const hash = `hash(${columns.join(", ")})`;
  const [row] = await duckdb.rows(
    `SELECT count(*)::VARCHAR || ':' || coalesce(bit_xor(${hash}), 0)::VARCHAR || ':' ||
      coalesce(sum(${hash}), 0)::VARCHAR AS print FROM ${relation}`,
  );
  return row?.print as string;
}

export const sizeOf = async (path: string): Promise<number> => (await stat(path)).size;

/**
 * Whole rows as the database's own text of a record, `(1,t,,"2026-01-08 00:00:00+00")`, for tables without text columns.
 * Measured on PGlite with flow.unit (33 columns): reading 20,000 rows 0.15 s against 0.9 s column by column, writing
 * 10,000 rows 0.2 s against 0.4 s as one array per column.
 */
import { type RawBuilder, sql } from "kysely";
import { type EpochMs, epochMs } from "../../../core/time/time.ts";

export type Field = string | number | bigint | boolean | EpochMs | null;

/** @returns one text a field; "" is null. */
export const readRow = (text: string): readonly string[] => text.slice(1, -1).split(",");

export const readTime = (field: string | undefined): EpochMs | null =>
  field === undefined || field === ""
    ? null
    : epochMs(Date.parse(field.slice(1, -1).replace(" ", "T").replace("+00", "Z")));

export const writeTime = (at: EpochMs | null): string | null => (at === null ? null : new Date(at).toISOString());

/** An array of rows of `table`, with all of its columns in their order. */
export function rowArray(table: string, rows: readonly (readonly Field[])[]): RawBuilder<unknown> {
  const literal = rows.map((fields) => `"(${fields.map((field) => field ?? "").join(",")})"`).join(",");
  return sql`${`{${literal}}`}::${sql.raw(table)}[]`;
}

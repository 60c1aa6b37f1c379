import { type RawBuilder, sql } from "kysely";
import { InputError } from "../../../core/errors.ts";
import type { Cursor, Page, PageRequest, Row } from "../../../ports/read-side.ts";
import type { Database } from "../connect.ts";

type KeyType = "int4" | "int8" | "float8" | "numeric" | "timestamptz" | "text";

/** What rows are sorted by; together the keys tell any two rows apart. */
export type SortKey = { readonly by: RawBuilder<unknown>; readonly type: KeyType };

export type Listing = {
  readonly columns: RawBuilder<unknown>;
  readonly from: RawBuilder<unknown>;
  readonly where?: readonly RawBuilder<unknown>[];
  readonly keys: readonly SortKey[];
  /** Newest or largest first by default. */
  readonly ascending?: boolean;
  /** Joined to the rows of the page only, where `columns` cost much: `picked` of the sorted rows, then `join` to them as k. */
  readonly detail?: { readonly picked: RawBuilder<unknown>; readonly join: RawBuilder<unknown> };
};

/** What a cursor may hold; what somebody made up is refused before PostgreSQL has to. */
const SHAPES: Readonly<Record<KeyType, RegExp>> = {
  int4: /^-?\d{1,9}$/,
  int8: /^-?\d{1,18}$/,
  float8: /^(-?\d+(\.\d+)?(e[-+]?\d{1,3})?|-?Infinity)$/,
  numeric: /^-?\d{1,60}(\.\d{1,30})?$/,
  timestamptz: /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00|-?infinity)$/,
  text: /^[^\0]{0,200}$/,
};

/** Rows after the cursor, without counting those before it. */
export async function readPage({ kysely }: Database, listing: Listing, request: PageRequest): Promise<Page> {
  const { columns, from, where = [], keys, ascending = false, detail } = listing;
  const { limit, after } = request;
  const conditions = after === null ? where : [...where, beyond(keys, after, ascending)];
  const filter = conditions.length === 0 ? sql`` : sql`WHERE ${sql.join(conditions, sql` AND `)}`;
  const direction = ascending ? sql`ASC` : sql`DESC`;
  const order = sql.join(keys.map(({ by }) => sql`${by} ${direction}`));
  const keyColumns = sql.join(keys.map(({ by }, index) => sql`(${by})::text AS ${sql.ref(`cursor_${index}`)}`));
  const sorted = (shown: RawBuilder<unknown>) => sql<Row>`
    SELECT ${shown}, ${keyColumns} FROM ${from} ${filter} ORDER BY ${order} LIMIT ${limit + 1}`;
  const cursors = sql.join(keys.map((_, index) => sql`k.${sql.ref(`cursor_${index}`)}`));
  const statement =
    detail === undefined
      ? sorted(columns)
      : sql<Row>`SELECT ${columns}, ${cursors}
          FROM (${sorted(sql`${detail.picked}, row_number() OVER (ORDER BY ${order}) AS place`)}) k ${detail.join}
          ORDER BY k.place`;
  const { rows } = await statement.execute(kysely);
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { rows: shown, next: last === undefined ? null : keys.map((_, index) => String(last[`cursor_${index}`])) };
}

function beyond(keys: readonly SortKey[], after: Cursor, ascending: boolean): RawBuilder<unknown> {
  const isOurs = after.length === keys.length && keys.every(({ type }, index) => SHAPES[type].test(after[index] ?? ""));
  if (!isOurs) {
    throw new InputError("CURSOR_INVALID", "the cursor does not belong to this list; leave it out to start anew");
  }
  const bounds = keys.map(({ type }, index) => sql`${after[index]}::${sql.raw(type)}`);
  return sql`(${sql.join(keys.map(({ by }) => by))}) ${ascending ? sql`>` : sql`<`} (${sql.join(bounds)})`;
}

/** Conditions of the filters that are set. */
export const conditions = (
  ...given: readonly (RawBuilder<unknown> | undefined | false)[]
): readonly RawBuilder<unknown>[] => given.filter((condition) => condition !== undefined && condition !== false);

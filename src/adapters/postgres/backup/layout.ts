import { sql, type Transaction } from "kysely";
import { z } from "zod";
import { InputError } from "../../../core/errors.ts";
import type { Schema } from "../schema.ts";

/**
 * What of a database its rows do not say. Tables are in an order in which a row comes after those that it refers to, and
 * partitions stand as tables of their own.
 */
export const layoutSchema = z.object({
  migrations: z.array(z.string()),
  partitions: z.array(z.object({ parent: z.string(), table: z.string(), bounds: z.string() })),
  tables: z.array(
    z.object({
      table: z.string(),
      columns: z.array(z.string()),
      rows: z.number().int().nonnegative(),
      /** Rows are copied in this many pieces of at most `PAGES_A_SLICE` pages. */
      slices: z.number().int().nonnegative(),
    }),
  ),
  identities: z.array(z.object({ table: z.string(), column: z.string(), next: z.string() })),
});
export type Layout = z.infer<typeof layoutSchema>;

/** 16 MB of a table: the embedded engine holds a piece in memory while it is copied. */
export const PAGES_A_SLICE = 2_048;

/** Names come out of the catalog already quoted where they have to be. */
const TABLES = sql`(SELECT c.oid, c.oid::regclass::text AS name FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = 'flow' AND c.relkind = 'r' AND c.relname <> 'migration') t`;

/**
 * Locks the tables against being dropped or rewritten until the transaction ends, then describes them.
 * @throws InputError where there are none
 */
export async function readLayout(trx: Transaction<Schema>): Promise<Layout> {
  const { rows: names } = await sql<{ name: string }>`SELECT name FROM ${TABLES} ORDER BY name`.execute(trx);
  if (names.length === 0) throw new InputError("NOTHING_THERE", "the database has no tables of orderflow");
  await sql.raw(`LOCK TABLE ${names.map(({ name }) => name).join(", ")} IN ACCESS SHARE MODE`).execute(trx);
  return {
    migrations: await readMigrations(trx),
    partitions: await readPartitions(trx),
    tables: await readTables(trx),
    identities: await readIdentities(trx),
  };
}

async function readMigrations(trx: Transaction<Schema>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`SELECT name FROM flow.migration ORDER BY name`.execute(trx);
  return rows.map(({ name }) => name);
}

async function readPartitions(trx: Transaction<Schema>): Promise<Layout["partitions"]> {
  const { rows } = await sql<Layout["partitions"][number]>`
    SELECT i.inhparent::regclass::text AS parent, t.name AS table, pg_get_expr(c.relpartbound, c.oid) AS bounds
    FROM ${TABLES} JOIN pg_class c ON c.oid = t.oid JOIN pg_inherits i ON i.inhrelid = t.oid
    WHERE c.relispartition ORDER BY t.name`.execute(trx);
  return rows;
}

type TableRow = { readonly name: string; readonly columns: string[]; readonly pages: number };

async function readTables(trx: Transaction<Schema>): Promise<Layout["tables"]> {
  // A generated column computes itself again.
  const { rows: found } = await sql<TableRow>`
    SELECT t.name, (pg_relation_size(t.oid) / current_setting('block_size')::int)::int AS pages,
      (SELECT array_agg(quote_ident(a.attname) ORDER BY a.attnum) FROM pg_attribute a
        WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns
    FROM ${TABLES} ORDER BY t.name`.execute(trx);
  const { rows: references } = await sql<{ from: string; to: string }>`
    SELECT conrelid::regclass::text AS from, confrelid::regclass::text AS to FROM pg_constraint
    WHERE contype = 'f' AND conrelid <> confrelid`.execute(trx);
  const tables: Layout["tables"] = [];
  for (const { name, columns, pages } of inOrder(found, references)) {
    const { rows } = await sql<{ n: bigint }>`SELECT count(*) AS n FROM ${sql.raw(name)}`.execute(trx);
    tables.push({ table: name, columns, rows: Number(rows[0]?.n ?? 0n), slices: Math.ceil(pages / PAGES_A_SLICE) });
  }
  return tables;
}

function inOrder(
  tables: readonly TableRow[],
  references: readonly { readonly from: string; readonly to: string }[],
): readonly TableRow[] {
  const ordered = new Map<string, TableRow>();
  const place = (table: TableRow): void => {
    if (ordered.has(table.name)) return;
    for (const { to } of references.filter(({ from }) => from === table.name)) {
      const referred = tables.find(({ name }) => name === to);
      if (referred !== undefined) place(referred);
    }
    ordered.set(table.name, table);
  };
  tables.forEach(place);
  return [...ordered.values()];
}

async function readIdentities(trx: Transaction<Schema>): Promise<Layout["identities"]> {
  const { rows: columns } = await sql<{ table: string; column: string; sequence: string }>`
    SELECT t.name AS table, a.attname AS column, pg_get_serial_sequence(t.name, a.attname) AS sequence
    FROM ${TABLES} JOIN pg_attribute a ON a.attrelid = t.oid
    WHERE a.attidentity <> '' AND NOT a.attisdropped ORDER BY t.name, a.attnum`.execute(trx);
  const identities: Layout["identities"] = [];
  for (const { table, column, sequence } of columns) {
    const { rows } = await sql<{ next: bigint }>`
      SELECT CASE WHEN is_called THEN last_value + 1 ELSE last_value END AS next FROM ${sql.raw(sequence)}`.execute(
      trx,
    );
    identities.push({ table, column, next: (rows[0]?.next ?? 1n).toString() });
  }
  return identities;
}

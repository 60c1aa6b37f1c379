import { sql } from "kysely";
import type { Database } from "../../src/adapters/postgres/connect.ts";

type Column = {
  readonly name: string;
  readonly type: string;
  readonly length: number | null;
  readonly refers: string | null;
};
type Table = { readonly name: string; readonly columns: readonly Column[]; readonly checks: readonly string[] };

/** A value that the type allows; `attempt` makes another one. */
const VALUES: Readonly<Record<string, (attempt: number, column: Column) => string>> = {
  text: (attempt) => `'t${attempt}'`,
  bytea: (attempt, { length }) => `decode('${`0${attempt % 10}`.repeat(length ?? 32)}', 'hex')`,
  boolean: (attempt) => (attempt % 2 === 0 ? "true" : "false"),
  jsonb: () => `'{}'`,
  "timestamp with time zone": () => `'2026-11-01T00:00:00Z'`,
  date: () => `'2026-11-01'`,
};
const number = (attempt: number): string => String([1, 0, 2, 5, 10, 1_000][attempt % 6]);
const ATTEMPTS = 12;

/**
 * Puts a row into every table that was not seen before, as the tables are now, whatever their constraints: what they refer to
 * is taken from there, and a text that a check limits to a list is taken from the list.
 * @param seen tables of earlier calls; those of this one are added
 * @returns the tables that have a row now
 */
export async function seedRows(db: Database, seen: Set<string>): Promise<readonly string[]> {
  await makePartitions(db);
  const fresh = await readTables(db, [...seen]);
  const filled = new Set<string>();
  // What another one refers to comes first; three rounds are deeper than the references go.
  for (let round = 0; round < 3; round += 1) {
    for (const table of fresh) {
      if (!filled.has(table.name) && ((await hasRows(db, table.name)) || (await fill(db, table))))
        filled.add(table.name);
    }
  }
  for (const { name } of fresh) seen.add(name);
  return [...filled];
}

async function readTables({ kysely }: Database, seen: readonly string[]): Promise<readonly Table[]> {
  const { rows } = await sql<Table>`
    SELECT c.relname AS name,
      (SELECT json_agg(json_build_object('name', quote_ident(a.attname), 'type', format_type(a.atttypid, NULL),
          'length', (SELECT substring(pg_get_constraintdef(k.oid) FROM 'length[(]' || a.attname || '[)] = ([0-9]+)')::int
            FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c' AND pg_get_constraintdef(k.oid) LIKE '%length(' || a.attname || ')%' LIMIT 1),
          'refers', (SELECT 'SELECT ' || quote_ident(fa.attname) || ' FROM ' || k.confrelid::regclass || ' LIMIT 1' FROM pg_constraint k
            JOIN pg_attribute fa ON fa.attrelid = k.confrelid AND fa.attnum = k.confkey[array_position(k.conkey, a.attnum)]
            WHERE k.conrelid = c.oid AND k.contype = 'f' AND a.attnum = ANY (k.conkey) LIMIT 1)) ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = '' AND a.attgenerated = '') AS columns,
      coalesce((SELECT json_agg(pg_get_constraintdef(k.oid)) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'), '[]') AS checks
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'flow' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'migration'
      AND c.relname <> ALL (${sql.lit(`{${seen.join()}}`)}::text[])
    ORDER BY c.relname`.execute(kysely);
  return rows;
}

/** Fills and effects lie in partitions by block, of 50,000 blocks each. */
async function makePartitions({ kysely }: Database): Promise<void> {
  const { rows } = await sql<{ name: string }>`SELECT c.relname AS name FROM pg_class c WHERE c.relkind = 'p'
    AND NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhparent = c.oid)`.execute(kysely);
  for (const { name } of rows)
    await sql
      .raw(`CREATE TABLE flow.${name}_0 PARTITION OF flow.${name} FOR VALUES FROM (0) TO (50000)`)
      .execute(kysely);
}

async function hasRows({ kysely }: Database, table: string): Promise<boolean> {
  return (await sql`SELECT 1 FROM ${sql.table(`flow.${table}`)} LIMIT 1`.execute(kysely)).rows.length > 0;
}

async function fill({ kysely }: Database, { name, columns, checks }: Table): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const values = columns.map((column) => makeValue(column, checks, attempt));
    const insert = `INSERT INTO flow.${name} (${columns.map((each) => each.name).join()}) VALUES (${values.join()})`;
    const done = await sql
      .raw(insert)
      .execute(kysely)
      .then(
        () => true,
        () => false,
      );
    if (done) return true;
  }
  return false;
}

function makeValue(column: Column, checks: readonly string[], attempt: number): string {
  if (column.refers !== null) return `(${column.refers})`;
  if (column.type.endsWith("[]")) return "'{}'";
  const limits = checks.find((check) => new RegExp(`\\(${column.name} = ANY|\\(\\(?${column.name} = '`).test(check));
  const allowed = [...(limits?.matchAll(/'([^']+)'::text/g) ?? [])].map(([, value]) => value);
  if (allowed.length > 0) return `'${allowed[attempt % allowed.length]}'`;
  return (VALUES[column.type] ?? number)(attempt, column);
}

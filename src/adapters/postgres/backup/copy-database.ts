/**
 * All rows of a database out of it, and into an empty one: the way of backups, of their restoration, and from the embedded
 * engine to a server. It is done by our own tables' names and COPY alone, so it needs no tool of a server's version, and
 * works between engines.
 */
import { sql, type Transaction } from "kysely";
import { AbortedError, ConfigError, InvariantError } from "../../../core/errors.ts";
import type { Database } from "../connect.ts";
import { migrateWithin, migrations } from "../migrate.ts";
import { grantRoles } from "../roles.ts";
import type { Schema } from "../schema.ts";
import { type Layout, PAGES_A_SLICE, readLayout } from "./layout.ts";

/** Lines of CSV, one row each. */
export type SliceRows = AsyncIterable<Uint8Array<ArrayBuffer>>;
/** A piece of a table: its rows are read to their end before the next piece begins. */
export type Slice = { readonly table: string; readonly index: number };
export type CopyProgress = { readonly table: string; readonly rowsDone: number; readonly rows: number };

/**
 * Everything as of one moment, beside services that go on writing.
 * @param write takes each slice; called again from the first one when the database's connection broke
 * @throws AbortedError, TransientError
 */
export function dumpDatabase(
  db: Database,
  write: (slice: Slice, rows: SliceRows) => Promise<void>,
  onProgress: (progress: CopyProgress) => void,
  signal: AbortSignal,
): Promise<Layout> {
  return db.transaction(async (trx) => {
    await sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`.execute(trx);
    const layout = await readLayout(trx);
    await eachSlice(layout, onProgress, signal, (slice, columns) => write(slice, copySlice(db, trx, slice, columns)));
    return layout;
  });
}

/**
 * Into a database that has no tables of ours yet: those of the layout's version are made, filled, compared by their counts,
 * and brought to this version, all of it or nothing.
 * @throws ConfigError when the database is in use or the layout is of a version that this one does not know
 */
export async function loadDatabase(
  db: Database,
  layout: Layout,
  read: (slice: Slice) => SliceRows,
  onProgress: (progress: CopyProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const released = migrations.slice(0, layout.migrations.length);
  if (released.map(({ name }) => name).join() !== layout.migrations.join())
    throw new ConfigError([
      `the backup is of a newer or another version (its last migration is ${layout.migrations.at(-1) ?? "none"}): use the version that made it, or a later one`,
    ]);
  await db.transaction(async (trx) => {
    await requireEmpty(trx);
    await migrateWithin(trx, released);
    await makePartitions(trx, layout);
    const names = layout.tables.map(({ table }) => table);
    // What migrations put there is among the rows; and what triggers keep is, too.
    await sql.raw(`TRUNCATE ${names.join(", ")}`).execute(trx);
    await switchTriggers(trx, names, "DISABLE");
    await eachSlice(layout, onProgress, signal, (slice, columns) =>
      db.copyInto(trx, slice.table, columns, { csv: read(slice) }),
    );
    await switchTriggers(trx, names, "ENABLE");
    await requireCounts(trx, layout);
    for (const { table, column, next } of layout.identities)
      await sql`SELECT setval(pg_get_serial_sequence(${table}, ${column}), ${next}::int8, false)`.execute(trx);
    await migrateWithin(trx, migrations);
    if (db.engine === "postgresql") await grantRoles(trx);
  });
}

/**
 * From one open database into another, a slice in memory at a time.
 * @throws ConfigError when the target is in use
 */
export async function copyDatabase(
  source: Database,
  target: Database,
  onProgress: (progress: CopyProgress) => void,
  signal: AbortSignal,
): Promise<Layout> {
  return source.transaction(async (from) => {
    await sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`.execute(from);
    const layout = await readLayout(from);
    const columns = new Map(layout.tables.map((each) => [each.table, each.columns]));
    const read = (slice: Slice): SliceRows => copySlice(source, from, slice, columns.get(slice.table) ?? []);
    await loadDatabase(target, layout, read, onProgress, signal);
    return layout;
  });
}

function copySlice(
  db: Database,
  trx: Transaction<Schema>,
  { table, index }: Slice,
  columns: readonly string[],
): SliceRows {
  const [from, to] = [index * PAGES_A_SLICE, (index + 1) * PAGES_A_SLICE];
  const query = `SELECT ${columns.join(", ")} FROM ONLY ${table} WHERE ctid >= '(${from},0)'::tid AND ctid < '(${to},0)'::tid`;
  return db.copyOut(trx, query) as SliceRows;
}

async function eachSlice(
  { tables }: Layout,
  onProgress: (progress: CopyProgress) => void,
  signal: AbortSignal,
  use: (slice: Slice, columns: readonly string[]) => Promise<void>,
): Promise<void> {
  const rows = tables.reduce((sum, each) => sum + each.rows, 0);
  let before = 0;
  for (const { table, columns, slices, rows: own } of tables) {
    for (let index = 0; index < slices; index += 1) {
      if (signal.aborted) throw new AbortedError();
      await use({ table, index }, columns);
      onProgress({ table, rowsDone: before + Math.round((own * (index + 1)) / slices), rows });
    }
    before += own;
  }
}

async function requireEmpty(trx: Transaction<Schema>): Promise<void> {
  const { rows } = await sql<{ found: string | null }>`SELECT to_regclass('flow.migration')::text AS found`.execute(
    trx,
  );
  if ((rows[0]?.found ?? null) !== null)
    throw new ConfigError([
      "the database has tables of orderflow already, and nothing is written over: name an empty one in DATABASE_URL, or an empty folder in DATA_DIR",
    ]);
}

async function makePartitions(trx: Transaction<Schema>, { partitions }: Layout): Promise<void> {
  for (const { parent, table, bounds } of partitions) {
    await sql.raw(`CREATE TABLE ${table} (LIKE ${parent} INCLUDING DEFAULTS)`).execute(trx);
    await sql.raw(`ALTER TABLE ${parent} ATTACH PARTITION ${table} ${bounds}`).execute(trx);
  }
}

async function switchTriggers(trx: Transaction<Schema>, names: readonly string[], how: "ENABLE" | "DISABLE") {
  for (const name of names) await sql.raw(`ALTER TABLE ${name} ${how} TRIGGER USER`).execute(trx);
}

async function requireCounts(trx: Transaction<Schema>, { tables }: Layout): Promise<void> {
  for (const { table, rows: wanted } of tables) {
    const { rows } = await sql<{ n: bigint }>`SELECT count(*) AS n FROM ${sql.raw(table)}`.execute(trx);
    const found = Number(rows[0]?.n ?? 0n);
    if (found !== wanted)
      throw new InvariantError("ROWS_LOST", `${table} had ${wanted} rows and has ${found} now`, { table });
  }
}

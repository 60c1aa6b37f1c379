// Goal: a backup of either engine, restored on either, is the same database to the last row, and goes on where it was.
// Method: simnet's chain is read and scored, one partition is archived; every table is compared by a digest of its rows.
import { cpSync, mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  createBackup,
  openBackup,
  readSlice,
  restoreArchive,
} from "../../src/adapters/postgres/backup/backup-folder.ts";
import { copyDatabase, dumpDatabase, loadDatabase } from "../../src/adapters/postgres/backup/copy-database.ts";
import { type Database, openDatabase } from "../../src/adapters/postgres/connect.ts";
import { migrate, migrations } from "../../src/adapters/postgres/migrate.ts";
import { startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { epochMs, HOUR_MS, MINUTE_MS } from "../../src/core/time/time.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { blankTemplate } from "../support/pglite-template.ts";
import { createReputationBench } from "../support/reputation-bench.ts";
import { readSimnetChain } from "../support/simnet-listener.ts";

const NOW = epochMs(Date.UTC(2026, 10, 20, 12));
const never = new AbortController().signal;
const quietly = (): void => {};
const digest = (text: string) => sql<{ digest: string; n: bigint }>`
  SELECT count(*) AS n, coalesce(md5(string_agg(x::text, chr(10) ORDER BY x::text)), '') AS digest FROM ${sql.raw(text)} x`;

/** Of every table with its rows in any order, partitions counted as their parents. */
async function digestOf(db: Database): Promise<Readonly<Record<string, string>>> {
  const { rows } = await sql<{ name: string }>`
    SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'flow' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'migration'
    ORDER BY 1`.execute(db.kysely);
  const digests: Record<string, string> = {};
  for (const { name } of rows) {
    const found = (await digest(name).execute(db.kysely)).rows[0];
    digests[name] = `${found?.n} ${found?.digest}`;
  }
  return digests;
}

const emptyEmbedded = async (): Promise<Database> =>
  openDatabase({ instance: await PGlite.create({ loadDataDir: await blankTemplate() }) });

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "orderflow-backup-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function backupOf(db: Database): Promise<string> {
  const target = join(folder, "backup");
  const backup = await createBackup(target);
  const layout = await dumpDatabase(db, backup.writeSlice, quietly, never);
  await backup.finish({ ...layout, program: "test" }, NOW);
  return target;
}

async function restored(from: string): Promise<Database> {
  const db = await emptyEmbedded();
  await loadDatabase(db, await openBackup(from), (slice) => readSlice(from, slice), quietly, never);
  return db;
}

describeOnEachEngine("a backup", (getDb) => {
  test("restored, it is the same database, and goes on where it was", { timeout: 120_000 }, async () => {
    const clock = createManualClock(NOW);
    const simnet = await startSimnet({ seed: "backup", port: 0, clock, history: 1, isManual: true });
    try {
      const bench = await createReputationBench(getDb(), { now: epochMs(NOW + HOUR_MS) });
      await readSimnetChain(getDb(), simnet, clock);
      await bench.service.calculate();
      const before = await digestOf(getDb());
      expect(Object.values(before).filter((each) => !each.startsWith("0 ")).length).toBeGreaterThan(15);

      const again = await restored(await backupOf(getDb()));
      expect(await digestOf(again)).toEqual(before);
      const directly = await emptyEmbedded();
      await copyDatabase(getDb(), directly, quietly, never);
      expect(await digestOf(directly)).toEqual(before);
      await directly.close();

      simnet.advanceTo(NOW + 10 * MINUTE_MS);
      await clock.advance(10 * MINUTE_MS);
      for (const db of [again, getDb()]) await readSimnetChain(db, simnet, clock);
      // When it was read differs, what was read does not.
      const trades = `(SELECT block_number, log_index, tx_hash, wallet_address, counterparty, token_id, side, size, usd_amount
        FROM orderflow_trades)`;
      const [ours, theirs] = [await digest(trades).execute(again.kysely), await digest(trades).execute(getDb().kysely)];
      expect(ours.rows).toEqual(theirs.rows);
      expect(`${ours.rows[0]?.n}`).not.toBe(before["flow.fill_packed"]?.split(" ")[0]);
      await again.close();
    } finally {
      await simnet.stop();
    }
  });
});

describe("what goes wrong", { timeout: 60_000 }, () => {
  let db: Database;
  beforeAll(async () => {
    db = await emptyEmbedded();
    await migrate(db);
  });
  afterAll(() => db.close());

  test("a backup of an older version is brought to this one", async () => {
    const old = await emptyEmbedded();
    await migrate(old, migrations.slice(0, 9));
    await sql`INSERT INTO flow.wallet (address) VALUES ('\\x01'::bytea)`.execute(old.kysely);
    const again = await restored(await backupOf(old));
    expect(await migrate(again)).toEqual([]);
    expect((await again.kysely.selectFrom("flow.wallet").selectAll().execute()).length).toBe(1);
    await Promise.all([old.close(), again.close()]);
  });

  test("one of a version that is not known yet is refused, and so is a database that is in use", async () => {
    const from = await backupOf(db);
    const manifest = await openBackup(from);
    const read = () => readSlice(from, { table: "flow.wallet", index: 0 });
    const newer = { ...manifest, migrations: [...manifest.migrations, "9999_later"] };
    const other = await emptyEmbedded();
    await expect(loadDatabase(other, newer, read, quietly, never)).rejects.toThrow(/9999_later.*use the version/);
    await expect(loadDatabase(db, manifest, read, quietly, never)).rejects.toThrow(/nothing is written over/);
    await other.close();
  });

  test("a damaged or unfinished backup is named, and a folder in use is not written to", async () => {
    const from = await backupOf(db);
    await expect(createBackup(from)).rejects.toThrow(/is not empty/);
    await expect(openBackup(join(folder, "elsewhere"))).rejects.toThrow(/no finished backup/);
    const damaged = join(folder, "damaged");
    cpSync(from, damaged, { recursive: true });
    truncateSync(join(damaged, "tables", "flow.exchange.00000.csv.zst"), 3);
    await expect(openBackup(damaged)).rejects.toThrow(/flow\.exchange\.00000\.csv\.zst is not what was written/);
  });

  test("rows that are lost on the way leave an empty database", async () => {
    const from = await backupOf(db);
    const manifest = await openBackup(from);
    const other = await emptyEmbedded();
    const nothing = () => readSlice(from, { table: "flow.ledger_state", index: 0 });
    const tables = manifest.tables.map((each) => (each.table === "flow.ledger_state" ? { ...each, rows: 2 } : each));
    const onlyOne = {
      ...manifest,
      tables: tables.map((each) => (each.rows === 2 ? each : { ...each, slices: 0, rows: 0 })),
    };
    await expect(loadDatabase(other, onlyOne, nothing, quietly, never)).rejects.toThrow(/had 2 rows and has 1 now/);
    const { rows } = await sql<{ n: string | null }>`SELECT to_regclass('flow.wallet')::text AS n`.execute(
      other.kysely,
    );
    expect(rows[0]?.n).toBeNull();
    await other.close();
  });

  test("the archive's files come along, and another file in their place is not written over", async () => {
    const [archive, target] = [join(folder, "archive"), join(folder, "restored")];
    cpSync(new URL("../../package.json", import.meta.url), join(archive, "fills", "a.parquet"));
    const backup = await createBackup(join(folder, "b"));
    const layout = await dumpDatabase(db, backup.writeSlice, quietly, never);
    await backup.takeArchiveFile(archive, join("fills", "a.parquet"));
    await expect(backup.takeArchiveFile(archive, "gone.parquet")).rejects.toThrow(
      /gone\.parquet, which cannot be read/,
    );
    await backup.finish({ ...layout, program: "test" }, NOW);
    const manifest = await openBackup(join(folder, "b"));
    expect(await restoreArchive(join(folder, "b"), manifest, target)).toBe(1);
    expect(await restoreArchive(join(folder, "b"), manifest, target)).toBe(1);
    truncateSync(join(target, "fills", "a.parquet"), 3);
    await expect(restoreArchive(join(folder, "b"), manifest, target)).rejects.toThrow(/is another file/);
  });
});

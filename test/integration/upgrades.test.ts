// Goal: a database of every earlier version comes up to this one with its rows, old and new versions side by side do no harm, and
// a version that must not write does not. Method: rows are put into every table as it was after each migration, and
// taken on; migrations that do not exist yet are made up, while a service is at work.
import { PGlite } from "@electric-sql/pglite";
import { sql } from "kysely";
import { afterAll, describe, expect, inject, test } from "vitest";
import { type Database, openDatabase } from "../../src/adapters/postgres/connect.ts";
import { type Migration, migrate, migrateWithin, migrations } from "../../src/adapters/postgres/migrate.ts";
import { createSchemaGuard, migrateOrWait } from "../../src/adapters/postgres/schema-guard.ts";
import { ConfigError } from "../../src/core/errors.ts";
import { epochMs } from "../../src/core/time/time.ts";
import { databaseUrl, describeOnEachEngine } from "../support/engines.ts";
import { createExecutorWorld } from "../support/executor-world.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { blankTemplate } from "../support/pglite-template.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";
import { seedRows } from "../support/seed-rows.ts";

const NOW = epochMs(Date.UTC(2026, 10, 21));
const adds: Migration = { name: "9998_adds", sql: "ALTER TABLE flow.signal ADD COLUMN mood text", oldMayStay: true };
const changes: Migration = { name: "9999_changes", sql: "ALTER TABLE flow.signal DROP COLUMN mood" };

async function upgradeStepByStep(db: Database): Promise<void> {
  const [seen, seeded] = [new Set<string>(), new Set<string>()];
  for (const index of migrations.keys()) {
    const known = migrations.slice(0, index + 1);
    // Roles are granted rights to all tables at once.
    if (known.length === migrations.length) await migrate(db);
    else await db.transaction((trx) => migrateWithin(trx, known));
    for (const table of await seedRows(db, seen)) seeded.add(table);
  }
  const { rows } = await sql<{ name: string; kind: string }>`
    SELECT c.relname AS name, c.relkind AS kind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE (n.nspname = 'flow' AND c.relkind IN ('r', 'p')) OR (c.relname LIKE 'orderflow%' AND c.relkind = 'v')`.execute(
    db.kysely,
  );
  const empty: string[] = [];
  for (const { name, kind } of rows) {
    if (kind === "v") await sql`SELECT * FROM ${sql.table(name)} LIMIT 0`.execute(db.kysely);
    else if (seeded.has(name)) {
      const found = await sql`SELECT 1 FROM ${sql.table(`flow.${name}`)} LIMIT 1`.execute(db.kysely);
      if (found.rows.length === 0) empty.push(name);
    }
  }
  expect(empty).toEqual([]);
  expect(seeded.size).toBeGreaterThan(60);
}

describe("a database of every earlier version comes up to this one with its rows", { timeout: 60_000 }, () => {
  test("[PGlite]", async () => {
    const db = await openDatabase({ instance: await PGlite.create({ loadDataDir: await blankTemplate() }) });
    await upgradeStepByStep(db).finally(() => db.close());
  });

  const server = inject("postgresUrl");
  test.skipIf(server === null)("[PostgreSQL]", async () => {
    const name = `upgrades_${process.pid}`;
    const admin = await openDatabase({ url: server ?? "" });
    try {
      await sql.raw(`CREATE DATABASE ${name}`).execute(admin.kysely);
      const db = await openDatabase({ url: databaseUrl(server ?? "", name) });
      await upgradeStepByStep(db).finally(() => db.close());
    } finally {
      await sql.raw(`DROP DATABASE IF EXISTS ${name} (FORCE)`).execute(admin.kysely);
      await admin.close();
    }
  });
});

describeOnEachEngine("old and new versions on one database", (getDb) => {
  const deps = () => ({ database: getDb(), clock: createManualClock(NOW), logger: createQuietLogger() });

  test("an executor trades on while a newer version adds to its tables, and the old one may start again", async () => {
    const world = await createExecutorWorld(getDb());
    const executor = world.start();
    await world.until(() => executor.service.health().ready);
    expect(await migrate(getDb(), [...migrations, adds])).toEqual(["9998_adds"]);
    world.offer(0, "0.5", "0.51");
    await world.whaleBuys();
    const isOpen = async () =>
      (await world.query(sql`SELECT 1 FROM orderflow_positions WHERE status = 'OPEN'`)).length > 0;
    await world.until(isOpen);
    await world.close();
    expect(executor.outcome.error).toBeNull();
    expect(await migrate(getDb())).toEqual([]);
  });

  test("a service that is at work when tables become another version's ends, and does not start again", async () => {
    const clock = createManualClock(NOW);
    const guard = createSchemaGuard({ ...deps(), clock });
    const ended = expect(guard.run(new AbortController().signal)).rejects.toThrow(
      /newer version.*9999_changes.*must not/s,
    );
    await clock.untilSleeping(1);
    await migrate(getDb(), [...migrations, adds, changes]);
    await clock.advance(10_000);
    await ended;
    await expect(migrateOrWait(deps(), null)).rejects.toThrow(ConfigError);
  });
});

describe.skipIf(inject("postgresUrl") === null)("a service whose user does not own the tables", () => {
  const name = `waits_${process.pid}`;
  const user = `waiter_${process.pid}`;
  const url = databaseUrl(inject("postgresUrl") ?? "", name);
  const opened: Database[] = [];
  afterAll(async () => {
    for (const db of opened) await db.close();
    const admin = await openDatabase({ url: inject("postgresUrl") ?? "" });
    await sql.raw(`DROP DATABASE IF EXISTS ${name} (FORCE)`).execute(admin.kysely);
    await sql.raw(`DROP ROLE IF EXISTS ${user}`).execute(admin.kysely);
    await admin.close();
  });

  test("waits until the owner has made them, and says for what", async () => {
    const open = async (address: string): Promise<Database> => {
      const db = await openDatabase({ url: address });
      opened.push(db);
      return db;
    };
    const admin = await open(inject("postgresUrl") ?? "");
    await sql.raw(`CREATE DATABASE ${name}`).execute(admin.kysely);
    await sql.raw(`CREATE USER ${user}`).execute(admin.kysely);
    const [owner, service] = [await open(url), await open(url.replace("user=postgres", `user=${user}`))];
    const [clock, logger] = [createManualClock(NOW), createQuietLogger()];
    await expect(migrateOrWait({ database: service, clock, logger }, null)).rejects.toThrow(/orderflow migrate/);
    const waiting = migrateOrWait({ database: service, clock, logger }, new AbortController().signal);
    await clock.untilSleeping(1);
    expect(logger.lines.map(({ message }) => message)).toEqual(["waiting for the database"]);
    await migrate(owner);
    await sql.raw(`GRANT orderflow_executor TO ${user}`).execute(owner.kysely);
    await clock.advance(5_000);
    expect(await waiting).toEqual([]);
  });
});

import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { afterAll, beforeAll, describe, inject } from "vitest";
import { type Database, openDatabase } from "../../src/adapters/postgres/connect.ts";
import { migrate } from "../../src/adapters/postgres/migrate.ts";
import { migratedTemplate, schemaHash } from "./pglite-template.ts";

/**
 * Runs the same tests on the embedded engine and on PostgreSQL, each with a freshly migrated database of its own.
 * Without PostgreSQL binaries that half is skipped (and the run says so at its end).
 * @param define gets a function that returns the open database once tests run
 */
export function describeOnEachEngine(name: string, define: (getDb: () => Database) => void): void {
  describe(`${name} [PGlite]`, () => {
    withDatabase(openEmbedded, define);
  });
  describe.skipIf(inject("postgresUrl") === null)(`${name} [PostgreSQL]`, () => {
    withDatabase(openOnServer, define);
  });
}

/** For what only needs some database: on PostgreSQL, which is the faster of the two, or else on the embedded engine. */
export function describeOnOneEngine(name: string, define: (getDb: () => Database) => void): void {
  describe(name, () => {
    withDatabase(inject("postgresUrl") === null ? openEmbedded : openOnServer, define);
  });
}

type Opened = { db: Database; drop: () => Promise<void> };

function withDatabase(open: () => Promise<Opened>, define: (getDb: () => Database) => void): void {
  let opened: Opened | undefined;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(async () => {
    await opened?.db.close();
    await opened?.drop();
  });
  define(() => {
    if (opened === undefined) throw new Error("the database is open only while tests run");
    return opened.db;
  });
}

async function openEmbedded(): Promise<Opened> {
  const instance = await PGlite.create({ loadDataDir: await migratedTemplate() });
  return { db: await openDatabase({ instance }), drop: async () => {} };
}

export const databaseUrl = (server: string, database: string): string => server.replace("/postgres?", `/${database}?`);
let databases = 0;

async function openOnServer(): Promise<Opened> {
  const server = inject("postgresUrl");
  if (server === null) throw new Error("no PostgreSQL in this run");
  const template = `template_${schemaHash}`;
  databases += 1;
  const name = `test_${process.pid}_${databases}`;
  await onServer(server, async (admin) => {
    await ensureTemplate(admin, server, template);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  const db = await openDatabase({ url: databaseUrl(server, name) });
  return {
    db,
    drop: () => onServer(server, async (admin) => void (await admin.query(`DROP DATABASE ${name} (FORCE)`))),
  };
}

async function onServer(server: string, run: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  try {
    await run(admin);
  } finally {
    await admin.end();
  }
}

/** Test files run side by side: one makes the template, the others wait for it. */
async function ensureTemplate(admin: pg.Client, server: string, template: string): Promise<void> {
  await admin.query("SELECT pg_advisory_lock(1)");
  try {
    const { rowCount } = await admin.query("SELECT 1 FROM pg_database WHERE datname = $1", [template]);
    if (rowCount === 1) return;
    await admin.query(`DROP DATABASE IF EXISTS ${template}_new`);
    await admin.query(`CREATE DATABASE ${template}_new`);
    const db = await openDatabase({ url: databaseUrl(server, `${template}_new`) });
    try {
      await migrate(db);
    } finally {
      await db.close();
    }
    await admin.query(`ALTER DATABASE ${template}_new RENAME TO ${template}`);
  } finally {
    await admin.query("SELECT pg_advisory_unlock(1)");
  }
}

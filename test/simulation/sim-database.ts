import { PGlite } from "@electric-sql/pglite";
import { sql } from "kysely";
import pg, { type ClientBase } from "pg";
import { assembleDatabase, type Database } from "../../src/adapters/postgres/connect.ts";
import type { Engine } from "../../src/adapters/postgres/engine.ts";
import { openPglite } from "../../src/adapters/postgres/engine-pglite.ts";
import { openServer } from "../../src/adapters/postgres/engine-server.ts";
import { migrate } from "../../src/adapters/postgres/migrate.ts";
import { migratedTemplate } from "../support/pglite-template.ts";

/** One migrated database that all seeds of a thread use, one after the other. */
export type SimDatabase = {
  readonly engine: Engine;
  /** For whoever looks on: nothing befalls it. */
  readonly database: Database;
  readonly terminate: ((client: ClientBase) => Promise<void>) | null;
  /** Back to the state after migration. */
  clear(): Promise<void>;
  close(): Promise<void>;
};

export type SimEngine = "pglite" | "postgresql";

/** A quarter of the seeds, even and odd ones, runs on a server, where there is one. */
export const engineOf = (seed: number, hasServer: boolean): SimEngine =>
  hasServer && Math.floor(seed / 2) % 4 === 0 ? "postgresql" : "pglite";

/** One database of each kind, opened when it is first asked for. @param server its address; null: there is none. */
export function openSims(server: string | null) {
  const opened = new Map<SimEngine, Promise<SimDatabase>>();
  const open = (engine: SimEngine): Promise<SimDatabase> => {
    if (engine === "pglite") return openSimPglite();
    if (server === null) throw new Error("no PostgreSQL in this run");
    return openSimServer(server);
  };
  return {
    of(engine: SimEngine): Promise<SimDatabase> {
      const sim = opened.get(engine) ?? open(engine);
      opened.set(engine, sim);
      return sim;
    },
    async close(): Promise<void> {
      for (const sim of opened.values()) await (await sim).close();
    },
  };
}

export async function openSimPglite(): Promise<SimDatabase> {
  const engine = await openPglite({ instance: await PGlite.create({ loadDataDir: await migratedTemplate() }) }, 60_000);
  return open(engine, engine, null, async () => {});
}

/** @param server address of a server on which databases may be made. */
export async function openSimServer(server: string): Promise<SimDatabase> {
  const name = `simulation_${process.pid}_${Math.random().toString(36).slice(2)}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const url = server.replace("/postgres?", `/${name}?`);
  const connect = (): Promise<Engine> => openServer(url, { poolSize: 4, maxWaitMs: 30_000, onError: () => {} });
  const engine = await connect();
  const terminate = async (client: ClientBase): Promise<void> => {
    const { processID } = client as unknown as { processID: number };
    await admin.query("SELECT pg_terminate_backend($1)", [processID]);
  };
  // Connections of its own: a backend that was terminated may still wait in the other pool.
  return open(engine, await connect(), terminate, async () => {
    await engine.close();
    await admin.query(`DROP DATABASE ${name} (FORCE)`);
    await admin.end();
  });
}

async function open(
  engine: Engine,
  onlooker: Engine,
  terminate: SimDatabase["terminate"],
  drop: () => Promise<void>,
): Promise<SimDatabase> {
  const database = assembleDatabase(onlooker);
  await migrate(database);
  const clearing = await clearingStatement(database);
  return {
    engine,
    database,
    terminate,
    clear: () => database.transaction(async (trx) => void (await sql.raw(clearing).execute(trx))),
    async close() {
      await database.close();
      await drop();
    },
  };
}

/**
 * Empties every table that a migration leaves empty. Deleting a few rows takes half a millisecond where TRUNCATE, which
 * makes new files, takes fifty; foreign keys and the trigger of `wallet_activity` have nothing to say in it.
 */
async function clearingStatement({ kysely }: Database): Promise<string> {
  const { rows } = await sql<{ name: string; is_empty: boolean }>`
    SELECT c.relname AS name,
      (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM flow.%I', c.relname), true, true, '')))[1]::text = '0'
        AS is_empty
    FROM pg_class c WHERE c.relnamespace = 'flow'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition`.execute(
    kysely,
  );
  return [
    "SET LOCAL session_replication_role = replica",
    ...rows.filter(({ is_empty }) => is_empty).map(({ name }) => `DELETE FROM flow.${name}`),
    "UPDATE flow.chain_state SET finalized_block = -1, head_block = -1, follow_from_block = NULL",
  ].join(";");
}

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { createPgConfig } from "@electric-sql/pglite/node-postgres";
import pg from "pg";
import { ConfigError, TransientError } from "../../core/errors.ts";
import type { WakeChannel } from "../../ports/wake.ts";
import { sessionSql, typeParsers } from "./codecs.ts";
import type { Engine } from "./engine.ts";
import { embeddedFolder, hasEmbedded, lockFolder } from "./folder-lock.ts";
import { createMutex } from "./mutex.ts";
import type { ClientSource, CopyOut, CopyRows } from "./pool.ts";

/**
 * The embedded engine, driven by the same `pg` client as a server. It has one session, so whoever needs it waits in
 * line until the one before has finished its statement or its whole transaction. (Kysely's own PGlite driver hands the
 * session to everybody, and a query from outside then runs inside an open transaction.)
 */
export async function openPglite(store: { folder: string } | { instance: PGlite }, maxWaitMs: number): Promise<Engine> {
  const unlock = "folder" in store ? lockFolder(store.folder) : () => {};
  let lite: PGlite;
  try {
    lite = await startPglite(store);
  } catch (error) {
    unlock();
    throw error;
  }
  const client = new pg.Client({ ...(createPgConfig(lite) as unknown as pg.ClientConfig), types: typeParsers });
  await client.connect();
  // Nothing gathers statistics here, so a plan that was kept would stay the one for the first few rows.
  await client.query(`${sessionSql}; SET plan_cache_mode TO force_custom_plan`);
  const line = createMutex();

  const source: ClientSource = {
    options: {},
    async acquire() {
      const leave = await line.enter(maxWaitMs);
      if (leave === null) {
        throw new TransientError("DATABASE_UNAVAILABLE", "waited too long for the embedded database", { maxWaitMs });
      }
      return {
        client,
        release: async (broken) => {
          if (broken) await client.query("ROLLBACK").catch(() => {});
          leave();
        },
      };
    },
    copy: (_client, rows) => copyFromBlob(lite, rows),
    copyOut: (_client, out) => copyToBlob(lite, out),
  };
  return {
    name: "pglite",
    source,
    ...inProcessLocks(),
    wake: await openWake(lite, source),
    async close() {
      await line.enter(maxWaitMs);
      await lite.close();
      unlock();
    },
  };
}

async function startPglite(store: { folder: string } | { instance: PGlite }): Promise<PGlite> {
  if ("instance" in store) return store.instance;
  const dataDir = embeddedFolder(store.folder);
  // PGlite would make a new database over what is left of the old one.
  if (hasEmbedded(store.folder) && !existsSync(join(dataDir, "PG_VERSION")))
    throw cannotOpen(dataDir, "PG_VERSION is missing");
  mkdirSync(dataDir, { recursive: true });
  try {
    return await PGlite.create({ dataDir });
  } catch (error) {
    // It throws its own errors, those of the runtime it was compiled with, and things that are no errors.
    throw cannotOpen(dataDir, error instanceof Error ? error.message : JSON.stringify(error));
  }
}

const cannotOpen = (dataDir: string, reason: string): ConfigError =>
  new ConfigError([
    `DATA_DIR: the database in ${dataDir} cannot be opened (${reason}): files of it are gone, damaged or of another ` +
      "version. Put them back, or move the folder away, and `orderflow restore` a backup or begin anew",
  ]);

/** PGlite reads COPY data from a blob; it runs in the session's open transaction, if there is one. */
async function copyFromBlob(lite: PGlite, { target, pieces, options, onSent }: CopyRows): Promise<void> {
  const blob = new Blob(await Array.fromAsync<string | Uint8Array<ArrayBuffer>>(pieces));
  onSent();
  await lite.query(`COPY ${target} FROM '/dev/blob'${options}`, [], { blob });
}

async function* copyToBlob(lite: PGlite, { query }: CopyOut): AsyncGenerator<Uint8Array> {
  const { blob } = await lite.query(`COPY (${query}) TO '/dev/blob' WITH (FORMAT csv)`);
  if (blob !== undefined) yield new Uint8Array(await blob.arrayBuffer());
}

/** Advisory locks belong to a session and everybody shares the one session, so the process keeps them itself. */
function inProcessLocks(): Pick<Engine, "tryLock" | "isLocked"> {
  const held = new Set<bigint>();
  return {
    async tryLock(key) {
      if (held.has(key)) return null;
      held.add(key);
      return async () => void held.delete(key);
    },
    isLocked: async (key) => held.has(key),
  };
}

async function openWake(lite: PGlite, source: ClientSource): Promise<Engine["wake"]> {
  const listeners = new Map<string, Set<() => void>>();
  lite.onNotification((channel) => {
    for (const onHint of listeners.get(channel) ?? []) onHint();
  });
  const run = async (statement: string): Promise<void> => {
    const { client, release } = await source.acquire();
    try {
      await client.query(statement);
    } finally {
      await release(false);
    }
  };
  return {
    notify: (channel: WakeChannel) => run(`NOTIFY ${channel}`),
    async listen(channel, onHint) {
      const known = listeners.get(channel);
      const set = known ?? new Set();
      listeners.set(channel, set);
      set.add(onHint);
      if (known === undefined) await run(`LISTEN ${channel}`);
      return async () => void set.delete(onHint);
    },
  };
}

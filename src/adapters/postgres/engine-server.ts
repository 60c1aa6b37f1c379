import { once } from "node:events";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { ConfigError } from "../../core/errors.ts";
import { sessionSql, typeParsers } from "./codecs.ts";
import type { Engine } from "./engine.ts";
import { translateFailure } from "./failures.ts";
import type { CopyRows } from "./pool.ts";
import { openServerWake } from "./server-wake.ts";

export type ServerOptions = {
  readonly poolSize: number;
  readonly maxWaitMs: number;
  readonly onError: (error: Error) => void;
};

const OLDEST_VERSION = 150_000;

/** @throws ConfigError naming DATABASE_URL, never its password */
export async function openServer(url: string, options: ServerOptions): Promise<Engine> {
  const place = placeOf(url);
  const config: pg.ClientConfig = {
    connectionString: url,
    types: typeParsers,
    keepAlive: true,
    connectionTimeoutMillis: options.maxWaitMs,
    application_name: "orderflow",
  };
  const pool = new pg.Pool({
    ...config,
    max: options.poolSize,
    onConnect: async (client: pg.ClientBase) => void (await client.query(sessionSql)),
  } as pg.PoolConfig);
  // A connection that breaks between two statements reports it here, or the process would end; it is replaced at the
  // next use. The pool repeats the report for idle ones.
  pool.on("connect", (client) => client.on("error", options.onError));
  pool.on("error", () => {});
  try {
    await checkVersion(pool, place);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const wake = openServerWake(config, pool, options.onError);
  return {
    name: "postgresql",
    source: {
      options: pool.options,
      async acquire() {
        const client = await pool.connect();
        return { client, release: (broken) => client.release(broken) };
      },
      copy: (client, { target, pieces, options, onSent }) =>
        writeAll((client as pg.PoolClient).query(copyFrom(`COPY ${target} FROM STDIN${options}`)), pieces, onSent),
      copyOut: (client, { query }) =>
        (client as pg.PoolClient).query(copyTo(`COPY (${query}) TO STDOUT WITH (FORMAT csv)`)),
    },
    tryLock: (key, onLost) => tryAdvisoryLock(config, key, onLost),
    isLocked: (key) => isAdvisoryLocked(pool, key),
    wake: wake.wake,
    async close() {
      await wake.close();
      await pool.end();
    },
  };
}

/** Tells as soon as the last piece has left the process, when the server may still be at work on it for long. */
async function writeAll(sink: Writable, pieces: CopyRows["pieces"], onSent: () => void): Promise<void> {
  const done = finished(sink);
  // It is waited for at the end; until then nobody would hear of it.
  done.catch(() => {});
  try {
    for await (const piece of pieces) if (!sink.write(piece)) await Promise.race([once(sink, "drain"), done]);
    onSent();
    sink.end();
    await done;
  } catch (error) {
    // Where the rows failed, the server says no more than that the copy was broken off; the connection is free when it has said so.
    sink.destroy(error as Error);
    await done.catch(() => {});
    throw error;
  }
}

async function checkVersion(pool: pg.Pool, place: string): Promise<void> {
  let version: number;
  try {
    const { rows } = await pool.query("SHOW server_version_num");
    version = Number(rows[0].server_version_num);
  } catch (error) {
    const { message, code } = error as { message?: string; code?: string };
    const why = message === undefined || message === "" ? (code ?? "no answer") : message;
    throw new ConfigError([`DATABASE_URL: cannot use the PostgreSQL server at ${place}: ${why}`]);
  }
  if (version < OLDEST_VERSION) {
    const found = Math.floor(version / 10_000);
    throw new ConfigError([`DATABASE_URL: the server at ${place} is PostgreSQL ${found}; 15 or later is needed`]);
  }
}

/** Host, port and database; no user, no password. */
function placeOf(url: string): string {
  try {
    const { hostname, port, pathname, searchParams } = new URL(url);
    return `${searchParams.get("host") ?? (hostname || "localhost")}:${port || "5432"}${pathname}`;
  } catch {
    throw new ConfigError(["DATABASE_URL: not a URL of the form postgresql://user:password@host:5432/database"]);
  }
}

/** The lock lives as long as its own connection, which does nothing else. */
async function tryAdvisoryLock(
  config: pg.ClientConfig,
  key: bigint,
  onLost?: () => void,
): ReturnType<Engine["tryLock"]> {
  const client = new pg.Client(config);
  let held = false;
  const lose = (): void => {
    if (held) onLost?.();
    held = false;
  };
  client.on("error", lose);
  client.on("end", lose);
  try {
    await client.connect();
    // A holder whose machine is gone says nothing: the server asks, and lets go of the lock after about six seconds.
    await client.query("SET tcp_keepalives_idle = 3; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3");
    const { rows } = await client.query("SELECT pg_try_advisory_lock($1::int8) AS taken", [key.toString()]);
    held = rows[0].taken === true;
  } catch (error) {
    await client.end().catch(() => {});
    throw translateFailure(error);
  }
  const release = async (): Promise<void> => {
    held = false;
    await client.end().catch(() => {});
  };
  if (held) return release;
  await release();
  return null;
}

/** `pg_locks` shows a 64-bit key as its two halves. */
async function isAdvisoryLocked(pool: pg.Pool, key: bigint): Promise<boolean> {
  try {
    const { rows } = await pool.query(
      `SELECT EXISTS (
         SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND d.datname = current_database()
           AND (l.classid::int8 << 32 | l.objid::int8) = $1::int8) AS locked`,
      [key.toString()],
    );
    return rows[0].locked === true;
  } catch (error) {
    throw translateFailure(error);
  }
}

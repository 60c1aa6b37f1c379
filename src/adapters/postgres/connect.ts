import type { PGlite } from "@electric-sql/pglite";
import { CompiledQuery, Kysely, PostgresDialect, type Transaction } from "kysely";
import { OutcomeUnknownError, TransientError } from "../../core/errors.ts";
import type { Wake } from "../../ports/wake.ts";
import type { Engine, EngineName } from "./engine.ts";
import { openServer } from "./engine-server.ts";
import { CopyOut, CopyRows, type CopySource, kyselyPool } from "./pool.ts";
import type { Schema } from "./schema.ts";

export type Database = {
  readonly kysely: Kysely<Schema>;
  readonly engine: EngineName;
  /**
   * Runs `run` in a transaction, again when another transaction came first or the connection broke before the commit,
   * so `run` must do nothing but database work and rebuild its own results. On the embedded engine everybody else
   * waits meanwhile: use `trx` for every query inside and never await the network.
   * @throws TransientError when the attempts are used up
   * @throws OutcomeUnknownError when the connection broke while committing
   */
  transaction<T>(run: (trx: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** `COPY` inside the transaction; in text format a row is its fields joined by tabs and ended by a newline. */
  copyInto(trx: Transaction<Schema>, table: string, columns: readonly string[], rows: CopySource): Promise<void>;
  /** The answer of a SELECT as CSV without a header; to be read to its end before the transaction goes on. */
  copyOut(trx: Transaction<Schema>, query: string): AsyncGenerator<Uint8Array>;
  /**
   * Takes an advisory lock without waiting; null when somebody else holds it. It ends with the connection, the process
   * or the returned function. `onLost` is called when it was lost with its connection.
   */
  tryLock(key: bigint, onLost?: () => void): Promise<(() => Promise<void>) | null>;
  /** Whether anybody holds the lock, in whatever process. */
  isLocked(key: bigint): Promise<boolean>;
  readonly wake: Wake;
  close(): Promise<void>;
};

/** `instance`: an embedded engine that the caller has started, e.g. one in memory; closed with the database. */
export type DatabaseTarget = { readonly url: string } | { readonly folder: string } | { readonly instance: PGlite };

export type DatabaseOptions = {
  /** Connections of the pool to a server; the embedded engine has one. */
  readonly poolSize?: number;
  /** How long a query waits for a connection (or for its turn) before it fails with TransientError. */
  readonly maxWaitMs?: number;
  /** Trouble in the background that heals by itself: an idle connection broke. */
  readonly onError?: (error: Error) => void;
};

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 20;

/**
 * Opens the database; does not migrate.
 * @throws ConfigError when it cannot be used: unreachable, too old, or a folder that another process holds
 */
export async function openDatabase(target: DatabaseTarget, options: DatabaseOptions = {}): Promise<Database> {
  const { poolSize = 8, maxWaitMs = 30_000, onError = () => {} } = options;
  if ("url" in target) return assembleDatabase(await openServer(target.url, { poolSize, maxWaitMs, onError }));
  // A service on a server neither loads nor needs the embedded engine.
  const { openPglite } = await import("./engine-pglite.ts");
  return assembleDatabase(await openPglite(target, maxWaitMs));
}

/** @param rest how long to wait before a transaction is tried again; simulated time in simulations. */
export function assembleDatabase(engine: Engine, rest: (ms: number) => Promise<void> = pause): Database {
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: kyselyPool(engine.source) }) });
  return {
    kysely,
    engine: engine.name,
    transaction: (run) => runTransaction(kysely, run, rest),
    async copyInto(trx, table, columns, rows) {
      const target = `${table} (${columns.join(", ")})`;
      await trx.executeQuery(CompiledQuery.raw(`COPY ${target}`, [new CopyRows(target, rows)]));
    },
    async *copyOut(trx, query) {
      const { rows } = await trx.executeQuery(CompiledQuery.raw("COPY TO", [new CopyOut(query)]));
      yield* rows[0] as AsyncIterable<Uint8Array>;
    },
    tryLock: (key, onLost) => engine.tryLock(key, onLost),
    isLocked: (key) => engine.isLocked(key),
    wake: engine.wake,
    async close() {
      await kysely.destroy();
      await engine.close();
    },
  };
}

async function runTransaction<T>(
  kysely: Kysely<Schema>,
  run: (trx: Transaction<Schema>) => Promise<T>,
  rest: (ms: number) => Promise<void>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    let committing = false;
    try {
      return await kysely.transaction().execute(async (trx) => {
        const result = await run(trx);
        committing = true;
        return result;
      });
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      if (committing && error.code === "DATABASE_UNAVAILABLE") {
        throw new OutcomeUnknownError("COMMIT_UNKNOWN", "the connection broke while committing", {}, { cause: error });
      }
      if (attempt === ATTEMPTS) throw error;
      await rest(FIRST_PAUSE_MS * 4 ** (attempt - 1));
    }
  }
}

/**
 * A transaction that does no harm when it happens twice: there an unknown commit is one more reason to try again later.
 * @throws TransientError
 */
export async function repeatableTransaction<T>(
  db: Database,
  run: (trx: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  try {
    return await db.transaction(run);
  } catch (error) {
    if (!(error instanceof OutcomeUnknownError)) throw error;
    throw new TransientError("DATABASE_UNAVAILABLE", error.message, {}, { cause: error });
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

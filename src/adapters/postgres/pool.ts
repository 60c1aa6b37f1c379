/**
 * The pool that Kysely's PostgreSQL dialect sees, on both engines: it translates failures in one place and lets COPY
 * run on the connection of the current transaction.
 */
import { type PostgresPool, type PostgresPoolClient, type PostgresQueryResult, sql } from "kysely";
import type { ClientBase } from "pg";
import { translateFailure } from "./failures.ts";

type Pieces = AsyncIterable<Uint8Array<ArrayBuffer>> | Iterable<Uint8Array<ArrayBuffer>>;

/**
 * Rows as lines of COPY's text format, as pieces of its binary one, which is cheaper to write and to read, or as CSV, which
 * is what `CopyOut` answers with.
 */
export type CopySource =
  | AsyncIterable<string>
  | Iterable<string>
  | { readonly binary: Pieces; readonly onSent: () => void }
  | { readonly csv: Pieces };

/** Travels through Kysely as the one parameter of a `COPY … FROM` statement. */
export class CopyRows {
  readonly target: string;
  readonly pieces: AsyncIterable<string> | Pieces;
  /** What follows the place that is copied from. */
  readonly options: string;
  /** Called when all of them have been handed over. */
  readonly onSent: () => void;

  constructor(target: string, rows: CopySource) {
    this.target = target;
    this.onSent = "binary" in rows ? rows.onSent : () => {};
    this.pieces = "binary" in rows ? rows.binary : "csv" in rows ? rows.csv : joinRows(rows);
    this.options = "binary" in rows ? " (FORMAT binary)" : "csv" in rows ? " (FORMAT csv)" : "";
  }
}

/** Travels like CopyRows, and comes back as the one row of the result: the answer of `query` as lines of CSV. */
export class CopyOut {
  readonly query: string;

  constructor(query: string) {
    this.query = query;
  }
}

export type PooledClient = {
  readonly client: ClientBase;
  /** @param broken the connection may be in an unknown state */
  release(broken: boolean): Promise<void> | void;
};

export type ClientSource = {
  readonly options: object;
  acquire(): Promise<PooledClient>;
  copy(client: ClientBase, rows: CopyRows): Promise<void>;
  /** Pieces of whole lines together; read to their end before the client is used again. */
  copyOut(client: ClientBase, out: CopyOut): AsyncIterable<Uint8Array>;
};

const translated = async <T>(run: () => Promise<T>): Promise<T> => {
  try {
    return await run();
  } catch (error) {
    throw translateFailure(error);
  }
};

async function* translatedPieces(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    throw translateFailure(error);
  }
}

/**
 * The first thing in a statement that is parsed and planned once a connection: for the few that orders or blocks wait for, whose
 * plan does not depend on what they ask.
 */
export const PREPARED = sql.raw("/* prepared */ ");
const IS_PREPARED = /^\s*\/\* prepared \*\//;
/** By their text. */
const preparedNames = new Map<string, string>();

function preparedName(statement: string): string {
  const known = preparedNames.get(statement);
  if (known !== undefined) return known;
  const name = `orderflow_${preparedNames.size + 1}`;
  preparedNames.set(statement, name);
  return name;
}

export function kyselyPool(source: ClientSource): PostgresPool {
  const connect = async (): Promise<PostgresPoolClient> => {
    const { client, release } = await translated(() => source.acquire());
    return {
      query: (async (statement: string, parameters: readonly unknown[]) => {
        const first = parameters[0];
        if (first instanceof CopyRows) {
          await translated(() => source.copy(client, first));
          return { command: "COPY", rowCount: 0, rows: [] };
        }
        if (first instanceof CopyOut) {
          return { command: "COPY", rowCount: 1, rows: [translatedPieces(source.copyOut(client, first))] };
        }
        const values = [...parameters];
        return translated(
          () =>
            (IS_PREPARED.test(statement)
              ? client.query({ name: preparedName(statement), text: statement, values })
              : client.query(statement, values)) as unknown as Promise<PostgresQueryResult<unknown>>,
        );
      }) as PostgresPoolClient["query"],
      release: (destroy) => void release(destroy === true),
    };
  };
  // Kysely ends only a pool that it has used; whoever opened the source ends it.
  return { options: source.options, connect, end: async () => {} };
}

/** Joins rows into pieces of about 64 kB, so that small rows do not cost a write each. */
async function* joinRows(rows: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let piece = "";
  for await (const row of rows) {
    piece += row;
    if (piece.length >= 65_536) {
      yield piece;
      piece = "";
    }
  }
  if (piece !== "") yield piece;
}

import { mkdirSync } from "node:fs";
import type { DuckDBConnection, DuckDBDataChunk, DuckDBInstance, DuckDBValue } from "@duckdb/node-api";
import type Bindings from "@duckdb/node-bindings";
import { AbortedError, InvariantError } from "../../core/errors.ts";

export type DuckdbOptions = {
  /** Where DuckDB puts what does not fit into `memoryMb`; made when it is missing. */
  readonly spillFolder: string;
  readonly memoryMb: number;
  readonly threads: number;
};

export type Row = Readonly<Record<string, DuckDBValue>>;

/** A few thousand rows of a result; good until the next chunk is asked for. */
export type Chunk = {
  readonly rowCount: number;
  value(column: number, row: number): DuckDBValue;
  /**
   * Copies a column, which is far quicker than asking for its values one after the other.
   * @param into its element has the column's type (INTEGER, DOUBLE, UTINYINT); the column holds no null
   */
  copy(column: number, into: Int32Array | Float64Array | Uint8Array): void;
};

/** An in-memory DuckDB that reads and writes files. Statements run one after the other, streams beside them. */
export type Duckdb = {
  run(statement: string): Promise<void>;
  rows(statement: string): Promise<readonly Row[]>;
  /** Column by column, a few thousand rows at a time; ends early without harm when the consumer stops. */
  stream(statement: string): AsyncGenerator<readonly (readonly DuckDBValue[])[]>;
  /** The same without turning values into objects. */
  chunks(statement: string): AsyncGenerator<Chunk>;
  /** Share of the running statement that is done, 0 to 1; null while DuckDB cannot tell. */
  progress(): number | null;
  /** The statement that `run` or `rows` has begun fails. */
  interrupt(): void;
  close(): void;
};

/** Everything below is compiled into the package; nothing is ever fetched. */
const NEEDED = ["core_functions", "icu", "json", "parquet"];

/** Off from the start: DuckDB would otherwise download an extension the first time a statement wants one. */
const OFFLINE = {
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  allow_community_extensions: "false",
};

export async function openDuckdb({ spillFolder, memoryMb, threads }: DuckdbOptions): Promise<Duckdb> {
  mkdirSync(spillFolder, { recursive: true });
  // 32 MB of code that a process which opens no file does without.
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const { default: bindings } = await import("@duckdb/node-bindings");
  const instance = await DuckDBInstance.create(":memory:", {
    ...OFFLINE,
    memory_limit: `${memoryMb}MB`,
    threads: String(threads),
    temp_directory: spillFolder,
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'; SET preserve_insertion_order = true; SET enable_progress_bar = true;");
  await connection.run("SET enable_progress_bar_print = false; SET errors_as_json = false;");
  await requireExtensions(connection);
  return {
    run: async (statement) => void (await connection.run(statement)),
    rows: async (statement) => (await connection.runAndReadAll(statement)).getRowObjects(),
    stream: (statement) => streamColumns(instance, statement),
    async *chunks(statement) {
      for await (const chunk of streamChunks(instance, statement)) yield columnsOf(chunk, bindings);
    },
    progress() {
      const { percentage } = connection.progress;
      return percentage < 0 ? null : Math.min(percentage / 100, 1);
    },
    interrupt: () => connection.interrupt(),
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

const INTERRUPT_AGAIN_MS = 100;

/** Ends the statement of `run` or `rows` that `work` waits for when the signal aborts. @throws AbortedError then */
export async function untilAborted<T>(
  duckdb: Pick<Duckdb, "interrupt">,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (signal?.aborted) throw new AbortedError();
  let again: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    duckdb.interrupt();
    // A statement that was about to begin has not heard it.
    again = setInterval(() => duckdb.interrupt(), INTERRUPT_AGAIN_MS);
  };
  signal?.addEventListener("abort", interrupt, { once: true });
  try {
    return await work();
  } catch (error) {
    throw signal?.aborted ? new AbortedError() : error;
  } finally {
    signal?.removeEventListener("abort", interrupt);
    clearInterval(again);
  }
}

async function requireExtensions(connection: DuckDBConnection): Promise<void> {
  const found = await connection.runAndReadAll("SELECT extension_name FROM duckdb_extensions() WHERE loaded");
  const loaded = new Set(found.getRows().map(([name]) => name));
  const missing = NEEDED.filter((name) => !loaded.has(name));
  if (missing.length > 0) {
    throw new InvariantError("DUCKDB_INCOMPLETE", `this build of DuckDB lacks ${missing.join(", ")}`);
  }
}

async function* streamColumns(
  instance: DuckDBInstance,
  statement: string,
): AsyncGenerator<readonly (readonly DuckDBValue[])[]> {
  for await (const chunk of streamChunks(instance, statement)) yield chunk.getColumns();
}

function columnsOf(chunk: DuckDBDataChunk, bindings: typeof Bindings): Chunk {
  const { rowCount } = chunk;
  return {
    rowCount,
    value: (column, row) => chunk.getColumnVector(column).getItem(row),
    copy(column, into) {
      const vector = bindings.data_chunk_get_vector(chunk.chunk, column);
      const bytes = bindings.vector_get_data(vector, rowCount * into.BYTES_PER_ELEMENT);
      new Uint8Array(into.buffer, into.byteOffset, bytes.length).set(bytes);
    },
  };
}

/** A stream has a connection to itself: another statement on it would cut it short. */
async function* streamChunks(instance: DuckDBInstance, statement: string): AsyncGenerator<DuckDBDataChunk> {
  const connection = await instance.connect();
  try {
    const result = await connection.stream(statement);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk;
    }
  } finally {
    connection.closeSync();
  }
}

/** A text literal. Paths come from users, so nothing is put into a statement without this. */
export const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
export const textList = (values: readonly string[]): string => `[${values.map(text).join(", ")}]`;
/** A quoted name. */
export const name = (value: string): string => `"${value.replaceAll('"', '""')}"`;

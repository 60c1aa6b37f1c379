import { existsSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { assert } from "../../core/assert.ts";
import { InputError, InvariantError } from "../../core/errors.ts";
import type { ArchivedFill, ArchiveFile, ArchiveFiles, FillPart, FillSource } from "../../ports/archive.ts";
import { type Duckdb, openDuckdb, text } from "./duckdb.ts";
import { readEvidence } from "./evidence-columns.ts";
import { asLine, FILL_COLUMNS, formatLine, fromLine, lineColumns, parseLine } from "./fill-columns.ts";
import { fingerprint, type Summarised, sizeOf, summariseRelation } from "./summary.ts";

export type ArchiveFolderOptions = {
  readonly folder: string;
  /** What DuckDB may hold. Measured with one thread: writing needs 384, reading 128. */
  readonly memoryMb?: number;
  /** One is enough: turning rows into lines and back is the larger part, and that happens here. */
  readonly threads?: number;
};

/** Half a million rows let one dictionary serve many repetitions of a wallet or token: 75 bytes a fill against 99. */
export const PARQUET = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 500000)";

/** Half-written files: removed at the next start. */
const WORK = ".work";

/** Opens (and makes) the archive folder. DuckDB starts with the first use, so that a process that never reads pays nothing. */
export function openArchiveFolder(options: ArchiveFolderOptions): ArchiveFiles {
  const { folder, memoryMb = 512, threads = 1 } = options;
  const work = join(folder, WORK);
  let opened: Promise<Duckdb> | null = null;
  const duckdb = (): Promise<Duckdb> => {
    opened ??= openDuckdb({ spillFolder: join(work, "spill"), memoryMb, threads });
    return opened;
  };
  const full = (path: string): string => join(folder, path);

  return {
    sweep: () => rm(work, { recursive: true, force: true }),
    pathOf: ({ fromBlock, toBlock }) => join("fills", `fills-${pad(fromBlock)}-${pad(toBlock)}.parquet`),
    isThere: async (path) => existsSync(full(path)),
    async summarise(path) {
      if (!existsSync(full(path))) return null;
      // Whatever is wrong with it, a file that cannot be read is written again.
      return summariseFile(await duckdb(), full(path)).catch(() => null);
    },
    async write(path, batches) {
      await mkdir(work, { recursive: true });
      const unfinished = { spool: join(work, "fills.csv"), parquet: join(work, "fills.parquet") };
      await writeSpool(unfinished.spool, batches);
      const written = await convert(await duckdb(), unfinished);
      await publish(unfinished.parquet, full(path));
      await rm(unfinished.spool);
      return written;
    },
    async *readFills(file, part) {
      requireFile(file, folder);
      yield* streamFills(await duckdb(), full(file.path), part, file.source);
    },
    async *readEvidence(file, from, to) {
      requireFile(file, folder);
      yield* readEvidence(await duckdb(), full(file.path), from, to);
    },
    async close() {
      (await opened)?.close();
      opened = null;
    },
  };
}

const pad = (block: number): string => block.toString().padStart(10, "0");

async function writeSpool(path: string, batches: AsyncIterable<readonly ArchivedFill[]>): Promise<void> {
  const file = await open(path, "w");
  try {
    for await (const batch of batches) await file.write(batch.map((fill) => `${formatLine(fill)}\n`).join(""));
  } finally {
    await file.close();
  }
}

/** The content is compared value by value with what was read from the database, before it gets its name. */
async function convert(duckdb: Duckdb, { spool, parquet }: { spool: string; parquet: string }): Promise<Summarised> {
  const rows = `(SELECT ${fromLine} FROM read_csv(${text(spool)}, header = false, auto_detect = false, delim = ',',
    quote = '', escape = '', columns = ${lineColumns}))`;
  await duckdb.run(`COPY ${rows} TO ${text(parquet)} ${PARQUET}`);
  const wanted = await fingerprint(duckdb, FILL_COLUMNS, rows);
  const found = await fingerprint(duckdb, FILL_COLUMNS, `read_parquet(${text(parquet)})`);
  if (wanted !== found) {
    throw new InvariantError("ARCHIVE_DIFFERS", "a Parquet file does not hold what was written", { wanted, found });
  }
  await requireOrder(duckdb, parquet);
  const written = await summariseFile(duckdb, parquet);
  assert(written !== null, "an archive file holds at least one fill");
  return written;
}

export async function requireOrder(duckdb: Duckdb, parquet: string): Promise<void> {
  const [row] = await duckdb.rows(`SELECT count(*) AS rows FROM (
    SELECT (block_number, log_index) <= lag((block_number, log_index)) OVER () AS misplaced
    FROM read_parquet(${text(parquet)})) WHERE misplaced`);
  assert(row?.rows === 0n, "fills of an archive file are in chain order, each position once", { parquet });
}

export async function summariseFile(duckdb: Duckdb, path: string): Promise<Summarised | null> {
  const summary = await summariseRelation(duckdb, `read_parquet(${text(path)})`);
  return summary === null ? null : { summary, fileBytes: await sizeOf(path) };
}

/** On disk under its final name, or not at all, even when the machine stops. */
export async function publish(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await sync(from);
  await rename(from, to);
  await sync(dirname(to));
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function requireFile({ path }: ArchiveFile, folder: string): void {
  if (existsSync(join(folder, path))) return;
  throw new InputError(
    "ARCHIVE_FILE_MISSING",
    `the archive file ${path} is not in ${folder}: put it back, or point DATA_DIR at the folder that has it`,
    { path },
  );
}

async function* streamFills(
  duckdb: Duckdb,
  path: string,
  part: FillPart,
  source: FillSource,
): AsyncGenerator<readonly ArchivedFill[]> {
  const statement = `SELECT ${asLine} FROM read_parquet(${text(path)}) WHERE ${conditions(part).join(" AND ")}`;
  for await (const [lines = []] of duckdb.stream(statement)) {
    yield (lines as readonly string[]).map((line) => parseLine(line, source));
  }
}

function conditions({ span, after, filter }: FillPart): readonly string[] {
  const wanted = [`block_number BETWEEN ${span.fromBlock} AND ${span.toBlock}`];
  if (after !== null) {
    const { blockNumber, logIndex } = after;
    wanted.push(`(block_number > ${blockNumber} OR (block_number = ${blockNumber} AND log_index > ${logIndex}))`);
  }
  if (filter.tokenIds !== undefined) wanted.push(isOneOf("token_id", filter.tokenIds.map(text)));
  if (filter.wallets !== undefined) {
    wanted.push(
      isOneOf(
        "wallet",
        filter.wallets.map((wallet) => `unhex(${text(wallet.slice(2))})`),
      ),
    );
  }
  return wanted;
}

const isOneOf = (column: string, literals: readonly string[]): string =>
  literals.length === 0 ? "false" : `${column} IN (${literals.join(", ")})`;

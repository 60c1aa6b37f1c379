import { existsSync } from "node:fs";
import { mkdir, mkdtemp, open, readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { AbortedError, InputError } from "../../../core/errors.ts";
import type { EpochMs } from "../../../core/time/time.ts";
import type { ArchiveFile } from "../../../ports/archive.ts";
import type { History, HistoryEngine, HistoryMoment, HistoryRelation, OnStage } from "../../../ports/backtest.ts";
import { type Duckdb, openDuckdb, text, textList, untilAborted } from "../duckdb.ts";
import { readFacts, writeFacts } from "./facts-file.ts";
import { createStagedHistory } from "./read.ts";
import { lineColumns } from "./relations.ts";

export type HistoryEngineOptions = {
  /** The archive: files are found and the work is done below it. */
  readonly folder: string;
  readonly memoryMb?: number;
  /** Reading is the smaller part of a run, and a run has one core. */
  readonly threads?: number;
};

const WORK = ".backtest";
/** Read often and soon gone: unpacking would take a third of the time of reading. */
export const STAGED_PARQUET = "(FORMAT parquet, COMPRESSION uncompressed, ROW_GROUP_SIZE 200000)";
/** Folders of this machine's processes; the archive may lie on a disk that others share. */
const OWNED = `run-${hostname()}-`;
const COLUMNS =
  "block_number, log_index, occurred_ms, wallet_key, token_key, traits, size_micros, cash_micros, fee_micros, order_hash";

export function createHistoryEngine({ folder, memoryMb = 768, threads = 1 }: HistoryEngineOptions): HistoryEngine {
  /** Into a folder of this process, which the returned function removes. */
  async function prepare(moment: HistoryMoment, onStage: OnStage, signal?: AbortSignal) {
    const root = join(folder, WORK);
    await mkdir(root, { recursive: true });
    await removeAbandoned(root);
    const work = await mkdtemp(join(root, `${OWNED}${process.pid}-`));
    const duckdb = await openDuckdb({ spillFolder: join(work, "spill"), memoryMb, threads });
    const close = async (): Promise<void> => {
      duckdb.close();
      await rm(work, { recursive: true, force: true });
    };
    try {
      return await untilAborted(duckdb, signal, async () => {
        const stage = new Stage(duckdb, work, folder, signal ?? null);
        for (const relation of ["wallet", "token", "leg", "fill"] as const) {
          onStage(`reading ${STAGES[relation]}`);
          await stage.load(relation, moment.read(relation));
        }
        onStage("sorting the archive");
        const parts = await stage.fills(moment);
        return { duckdb, moment, parts, legs: await stage.legs(), work, close };
      });
    } catch (error) {
      await close();
      throw error;
    }
  }
  return {
    stage: async (moment, onStage, signal) => createStagedHistory(await prepare(moment, onStage, signal)),
    async share(moment, onStage, signal) {
      const { work, parts, legs, close } = await prepare(moment, onStage, signal);
      const { facts, missing } = moment;
      await writeFacts(work, { facts, missing, parts: parts.map((path) => basename(path)), legs: basename(legs) });
      return { folder: work, close };
    },
  };
}

/** What was shared, for one more process. @param until nothing that happened later is read */
export async function openSharedHistory(
  folder: string,
  until: EpochMs | null,
  { memoryMb = 256, threads = 1 }: Partial<Omit<HistoryEngineOptions, "folder">> = {},
): Promise<History> {
  const { facts, missing, parts, legs } = await readFacts(folder);
  const spillFolder = join(folder, `spill-${process.pid}`);
  const duckdb = await openDuckdb({ spillFolder, memoryMb, threads });
  const staged = {
    ...{ duckdb, moment: { facts, missing }, parts: parts.map((part) => join(folder, part)) },
    legs: legs === null ? null : join(folder, legs),
    async close() {
      duckdb.close();
      await rm(spillFolder, { recursive: true, force: true });
    },
  };
  return createStagedHistory(staged, until);
}

/** Of processes that were killed: gigabytes that nobody will read. */
async function removeAbandoned(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const pid = name.startsWith(OWNED) ? Number(name.slice(OWNED.length).split("-")[0]) : Number.NaN;
    if (Number.isInteger(pid) && !isAlive(pid)) await rm(join(root, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const STAGES: Readonly<Record<HistoryRelation, string>> = {
  wallet: "wallets",
  token: "tokens",
  leg: "splits, merges, redemptions and transfers",
  fill: "fills that are not in the archive",
};

class Stage {
  private readonly duckdb: Duckdb;
  private readonly work: string;
  private readonly folder: string;
  private readonly signal: AbortSignal | null;

  constructor(duckdb: Duckdb, work: string, folder: string, signal: AbortSignal | null) {
    this.duckdb = duckdb;
    this.work = work;
    this.folder = folder;
    this.signal = signal;
  }

  async load(relation: HistoryRelation, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const lines = join(this.work, `${relation}.csv`);
    const file = await open(lines, "w");
    try {
      for await (const piece of pieces) {
        this.goOn();
        await file.write(piece);
      }
    } finally {
      await file.close();
    }
    await this.run(`CREATE TABLE in_${relation} AS SELECT * FROM read_csv(${text(lines)}, header = false,
      auto_detect = false, delim = ',', quote = '', escape = '', columns = ${lineColumns(relation)})`);
    await rm(lines);
  }

  /** Parts in the order of the chain, each sorted. Imported files may lie over our own: then everything is one part. */
  async fills({ files, finalizedBlock }: HistoryMoment): Promise<readonly string[]> {
    const own = files.filter(({ source }) => source === "chain");
    const imported = files.filter(({ source }) => source === "import");
    const hot = `SELECT ${COLUMNS.replace("order_hash", "unhex(order_hash) AS order_hash")} FROM in_fill`;
    const all = `block_number <= ${Math.trunc(finalizedBlock)}`;
    if (imported.length > 0) {
      const relation = [
        `SELECT 0 AS place, * FROM (${hot})`,
        ...own.map((file) => `SELECT 0 AS place, * FROM (${this.archived([file])})`),
        `SELECT 1 AS place, * FROM (${this.archived(imported)})`,
      ].join(" UNION ALL ");
      const once = `SELECT ${COLUMNS} FROM (${relation}) WHERE ${all}
        QUALIFY row_number() OVER (PARTITION BY block_number, log_index ORDER BY place) = 1`;
      return [await this.part("all", once)];
    }
    const pieces = own.map((file) => ({ from: file.span?.fromBlock ?? 0, query: this.archived([file]) }));
    // Blocks of the database lie between, before or behind the files: one piece for each stretch without a file.
    const borders = [-1, ...own.map(({ span }) => span?.fromBlock ?? 0).sort((a, b) => a - b), 2 ** 31 - 1];
    for (let index = 1; index < borders.length; index += 1) {
      const [from, to] = [borders[index - 1] as number, borders[index] as number];
      pieces.push({ from: from + 0.5, query: `${hot} WHERE block_number >= ${from} AND block_number < ${to}` });
    }
    const parts: string[] = [];
    for (const [index, { query }] of pieces.sort((a, b) => a.from - b.from).entries()) {
      parts.push(await this.part(String(index), `SELECT ${COLUMNS} FROM (${query}) WHERE ${all}`));
    }
    return parts;
  }

  async legs(): Promise<string> {
    const path = join(this.work, "legs.parquet");
    await this.run(
      `COPY (SELECT * FROM in_leg ORDER BY block_number, log_index, ordinal, leg) TO ${text(path)} ${STAGED_PARQUET}`,
    );
    return path;
  }

  /** The running statement is interrupted by whoever hears the signal; between two nothing is. */
  private run(statement: string): Promise<void> {
    this.goOn();
    return this.duckdb.run(statement);
  }

  private goOn(): void {
    if (this.signal?.aborted) throw new AbortedError();
  }

  private async part(name: string, query: string): Promise<string> {
    const path = join(this.work, `fills-${name}.parquet`);
    await this.run(`COPY (${query} ORDER BY block_number, log_index) TO ${text(path)} ${STAGED_PARQUET}`);
    return path;
  }

  /** Fills of the archive name wallets and tokens; the run has the database's keys. */
  private archived(files: readonly ArchiveFile[]): string {
    const paths = files.map(({ path }) => requirePath(this.folder, path));
    return `SELECT a.block_number, a.log_index, epoch_ms(a.timestamp)::DOUBLE AS occurred_ms, w.wallet_key, t.token_key,
        ((a.side = 'SELL')::INT + 2 * (a.role = 'maker')::INT + 4 * (a.fee_asset = 'shares')::INT
          + 8 * a.exchange_version::INT)::UTINYINT AS traits,
        a.size_micros::DOUBLE AS size_micros, a.cash_micros::DOUBLE AS cash_micros, a.fee_micros::DOUBLE AS fee_micros,
        a.order_hash
      FROM read_parquet(${textList(paths)}) AS a
      JOIN (SELECT unhex(address) AS wallet, wallet_key FROM in_wallet) AS w USING (wallet)
      JOIN in_token AS t USING (token_id)`;
  }
}

function requirePath(folder: string, path: string): string {
  const full = join(folder, path);
  if (existsSync(full)) return full;
  throw new InputError(
    "ARCHIVE_FILE_MISSING",
    `the archive file ${path} is not in ${folder}: put it back, or point DATA_DIR at the folder that has it`,
    { path },
  );
}

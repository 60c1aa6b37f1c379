import { existsSync } from "node:fs";
import { mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../../core/errors.ts";
import { POPULATION_RELATIONS, type PopulationRelation } from "../../../core/reputation/population-relations.ts";
import type { PopulationEngine, PopulationRun } from "../../../ports/population.ts";
import { type Duckdb, openDuckdb, text, textList } from "../duckdb.ts";
import { readComparison, readTotals } from "./figures.ts";
import { comparisonQuery, DUCKDB, differencesQuery, unitsQuery, walletsQuery } from "./queries.ts";
import { RELATIONS } from "./relations.ts";

export type PopulationEngineOptions = {
  /** The archive: files are found and the work is done below it. */
  readonly folder: string;
  /** What DuckDB may hold; the rest goes to disk beside the archive. Twenty million units need 2 GB. */
  readonly memoryMb?: number;
  readonly threads?: number;
};

const WORK = ".recompute";

/** Runs the queries of queries.ts over the archive's files and what was loaded. */
export function createPopulationEngine(options: PopulationEngineOptions): PopulationEngine {
  const { folder, memoryMb = 2_048, threads = 2 } = options;
  return {
    async open() {
      const root = join(folder, WORK);
      await mkdir(root, { recursive: true });
      const work = await mkdtemp(join(root, "run-"));
      const duckdb = await openDuckdb({ spillFolder: join(work, "spill"), memoryMb, threads });
      await duckdb.run("SET preserve_insertion_order = false");
      return createRun(duckdb, folder, work);
    },
  };
}

function createRun(duckdb: Duckdb, folder: string, work: string): PopulationRun {
  const parts = new Map<PopulationRelation, string>();
  const result = (name: string): string => join(work, `${name}.parquet`);
  const store = async (name: string, query: string): Promise<void> => {
    await duckdb.run(`COPY (${query}) TO ${text(result(name))} (FORMAT parquet)`);
    await duckdb.run(`CREATE VIEW ${name} AS SELECT * FROM read_parquet(${text(result(name))})`);
  };
  return {
    async load(relation, pieces) {
      const lines = join(work, `${relation}.csv`);
      await writeLines(lines, pieces);
      const columns = `{${RELATIONS[relation].map(([name, type]) => `'${name}': '${type}'`).join(", ")}}`;
      const rows = `read_csv(${text(lines)}, header = false, auto_detect = false, delim = ',', quote = '', escape = '',
        columns = ${columns})`;
      await duckdb.run(
        `COPY (SELECT * FROM ${rows}) TO ${text(join(work, `in-${relation}.parquet`))} (FORMAT parquet)`,
      );
      await rm(lines);
      parts.set(relation, join(work, `in-${relation}.parquet`));
    },
    async compute(files) {
      for (const relation of POPULATION_RELATIONS) await viewOf(duckdb, relation, parts.get(relation));
      await viewFills(
        duckdb,
        files.map(({ path }) => requirePath(folder, path)),
      );
      await store("recomputed", unitsQuery(DUCKDB));
      await store("wallet_total", walletsQuery);
      return readTotals(duckdb.rows);
    },
    async compare(limit) {
      await store("compared", comparisonQuery);
      await store("difference", differencesQuery);
      return readComparison(duckdb.rows, limit);
    },
    async close() {
      duckdb.close();
      await rm(work, { recursive: true, force: true });
    },
  };
}

async function writeLines(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, "w");
  try {
    for await (const piece of pieces) await file.write(piece);
  } finally {
    await file.close();
  }
}

async function viewOf(duckdb: Duckdb, relation: PopulationRelation, path: string | undefined): Promise<void> {
  const columns = RELATIONS[relation].map(([name, type]) => `NULL::${type} AS ${name}`).join(", ");
  const rows = path === undefined ? `(SELECT ${columns} WHERE false)` : `read_parquet(${text(path)})`;
  await duckdb.run(`CREATE VIEW ${relation === "fill" ? "hot_fill" : relation} AS SELECT * FROM ${rows}`);
}

/** Fills of the archive name wallets and tokens; hot ones have the database's keys. */
async function viewFills(duckdb: Duckdb, paths: readonly string[]): Promise<void> {
  const amounts = "size_micros, cash_micros, fee_micros";
  const hot = `SELECT wallet_key, market_key, outcome_index, is_sell, is_fee_in_shares, ${amounts}
    FROM hot_fill JOIN token USING (token_key)`;
  const archived = `SELECT w.wallet_key, t.market_key, t.outcome_index, (a.side = 'SELL')::TINYINT AS is_sell,
      (a.fee_asset = 'shares')::TINYINT AS is_fee_in_shares, ${amounts}
    FROM read_parquet(${textList(paths)}) AS a
    JOIN (SELECT unhex(address) AS wallet, wallet_key FROM wallet) AS w USING (wallet)
    JOIN (SELECT token_id, market_key, outcome_index FROM token) AS t USING (token_id)`;
  await duckdb.run(`CREATE VIEW fill AS ${paths.length === 0 ? hot : `${hot} UNION ALL ${archived}`}`);
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

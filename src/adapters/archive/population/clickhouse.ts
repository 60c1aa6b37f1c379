import { randomUUID } from "node:crypto";
import { ConfigError, TransientError } from "../../../core/errors.ts";
import { POPULATION_RELATIONS, type PopulationRelation } from "../../../core/reputation/population-relations.ts";
import type { PopulationEngine, PopulationRun } from "../../../ports/population.ts";
import { readComparison, readTotals } from "./figures.ts";
import { CLICKHOUSE, comparisonQuery, differencesQuery, unitsQuery, walletsQuery } from "./queries.ts";
import { RELATIONS } from "./relations.ts";

/** A ClickHouse, wherever it runs: a server or cluster over HTTP, or the engine in this process. */
export type Clickhouse = {
  run(statement: string): Promise<void>;
  /** Every value as text. */
  rows(statement: string): Promise<readonly Readonly<Record<string, string | null>>[]>;
  /** Lines of CSV. */
  insert(table: string, pieces: AsyncIterable<Uint8Array>): Promise<void>;
  close(): Promise<void>;
};

export type ClickhouseEngineOptions = {
  open(): Promise<Clickhouse>;
  /** A table expression that reads files of the archive, e.g. `s3('https://…/{…}', 'Parquet')` or `file('…', 'Parquet')`. */
  archive(paths: readonly string[]): string;
};

/** SQL's own rules of NULL, which ClickHouse has not by default; to be set for every statement. */
export const CLICKHOUSE_SETTINGS: Readonly<Record<string, string>> = {
  join_use_nulls: "1",
  cast_keep_nullable: "1",
  input_format_csv_empty_as_default: "1",
};

const TYPES: Readonly<Record<string, string>> = {
  ...{ INTEGER: "Int32", TINYINT: "Int8", SMALLINT: "Int16", BIGINT: "Nullable(Int64)", VARCHAR: "String" },
};

/** The population's aggregate on ClickHouse: the same queries as on DuckDB, in a database of its own that goes with the run. */
export function createClickhousePopulationEngine({ open, archive }: ClickhouseEngineOptions): PopulationEngine {
  return {
    async open() {
      const clickhouse = await open();
      const database = `recompute_${randomUUID().replaceAll("-", "")}`;
      await clickhouse.run(`CREATE DATABASE ${database}`);
      return createRun(clickhouse, database, archive);
    },
  };
}

function createRun(
  clickhouse: Clickhouse,
  database: string,
  archive: ClickhouseEngineOptions["archive"],
): PopulationRun {
  const tableOf = (relation: PopulationRelation): string =>
    `${database}.${relation === "fill" ? "hot_fill" : relation}`;
  /** Queries name relations without their database. */
  const within = (query: string): string => inDatabase(query, database);
  const loaded = new Set<PopulationRelation>();
  const store = (name: string, query: string): Promise<void> =>
    clickhouse.run(`CREATE TABLE ${database}.${name} ENGINE = MergeTree ORDER BY tuple() AS ${within(query)}`);
  async function create(relation: PopulationRelation): Promise<void> {
    const columns = RELATIONS[relation].map(([name, type]) => `${name} ${TYPES[type]}`).join(", ");
    await clickhouse.run(`CREATE TABLE ${tableOf(relation)} (${columns}) ENGINE = MergeTree ORDER BY tuple()`);
    loaded.add(relation);
  }
  return {
    async load(relation, pieces) {
      await create(relation);
      await clickhouse.insert(tableOf(relation), pieces);
    },
    async compute(files) {
      for (const relation of POPULATION_RELATIONS) if (!loaded.has(relation)) await create(relation);
      const paths = files.map(({ path }) => path);
      await clickhouse.run(
        `CREATE VIEW ${database}.fill AS ${within(fillsQuery(paths.length === 0 ? null : archive(paths)))}`,
      );
      await store("recomputed", unitsQuery(CLICKHOUSE));
      await store("wallet_total", walletsQuery);
      return readTotals((query) => clickhouse.rows(within(query)));
    },
    async compare(limit) {
      await store("compared", comparisonQuery);
      await store("difference", differencesQuery);
      return readComparison((query) => clickhouse.rows(within(query)), limit);
    },
    async close() {
      try {
        await clickhouse.run(`DROP DATABASE IF EXISTS ${database}`);
      } finally {
        await clickhouse.close();
      }
    },
  };
}

const NAMES = [...POPULATION_RELATIONS, "hot_fill", "recomputed", "wallet_total", "compared", "difference"].join("|");
const inDatabase = (query: string, database: string): string =>
  query.replace(new RegExp(`\\b(FROM|JOIN)(\\s+)(${NAMES})\\b`, "g"), `$1$2${database}.$3`);

/** As on DuckDB; bytes of an address are text to ClickHouse too. */
function fillsQuery(archived: string | null): string {
  const amounts = "size_micros, cash_micros, fee_micros";
  const hot = `SELECT h.wallet_key AS wallet_key, t.market_key AS market_key, t.outcome_index AS outcome_index, h.is_sell AS is_sell,
      h.is_fee_in_shares AS is_fee_in_shares, ${amounts}
    FROM hot_fill AS h JOIN token AS t ON t.token_key = h.token_key`;
  if (archived === null) return hot;
  return `${hot} UNION ALL
    SELECT w.wallet_key, t.market_key, t.outcome_index, toInt8(a.side = 'SELL'), toInt8(a.fee_asset = 'shares'), ${amounts}
    FROM ${archived} AS a JOIN wallet AS w ON w.address = lower(hex(a.wallet)) JOIN token AS t ON t.token_id = a.token_id`;
}

/**
 * The table expression for these files.
 * @param template with `{files}` where their names go
 * @throws ConfigError without one
 */
export function archiveExpression(template: string | null, paths: readonly string[]): string {
  if (template === null)
    throw new ConfigError([
      `POPULATION_ARCHIVE: ${paths.length} files of the archive are to be read by ClickHouse, and nothing says how: ` +
        "set it to e.g. s3('https://…/{files}', 'Parquet')",
    ]);
  const [only = "", ...more] = paths;
  return template.replaceAll("{files}", () => (more.length === 0 ? only : `{${paths.join(",")}}`));
}

/**
 * @param url with user and password where it needs them, e.g. http://user:password@host:8123
 * @throws TransientError when a statement fails
 */
export function openClickhouseServer(url: string): Clickhouse {
  const { origin, username, password } = new URL(url);
  const headers = {
    "x-clickhouse-user": decodeURIComponent(username) || "default",
    "x-clickhouse-key": decodeURIComponent(password),
  };
  async function ask(query: string, body: ReadableStream | null): Promise<string> {
    const address = `${origin}/?${new URLSearchParams({ ...CLICKHOUSE_SETTINGS, ...(body === null ? {} : { query }) })}`;
    const request = { method: "POST", headers, body: body ?? query, duplex: "half" } as RequestInit;
    const response = await fetch(address, request).catch((cause: unknown) => {
      throw new TransientError(
        "CLICKHOUSE_UNREACHABLE",
        `ClickHouse at ${origin} does not answer: see POPULATION_URL`,
        {},
        { cause },
      );
    });
    const text = await response.text();
    if (!response.ok)
      throw new TransientError("CLICKHOUSE_REFUSED", `ClickHouse answers ${response.status}: ${text.slice(0, 500)}`);
    return text;
  }
  return {
    run: async (statement) => void (await ask(statement, null)),
    rows: async (statement) => rowsOf(await ask(`${statement} FORMAT JSONStringsEachRow`, null)),
    insert: async (table, pieces) => void (await ask(`INSERT INTO ${table} FORMAT CSV`, ReadableStream.from(pieces))),
    close: async () => {},
  };
}

/** Of format JSONStringsEachRow. There NULL is written as a text that no figure can be. */
export const rowsOf = (text: string): readonly Readonly<Record<string, string | null>>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) =>
      Object.fromEntries(
        Object.entries(JSON.parse(line) as Record<string, string>).map(([name, value]) => [
          name,
          value === "ᴺᵁᴸᴸ" ? null : value,
        ]),
      ),
    );

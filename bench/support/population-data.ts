/**
 * A generated population as Parquet files of the archive's own form. Seeded: the same scale gives the same rows.
 *
 * Activity follows a power law: the place of a wallet is u³ of all, of a market u². Fills come as decisions of four in one
 * wallet and market, one in each quarter of the history, so that nothing that belongs together lies together: two or three
 * BUYs, then SELLs of a part. Nine markets of ten are resolved. Hashes are the
 * same in all rows: nobody here reads them.
 */
import { createReadStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Duckdb, openDuckdb, text } from "../../src/adapters/archive/duckdb.ts";
import type { PopulationRelation } from "../../src/core/reputation/population-relations.ts";
import type { ArchiveFile } from "../../src/ports/archive.ts";

export type PopulationSize = { readonly wallets: number; readonly markets: number; readonly fills: number };

export const FULL_SIZE: PopulationSize = { wallets: 2_000_000, markets: 1_000_000, fills: 100_000_000 };

export const sizeAt = (scale: number): PopulationSize => ({
  wallets: Math.round(FULL_SIZE.wallets * scale),
  markets: Math.round(FULL_SIZE.markets * scale),
  // a multiple of four: whole decisions
  fills: Math.round((FULL_SIZE.fills * scale) / 4) * 4,
});

const FILES = 20;
/** A prime, so that multiplying by it permutes the decisions of any size that it does not divide. */
const SCATTER = 48_271;

/** 64 bits from a number and a purpose below 16; of one number, so that purposes do not hang together. */
const bits = (of: string, purpose: number): string => `hash((${of})::BIGINT * 16 + ${purpose})`;
/** Uniform in [0, 1). */
const uniform = (of: string, purpose: number): string => `(${bits(of, purpose)} >> 11)::DOUBLE / 9007199254740992.0`;

const decision = ({ fills }: PopulationSize): string => `((i % ${fills / 4}) * ${SCATTER}) % ${fills / 4}`;

export const walletOf = (of: string, { wallets }: PopulationSize): string =>
  `1 + floor(${wallets} * pow(${uniform(of, 1)}, 3))::INTEGER`;
export const marketOf = (of: string, { markets }: PopulationSize): string =>
  `1 + floor(${markets} * pow(${uniform(of, 2)}, 2))::INTEGER`;

/** Twenty digits: as bytes an address, repeated a token id of 77 digits. */
const digits = (key: string, purpose: number): string => `lpad(${bits(key, purpose)}::VARCHAR, 20, '0')`;
const address = (key: string): string => `${digits(key, 7)}::BLOB`;
const tokenId = (key: string): string => `substr(repeat(${digits(key, 8)}, 4), 1, 77)`;

/** Sells are smaller than the first BUY, so that every unit is complete. */
function fillRows(size: PopulationSize, from: number, to: number): string {
  return `
    SELECT block_number, log_index, make_timestamptz(1700000000000000 + block_number::BIGINT * 1500000) AS timestamp,
      1000::BIGINT AS known_delay_ms, unhex(repeat('ab', 32)) AS tx_hash, unhex(repeat('cd', 32)) AS order_hash,
      unhex(repeat('e1', 20)) AS exchange, 2::TINYINT AS exchange_version, ${address("wallet_key")} AS wallet,
      NULL::BLOB AS counterparty, ${tokenId("2 * market_key + outcome")} AS token_id, NULL::BLOB AS market_id,
      NULL::TINYINT AS outcome_index, side, CASE WHEN i % 2 = 0 THEN 'maker' ELSE 'taker' END AS role, size_micros,
      (size_micros * price // 100)::BIGINT AS cash_micros, (size_micros // 200 * (i % 3 = 0)::INT)::BIGINT AS fee_micros,
      CASE WHEN side = 'BUY' AND i % 7 = 0 THEN 'shares' ELSE 'collateral' END AS fee_asset, -1::INTEGER AS match_log_index
    FROM (
      SELECT i, (i // 100)::INTEGER AS block_number, (i % 100)::INTEGER AS log_index, ${walletOf("d", size)} AS wallet_key,
        ${marketOf("d", size)} AS market_key, (${bits("d", 3)} % 2)::INTEGER AS outcome,
        CASE WHEN stage < 2 OR ${bits("d", 4)} % (stage + 1)::UBIGINT = 0 THEN 'BUY' ELSE 'SELL' END AS side,
        (CASE WHEN stage < 2 THEN 5000000 ELSE 1000000 END + ${bits("i", 5)} % 1000000)::BIGINT AS size_micros,
        (5 + ${bits("i", 6)} % 90)::BIGINT AS price
      FROM (SELECT i, i * 4 // ${size.fills} AS stage, ${decision(size)} AS d FROM range(${from}, ${to}) AS r(i))
    )`;
}

/** How often each relation of the database occurs beside the fills. */
const FILLS_PER_LEG = 50;

const dimension = (size: PopulationSize): Readonly<Record<Exclude<PopulationRelation, "fill" | "unit">, string>> => ({
  wallet: `SELECT k, lower(hex(${address("k")})), k FROM range(1, ${size.wallets + 1}) AS r(k)`,
  token: `SELECT t, ${tokenId("t")}, t // 2, t % 2 FROM range(2, ${2 * size.markets + 2}) AS r(t)`,
  market: `
    SELECT m, lower(hex(unhex(lpad(printf('%x', m), 64, '0')))),
      CASE WHEN h % 10 = 0 THEN NULL ELSE h // 10 % 2 END, CASE WHEN h % 10 = 0 THEN NULL ELSE 1 - h // 10 % 2 END, 0
    FROM (SELECT m, (${bits("m", 11)} >> 4)::BIGINT AS h FROM range(1, ${size.markets + 1}) AS r(m))`,
  // Splits of ten sets: two legs each.
  leg: `
    SELECT e, 500, 0, outcome, ${walletOf("e", size)}, 2 * (${marketOf("e", size)}) + outcome, 1, 0, 10000000, -5000000
    FROM range(0, ${Math.floor(size.fills / FILLS_PER_LEG / 2)}) AS r(e), range(0, 2) AS o(outcome)`,
});

export async function generatePopulation(folder: string, size: PopulationSize): Promise<void> {
  await mkdir(join(folder, "fills"), { recursive: true });
  const duckdb = await openDuckdb({ spillFolder: join(folder, "spill"), memoryMb: 3_000, threads: 2 });
  try {
    for (let file = 0; file < FILES; file += 1) {
      const [from, to] = [file, file + 1].map((n) => Math.floor((size.fills * n) / FILES)) as [number, number];
      await duckdb.run(`COPY (${fillRows(size, from, to)}) TO ${text(pathOf(folder, file))}
        (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 500000)`);
    }
    for (const [relation, query] of Object.entries(dimension(size))) {
      await duckdb.run(`COPY (${query}) TO ${text(linesOf(folder, relation))} (FORMAT csv, HEADER false)`);
    }
  } finally {
    duckdb.close();
  }
}

const pathOf = (folder: string, file: number): string => join(folder, relativePath(file));
const relativePath = (file: number): string => join("fills", `fills-${file.toString().padStart(2, "0")}.parquet`);
const linesOf = (folder: string, relation: string): string => join(folder, `${relation}.csv`);

export const LOADED = ["wallet", "token", "market", "leg"] as const;
export const readLines = (folder: string, relation: PopulationRelation): AsyncIterable<Uint8Array> =>
  createReadStream(linesOf(folder, relation), { highWaterMark: 1 << 20 });

/** As the catalog would list them: only the path is read. */
export const archiveFiles = (): readonly ArchiveFile[] =>
  Array.from({ length: FILES }, (_, file) => ({ path: relativePath(file) }) as ArchiveFile);

export const filesOf = (folder: string): readonly string[] =>
  Array.from({ length: FILES }, (_, file) => pathOf(folder, file));

/** Cash flows and payouts of everything at once, without wallets: what all wallets together must have made. */
export async function totalOf(duckdb: Duckdb, folder: string): Promise<bigint> {
  const lines = (relation: string, columns: string): string =>
    `read_csv(${text(linesOf(folder, relation))}, header = false, columns = ${columns})`;
  const [row] = await duckdb.rows(`
    WITH market AS (SELECT * FROM ${lines("market", "{'m': 'INT', 'c': 'VARCHAR', 'n0': 'INT', 'n1': 'INT', 'w': 'INT'}")}),
    token AS (SELECT t, id, m, o FROM ${lines("token", "{'t': 'INT', 'id': 'VARCHAR', 'm': 'INT', 'o': 'INT'}")}),
    payout AS (SELECT id, t, CASE o WHEN 0 THEN n0 ELSE n1 END AS pays FROM token JOIN market USING (m) WHERE n0 IS NOT NULL),
    leg AS (SELECT * FROM ${lines("leg", "{'b': 'INT', 'l': 'INT', 'o': 'INT', 'g': 'INT', 'w': 'INT', 't': 'INT', 'k': 'INT', 'own': 'INT', 'a': 'BIGINT', 'c': 'BIGINT'}")})
    SELECT (sum(x))::VARCHAR AS total FROM (
      SELECT sum(CASE side WHEN 'SELL' THEN cash_micros - fee_micros
          ELSE -cash_micros - CASE fee_asset WHEN 'shares' THEN 0 ELSE fee_micros END END) +
        sum(CASE side WHEN 'SELL' THEN -size_micros ELSE size_micros - CASE fee_asset WHEN 'shares' THEN fee_micros ELSE 0 END END * pays) AS x
      FROM read_parquet([${filesOf(folder).map(text).join(", ")}]) JOIN payout ON id = token_id
      UNION ALL SELECT sum(c + a * pays) FROM leg JOIN payout USING (t))`);
  return BigInt(row?.total as string);
}

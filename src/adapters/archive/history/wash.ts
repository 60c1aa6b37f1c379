/**
 * The network of who traded with whom, from staged fills: the sums of core/reputation/wash.ts, steps 1 and 2, as the
 * database makes them for scores (postgres/reputation/wash-steps.ts), for any stretch of the past.
 */
import {
  findWashClusters,
  WASH_MIN_MEETINGS,
  WASH_TIE_PERCENT,
  WASH_TURNOVER_PERCENT,
  type WashMember,
} from "../../../core/reputation/wash.ts";
import type { EpochMs } from "../../../core/time/time.ts";
import { type Duckdb, untilAborted } from "../duckdb.ts";

/** Thousandths of a share: sums of any wallet's volume stay below 2⁵³. */
const MICROS_PER_UNIT = 1_000;
const IS_SELL = "(traits & 1) = 1";
const IS_MAKER = "(traits & 2) = 2";

type WashQuestion = {
  readonly duckdb: Duckdb;
  /** Of the staged fills. */
  readonly relation: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly signal?: AbortSignal | undefined;
};

/** `wallet` and `cluster` of the members are the database's keys. @throws AbortedError */
export async function findStagedWash(question: WashQuestion): Promise<readonly WashMember[]> {
  const { duckdb, signal } = question;
  try {
    return await untilAborted(duckdb, signal, async () => {
      await makeNetwork(question);
      return findMembers(duckdb);
    });
  } finally {
    await duckdb.run("DROP TABLE IF EXISTS wash_tie; DROP TABLE IF EXISTS wash_wallet");
  }
}

async function makeNetwork({ duckdb, relation, from, to }: WashQuestion): Promise<void> {
  const fills = `${relation} WHERE occurred_ms >= ${Math.trunc(from)} AND occurred_ms < ${Math.trunc(to)}`;
  await duckdb.run(`CREATE TABLE wash_wallet AS
    SELECT wallet_key, sum(bought + sold) AS volume
    FROM (SELECT wallet_key, token_key, coalesce(sum(size_micros) FILTER (WHERE NOT ${IS_SELL}), 0) AS bought,
        coalesce(sum(size_micros) FILTER (WHERE ${IS_SELL}), 0) AS sold
      FROM ${fills} GROUP BY ALL)
    GROUP BY ALL
    HAVING 200 * sum(least(bought, sold)) >= ${WASH_TURNOVER_PERCENT} * sum(bought + sold) AND sum(bought + sold) > 0`);
  // A match's maker legs stand before its taker's leg, in one block: the next taker is whom they met.
  await duckdb.run(`CREATE TABLE wash_tie AS
    WITH met AS (SELECT wallet_key, size_micros, ${IS_MAKER} AS is_maker,
        first_value(CASE WHEN ${IS_MAKER} THEN NULL ELSE wallet_key END IGNORE NULLS) OVER (PARTITION BY block_number
          ORDER BY log_index ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS taker_key
      FROM ${fills}),
    pair AS (SELECT least(wallet_key, taker_key) AS a, greatest(wallet_key, taker_key) AS b,
        sum(CASE WHEN wallet_key = taker_key THEN 2 ELSE 1 END * size_micros) AS volume
      FROM met WHERE is_maker AND wallet_key IN (SELECT wallet_key FROM wash_wallet)
        AND taker_key IN (SELECT wallet_key FROM wash_wallet)
      GROUP BY ALL HAVING count(*) >= ${WASH_MIN_MEETINGS})
    SELECT a, b, pair.volume FROM pair JOIN wash_wallet x ON x.wallet_key = a JOIN wash_wallet y ON y.wallet_key = b
    WHERE 100 * pair.volume >= ${WASH_TIE_PERCENT} * greatest(x.volume, y.volume)`);
}

const units = (column: string): string => `trunc(${column} / ${MICROS_PER_UNIT})::DOUBLE`;

async function findMembers(duckdb: Duckdb): Promise<readonly WashMember[]> {
  const wallets = await readColumns(
    duckdb,
    `SELECT wallet_key, ${units("volume")} FROM wash_wallet
      WHERE wallet_key IN (SELECT a FROM wash_tie UNION SELECT b FROM wash_tie) ORDER BY 1`,
  );
  const ties = await readColumns(duckdb, `SELECT a, b, ${units("volume")} FROM wash_tie ORDER BY 1, 2`);
  const [keys = [], volumes = []] = wallets;
  const [a = [], b = [], volume = []] = ties;
  const places = new Map(keys.map((key, place) => [key, place]));
  const placesOf = (list: readonly number[]): Int32Array => Int32Array.from(list, (key) => places.get(key) as number);
  const network = {
    volumes: Float64Array.from(volumes),
    ties: { a: placesOf(a), b: placesOf(b), volume: Float64Array.from(volume) },
  };
  return findWashClusters(network).map((member) => ({
    ...{ wallet: keys[member.wallet] as number, cluster: keys[member.cluster] as number, share: member.share },
  }));
}

async function readColumns(duckdb: Duckdb, statement: string): Promise<readonly (readonly number[])[]> {
  const columns: number[][] = [];
  for await (const chunk of duckdb.stream(statement)) {
    for (const [index, values] of chunk.entries()) {
      const column = columns[index] ?? [];
      for (const value of values) column.push(value as number);
      columns[index] = column;
    }
  }
  return columns;
}

/** The network of who traded with whom, summed by the database, and the wash clusters that core finds in it. */
import { type RawBuilder, sql, type Transaction } from "kysely";
import {
  findWashClusters,
  WASH_MIN_MEETINGS,
  WASH_TIE_PERCENT,
  WASH_TURNOVER_PERCENT,
  type WashNetwork,
} from "../../../core/reputation/wash.ts";
import { DAY_MS, type EpochMs, epochMs } from "../../../core/time/time.ts";
import { float8Array, int4Array, ts } from "../codecs.ts";
import type { Schema } from "../schema.ts";
import { lockLedger } from "./ledger-intake.ts";

type Trx = Transaction<Schema>;

const ROWS_PER_PAGE = 50_000;
/** Thousandths of a share: sums of any wallet's volume stay below 2⁵³. */
const MICROS_PER_UNIT = 1_000;

/**
 * Looks for clusters in the whole days from `cutoff` up to today, of fills in the ledger that are still in the database;
 * once a day, and again when fills of those days came late. Marks the wallets that entered or left a cluster.
 * @returns wallets in clusters; null: nothing to be done
 */
export async function findWash(trx: Trx, cutoff: EpochMs, at: EpochMs): Promise<number | null> {
  await lockLedger(trx);
  const [from, to] = [Math.floor(cutoff / DAY_MS), Math.floor(at / DAY_MS)];
  const state = await trx.selectFrom("flow.ledger_state").select(["wash_from", "wash_to"]).executeTakeFirstOrThrow();
  if (state.wash_from === from && state.wash_to === to) return null;
  await sumNetwork(trx, epochMs(from * DAY_MS), epochMs(to * DAY_MS));
  const { keys, network } = await loadNetwork(trx);
  await sql`DROP TABLE wash_wallet, wash_tie`.execute(trx);
  const members = findWashClusters(network);
  const keyOf = (place: number): number => keys[place] as number;
  await saveMembers(
    trx,
    members.map(({ wallet, cluster, share }) => ({ wallet: keyOf(wallet), cluster: keyOf(cluster), share })),
    at,
  );
  await sql`UPDATE flow.ledger_state SET wash_from = ${from}, wash_to = ${to}`.execute(trx);
  return members.length;
}

/** Fills of days that were looked at have come since. OFFSET 0: found by their blocks, not by walking along all times. */
export async function noteLateFills(trx: Trx, fromBlock: number, toBlock: number): Promise<void> {
  await sql`UPDATE flow.ledger_state SET wash_to = NULL WHERE to_timestamp(wash_to::float8 * 86400) >
    (SELECT min(occurred_at) FROM
      (SELECT occurred_at FROM flow.fill WHERE block_number BETWEEN ${fromBlock} AND ${toBlock} OFFSET 0) f)`.execute(
    trx,
  );
}

/** Sums spill to disk where they have to, so this takes time and not memory. */
async function sumNetwork(trx: Trx, from: EpochMs, to: EpochMs): Promise<void> {
  const fills = sql`flow.fill f JOIN flow.ledger_range r
    ON r.is_applied AND f.block_number BETWEEN r.from_block AND r.to_block
    WHERE f.occurred_at >= ${ts(from)} AND f.occurred_at < ${ts(to)}`;
  await sql`CREATE TEMP TABLE wash_wallet ON COMMIT DROP AS
    SELECT wallet_key, sum(bought + sold) AS volume
    FROM (SELECT wallet_key, token_key, coalesce(sum(size_micros) FILTER (WHERE NOT is_sell), 0) AS bought,
        coalesce(sum(size_micros) FILTER (WHERE is_sell), 0) AS sold
      FROM ${fills} GROUP BY 1, 2) token
    GROUP BY 1
    HAVING 200 * sum(least(bought, sold)) >= ${WASH_TURNOVER_PERCENT} * sum(bought + sold) AND sum(bought + sold) > 0`.execute(
    trx,
  );
  await sql`ANALYZE wash_wallet`.execute(trx);
  await sql`CREATE TEMP TABLE wash_tie ON COMMIT DROP AS
    SELECT p.a, p.b, p.volume FROM (
      SELECT least(wallet_key, counterparty_key) AS a, greatest(wallet_key, counterparty_key) AS b,
        sum(CASE WHEN wallet_key = counterparty_key THEN 2 ELSE 1 END * size_micros) AS volume
      FROM ${fills} AND f.is_maker AND wallet_key IN (SELECT wallet_key FROM wash_wallet)
        AND counterparty_key IN (SELECT wallet_key FROM wash_wallet)
      GROUP BY 1, 2 HAVING count(*) >= ${WASH_MIN_MEETINGS}) p
    JOIN wash_wallet x ON x.wallet_key = p.a JOIN wash_wallet y ON y.wallet_key = p.b
    WHERE 100 * p.volume >= ${WASH_TIE_PERCENT} * greatest(x.volume, y.volume)`.execute(trx);
}

type PageRow = { readonly a: number; readonly b: number; readonly volume: number };

/** Only wallets with a tie; `keys` are theirs, ascending. */
async function loadNetwork(trx: Trx): Promise<{ readonly keys: Int32Array; readonly network: WashNetwork }> {
  const units = sql`trunc(volume / ${MICROS_PER_UNIT})::float8`;
  const wallets = await readPages(
    trx,
    sql`SELECT wallet_key AS a, 0 AS b, ${units} AS volume FROM wash_wallet
      WHERE wallet_key IN (SELECT a FROM wash_tie UNION SELECT b FROM wash_tie)`,
  );
  const ties = await readPages(trx, sql`SELECT a, b, ${units} AS volume FROM wash_tie`);
  const placesOf = (keys: Int32Array): Int32Array => keys.map((key) => placeOf(wallets.a, key));
  return {
    keys: wallets.a,
    network: {
      volumes: wallets.volume,
      ties: { a: placesOf(ties.a), b: placesOf(ties.b), volume: ties.volume },
    },
  };
}

type Columns = { readonly a: Int32Array; readonly b: Int32Array; readonly volume: Float64Array };

/** Into columns a page at a time: as objects these rows would take ten times the memory. Ordered by (a, b). */
async function readPages(trx: Trx, query: RawBuilder<unknown>): Promise<Columns> {
  const { rows: counted } = await sql<{ size: number }>`SELECT count(*)::int AS size FROM (${query}) q`.execute(trx);
  const size = counted[0]?.size ?? 0;
  const columns = { a: new Int32Array(size), b: new Int32Array(size), volume: new Float64Array(size) };
  for (let read = 0, last = { a: 0, b: -1 }; read < size; ) {
    const { rows } = await sql<PageRow>`SELECT * FROM (${query}) q
      WHERE (a, b) > (${last.a}::int, ${last.b}::int) ORDER BY a, b LIMIT ${ROWS_PER_PAGE}`.execute(trx);
    for (const [i, row] of rows.entries()) {
      columns.a[read + i] = row.a;
      columns.b[read + i] = row.b;
      columns.volume[read + i] = row.volume;
    }
    read += rows.length;
    last = rows.at(-1) ?? last;
  }
  return columns;
}

function placeOf(keys: Int32Array, key: number): number {
  let [low, high] = [0, keys.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as number) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

type Member = { readonly wallet: number; readonly cluster: number; readonly share: number };

async function saveMembers(trx: Trx, members: readonly Member[], at: EpochMs): Promise<void> {
  const wallets = int4Array(members.map(({ wallet }) => wallet));
  await sql`INSERT INTO flow.score_due
    SELECT coalesce(w.wallet_key, m.wallet_key) FROM flow.wallet_wash w
    FULL JOIN unnest(${wallets}) AS m (wallet_key) USING (wallet_key)
    WHERE w.wallet_key IS NULL OR m.wallet_key IS NULL ON CONFLICT DO NOTHING`.execute(trx);
  await sql`DELETE FROM flow.wallet_wash WHERE wallet_key <> ALL(${wallets})`.execute(trx);
  await sql`INSERT INTO flow.wallet_wash (wallet_key, cluster_key, share, found_at)
    SELECT *, ${ts(at)} FROM unnest(${wallets}, ${int4Array(members.map(({ cluster }) => cluster))},
      ${float8Array(members.map(({ share }) => share))})
    ON CONFLICT (wallet_key) DO UPDATE SET cluster_key = excluded.cluster_key, share = excluded.share`.execute(trx);
}

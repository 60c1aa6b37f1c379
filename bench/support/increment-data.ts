/**
 * A ledger of a generated population in PostgreSQL, as it stands before an hour comes in, and that hour: the same power law
 * as population-data.ts. Units of the past are written as rows, their fills are not (they would be in the archive); scores
 * are calculated by the product itself. The hour's BUYs and SELLs are in markets that are open; SELLs are of open holdings.
 */
import type pg from "pg";
import type { PopulationSize } from "./population-data.ts";

export type Hour = { readonly fills: number; readonly resolutions: number };

/** 120 days of which the lookback sees 90. Nine of ten markets are resolved. */
const DAYS = 120;
export const NOW = "2026-01-08 12:00:00+00";
const LAST_BLOCK = 50_000_000;
const BLOCKS_PER_HOUR = 2_400;

/** Uniform in [0, 1), from a number and a purpose. */
const u = (of: string, purpose: number): string =>
  `((hashint8extended((${of})::int8, ${purpose}) & 9007199254740991)::float8 / 9007199254740992)`;
const walletOf = (of: string, { wallets }: PopulationSize): string => `1 + floor(${wallets} * ${u(of, 1)} ^ 3)::int`;
const ago = (share: string): string => `timestamptz '${NOW}' - ${share} * interval '${DAYS} days'`;

const marketOf = (of: string, { markets }: PopulationSize): string => `1 + floor(${markets} * ${u(of, 2)} ^ 2)::int`;

const INDEXES = ["unit_by_market", "unit_by_closing"];

export async function createLedger(client: pg.Client, size: PopulationSize): Promise<void> {
  const { wallets, markets } = size;
  const run = (statement: string): Promise<unknown> => client.query(statement);
  await run("SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'; SET max_parallel_workers_per_gather = 0");
  await run(`INSERT INTO flow.wallet OVERRIDING SYSTEM VALUE
    SELECT k, decode(lpad(to_hex(k), 40, '0'), 'hex') FROM generate_series(1, ${wallets}) k`);
  // Which market is open does not go with how busy it is: keys are scattered.
  await run(`INSERT INTO flow.market (market_key, condition_id, neg_risk, starts_at, ends_at) OVERRIDING SYSTEM VALUE
    SELECT k, decode(lpad(to_hex(k), 64, '0'), 'hex'), false, ${ago(`(${u("k", 3)} + 0.1)`)}, ${ago(u("k", 3))}
    FROM generate_series(1, ${markets}) k`);
  await run(`INSERT INTO flow.token (token_key, token_id, market_key, outcome_index) OVERRIDING SYSTEM VALUE
    SELECT 2 * k + o, 1000000 + 2 * k + o, k, o FROM generate_series(1, ${markets}) k, generate_series(0, 1) o`);
  await run(`CREATE TABLE bench_open AS SELECT market_key, row_number() OVER (ORDER BY market_key) AS place FROM flow.market
    WHERE ${u("market_key", 4)} < 0.1`);
  await run(`INSERT INTO flow.resolution
    SELECT market_key, (market_key % 2), 1 - (market_key % 2), 1000, 0, ends_at, ends_at FROM flow.market m
    WHERE NOT EXISTS (SELECT FROM bench_open o WHERE o.market_key = m.market_key)`);
  for (const index of INDEXES) await run(`DROP INDEX flow.${index}`);
  await run("ALTER TABLE flow.unit DROP CONSTRAINT unit_pkey");
  // Eight shares at 0.50; a winner of the first outcome made 4 USD, a loser lost them.
  await run(`INSERT INTO flow.unit
    SELECT d.wallet_key, d.market_key, 8000000, 0, CASE WHEN r.market_key IS NULL THEN 4000000 WHEN won THEN 8000000 ELSE 0 END, 0,
      0, 4000000, 4000000, CASE WHEN r.market_key IS NULL THEN 0 WHEN won THEN 4000000 ELSE -4000000 END,
      4000000, 2000000, 4000000 * 3600000::numeric, 500000, 0, 0, 0, 0, 0, 1, 0, 1000, 0, false, false,
      m.starts_at, NULL, NULL, NULL, r.resolved_at, r.resolved_at,
      CASE WHEN r.market_key IS NULL THEN NULL WHEN won THEN 1000000 ELSE -1000000 END,
      CASE WHEN r.market_key IS NULL THEN NULL WHEN won THEN 500000 ELSE -500000 END, false
    FROM (SELECT DISTINCT ${walletOf("i", size)} AS wallet_key, ${marketOf("i", size)} AS market_key
      FROM generate_series(1, ${size.fills / 4}) i) d
    JOIN flow.market m USING (market_key) LEFT JOIN flow.resolution r USING (market_key),
    LATERAL (SELECT r.numerator_0 > 0 AS won) w`);
  await run("ALTER TABLE flow.unit ADD PRIMARY KEY (wallet_key, market_key)");
  await run("CREATE INDEX unit_by_market ON flow.unit (market_key)");
  await run("CREATE INDEX unit_by_closing ON flow.unit (closed_at) WHERE closed_at IS NOT NULL");
  await run(`INSERT INTO flow.wallet_day
    SELECT wallet_key, day, count(*) * 4, count(*) * 16000000, count(*) * 8000000
    FROM (SELECT ${walletOf("i", size)} AS wallet_key,
        floor(extract(epoch FROM timestamptz '${NOW}') / 86400)::int - floor(90 * ${u("i", 5)})::int AS day
      FROM generate_series(1, ${size.fills / 4}) i) d GROUP BY 1, 2`);
  await run(`INSERT INTO flow.wallet_activity SELECT wallet_key, sum(fills), sum(volume_micros), '${NOW}', '${NOW}'
    FROM flow.wallet_day GROUP BY 1`);
  await run("INSERT INTO flow.ledger_market SELECT market_key, starts_at, ends_at FROM flow.market");
  await run("INSERT INTO flow.score_due SELECT DISTINCT wallet_key FROM flow.unit WHERE closed_at IS NOT NULL");
  await run(`INSERT INTO flow.coverage VALUES (1, ${LAST_BLOCK})`);
  await run(`INSERT INTO flow.ledger_range VALUES (1, ${LAST_BLOCK}, true)`);
  await run(
    `INSERT INTO flow.ingest (kind, from_block, to_block, committed_at) VALUES ('extend', 1, ${LAST_BLOCK}, '${NOW}')`,
  );
  await run(`INSERT INTO flow.reader_cursor SELECT 'reputation', max(seq), '${NOW}' FROM flow.ingest`);
  await run(`UPDATE flow.chain_state SET finalized_block = ${LAST_BLOCK}, head_block = ${LAST_BLOCK}`);
  await run("VACUUM ANALYZE");
}

/** What the listener would have committed. Half of the fills in units that are there, half in new ones. */
export async function addHour(client: pg.Client, size: PopulationSize, { fills, resolutions }: Hour): Promise<void> {
  const from = LAST_BLOCK + 1;
  const to = LAST_BLOCK + BLOCKS_PER_HOUR;
  const run = (statement: string): Promise<unknown> => client.query(statement);
  await run(`SELECT flow.ensure_fill_partition(${from}), flow.ensure_fill_partition(${to})`);
  await run(`CREATE TEMP TABLE held AS SELECT wallet_key, market_key, row_number() OVER (ORDER BY hashint8extended(wallet_key::int8 * 4000037 + market_key, 6)) AS place
    FROM flow.unit WHERE resolved_at IS NULL`);
  await run("CREATE INDEX ON held (place)");
  await run(`INSERT INTO flow.fill_packed
    SELECT timestamptz '${NOW}' - interval '1 hour' + (i * 3600.0 / ${fills}) * interval '1 second',
      2000000, 1000000, 5000, ${from} + (i::int8 * ${BLOCKS_PER_HOUR} / ${fills})::int, i, wallet_key, 0, 2 * market_key, 500, -1,
      24 + CASE WHEN is_sell THEN 1 ELSE 0 END + 2 * (i % 2), '\\x${"ab".repeat(32)}', '\\x${"cd".repeat(32)}'
    FROM (
      SELECT i, h.wallet_key, h.market_key, i % 8 = 0 AS is_sell
      FROM generate_series(0, ${fills - 1}, 2) i
      JOIN held h ON h.place = 1 + floor((SELECT count(*) FROM held) * ${u("i", 7)})::int
      UNION ALL
      SELECT i, ${walletOf("i + 77000000000", size)}, o.market_key, false
      FROM generate_series(1, ${fills - 1}, 2) i
      JOIN bench_open o ON o.place = 1 + floor((SELECT count(*) FROM bench_open) * ${u("i", 8)} ^ 2)::int
    ) f`);
  await run(`INSERT INTO flow.resolution
    SELECT market_key, 1, 0, ${from} + (place % ${BLOCKS_PER_HOUR})::int, 9, timestamptz '${NOW}' - interval '1 minute', '${NOW}'
    FROM bench_open WHERE place <= ${resolutions}`);
  await run(`UPDATE flow.coverage SET to_block = ${to}`);
  await run(
    `INSERT INTO flow.ingest (kind, from_block, to_block, committed_at) VALUES ('extend', ${from}, ${to}, '${NOW}')`,
  );
  await run(`UPDATE flow.chain_state SET finalized_block = ${to}, head_block = ${to}`);
  await run("DROP TABLE held; ANALYZE flow.fill_packed");
}

/** Anything that an hour wrongly booked or not at all would change. @throws Error naming what is wrong */
export async function checkHour(client: pg.Client, before: bigint): Promise<void> {
  const number = async (query: string): Promise<bigint> => BigInt((await client.query(query)).rows[0].n);
  const bought = await number(
    "SELECT coalesce(sum(cash_micros + fee_micros), 0) AS n FROM flow.fill WHERE NOT is_sell",
  );
  const after = await paidIn(client);
  if (after !== before + bought) throw new Error(`units paid in ${after}, fills say ${before + bought}`);
  const open = await number(`SELECT count(*) AS n FROM flow.unit u JOIN flow.resolution r USING (market_key)
    WHERE u.resolved_at IS NULL OR u.closed_at IS NULL`);
  if (open > 0n) throw new Error(`${open} units of resolved markets are open`);
  const wrong = await number(`SELECT count(*) AS n FROM (
      SELECT wallet_key, count(*) FILTER (WHERE roi_micros IS NOT NULL) AS units,
        coalesce(sum(realised) FILTER (WHERE roi_micros IS NOT NULL), 0) AS pnl,
        coalesce(sum(edge_micros), 0) AS edge_sum
      FROM flow.unit WHERE closed_at > (SELECT scored_cutoff FROM flow.ledger_state) AND NOT is_combo GROUP BY 1) u
    JOIN flow.wallet_score s USING (wallet_key)
    WHERE (s.closed_markets, s.pnl_micros, s.edge_sum) IS DISTINCT FROM (u.units, u.pnl, u.edge_sum)`);
  if (wrong > 0n) throw new Error(`${wrong} wallets' scores do not rest on their units`);
  const waiting = await number(
    "SELECT (SELECT count(*) FROM flow.score_due) + (SELECT count(*) FROM flow.ledger_due) AS n",
  );
  if (waiting > 0n) throw new Error(`${waiting} wallets or markets are still to be done`);
}

export const paidIn = async (client: pg.Client): Promise<bigint> =>
  BigInt((await client.query("SELECT sum(paid_in) AS n FROM flow.unit")).rows[0].n);

import { sql } from "kysely";
import type { MarketFilter, Page, PageRequest, Row, SeriesRequest } from "../../../ports/read-side.ts";
import { bytes, ts } from "../codecs.ts";
import type { Database } from "../connect.ts";
import { EDGE_BOUND } from "../edge-bound.ts";
import { conditions, readPage } from "./paging.ts";
import { tokensOf } from "./trades.ts";

/** Fills that the list by activity looks at. */
const ACTIVITY_FILLS = 5_000;

const columns = sql`v.*, m.outcome_0, m.outcome_1, m.accepting_orders, m.tick_size_micros * 0.000001 AS tick_size`;
const view = sql`CROSS JOIN LATERAL (
  SELECT * FROM orderflow_market_outcomes o WHERE o.market_id = '0x' || encode(m.condition_id, 'hex')) v`;

export function readMarkets(db: Database, filter: MarketFilter, page: PageRequest): Promise<Page> {
  const { search, category, resolved, sort } = filter;
  const where = conditions(
    search !== undefined && sql`m.title ILIKE ${`%${search.replace(/[\\%_]/g, "\\$&")}%`}`,
    category !== undefined && sql`m.category = ${category}`,
    resolved !== undefined && sql`(r.market_key IS NOT NULL) = ${resolved}`,
  );
  const activity = sql`(
    SELECT t.market_key, count(*)::int AS recent_fills, sum(f.cash_micros) * 0.000001 AS recent_volume_usd,
      max(f.occurred_at) AS last_fill_at
    FROM (SELECT token_key, cash_micros, occurred_at FROM flow.fill_packed
      ORDER BY block_number DESC, log_index DESC LIMIT ${ACTIVITY_FILLS}) f
    JOIN flow.token t USING (token_key) GROUP BY t.market_key) x`;
  const byActivity = sort === "activity";
  return readPage(
    db,
    {
      columns: sql`${columns}, x.recent_fills, x.recent_volume_usd, x.last_fill_at`,
      from: sql`flow.market m ${byActivity ? sql`JOIN` : sql`LEFT JOIN`} ${activity} ON x.market_key = m.market_key
        LEFT JOIN flow.resolution r ON r.market_key = m.market_key ${view}`,
      where,
      keys: byActivity
        ? [
            { by: sql`x.recent_fills`, type: "int4" },
            { by: sql`m.market_key`, type: "int4" },
          ]
        : [
            { by: sql`coalesce(m.ends_at, '-infinity'::timestamptz)`, type: "timestamptz" },
            { by: sql`m.market_key`, type: "int4" },
          ],
    },
    page,
  );
}

/** A market with its tokens, each with the price of its newest fill. */
export async function readMarket({ kysely }: Database, id: string): Promise<Row | null> {
  const { rows } = await sql<Row>`
    SELECT ${columns} FROM flow.market m ${view} WHERE m.condition_id = ${bytes(id)}`.execute(kysely);
  const [market] = rows;
  if (market === undefined) return null;
  const tokens = await sql<Row>`
    SELECT t.token_id::text AS token_id, t.outcome_index,
      CASE t.outcome_index WHEN 0 THEN coalesce(m.outcome_0, 'Yes') ELSE coalesce(m.outcome_1, 'No') END AS outcome,
      f.last_price, f.last_fill_at
    FROM flow.token t JOIN flow.market m USING (market_key)
    LEFT JOIN LATERAL (
      SELECT round(cash_micros::numeric / nullif(size_micros, 0), 6) AS last_price, occurred_at AS last_fill_at
      FROM flow.fill_packed f WHERE f.token_key = t.token_key ORDER BY occurred_at DESC LIMIT 1) f ON true
    WHERE m.condition_id = ${bytes(id)} ORDER BY t.outcome_index`.execute(kysely);
  return { ...market, tokens: tokens.rows };
}

const bucketOf = ({ seconds }: SeriesRequest) =>
  sql`date_bin(make_interval(secs => ${seconds}::int), f.occurred_at, 'epoch'::timestamptz)`;
const inMarket = (id: string, { from, to }: SeriesRequest) => sql`
  f.token_key IN ${tokensOf(id)} AND f.occurred_at >= ${ts(from)} AND f.occurred_at < ${ts(to)} AND f.size_micros > 0`;

/** Taker legs and makers alike are fills of the token, so the volume counts a match once for each of its two sides. */
export async function readMarketPrices(
  { kysely }: Database,
  id: string,
  series: SeriesRequest,
): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    SELECT at, token_id, outcome_index, (array_agg(price ORDER BY block_number, log_index))[1] AS open,
      max(price) AS high, min(price) AS low,
      (array_agg(price ORDER BY block_number DESC, log_index DESC))[1] AS close,
      sum(cash_micros) * 0.000001 AS volume_usd, count(*)::int AS fills
    FROM (SELECT ${bucketOf(series)} AS at, t.token_id::text AS token_id, t.outcome_index, f.block_number, f.log_index,
        f.cash_micros, round(f.cash_micros::numeric / f.size_micros, 6) AS price
      FROM flow.fill f JOIN flow.token t USING (token_key) WHERE ${inMarket(id, series)}) p
    GROUP BY at, token_id, outcome_index ORDER BY at, outcome_index`.execute(kysely);
  return rows;
}

export async function readMarketFlow({ kysely }: Database, id: string, series: SeriesRequest): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    SELECT ${bucketOf(series)} AS at, coalesce(s.trader_tier, 'AVERAGE') AS trader_tier, t.outcome_index,
      coalesce(sum(f.cash_micros) FILTER (WHERE NOT f.is_sell), 0) * 0.000001 AS bought_usd,
      coalesce(sum(f.cash_micros) FILTER (WHERE f.is_sell), 0) * 0.000001 AS sold_usd,
      count(DISTINCT f.wallet_key)::int AS wallets
    FROM flow.fill f JOIN flow.token t USING (token_key) LEFT JOIN flow.wallet_score s ON s.wallet_key = f.wallet_key
    WHERE ${inMarket(id, series)}
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`.execute(kysely);
  return rows;
}

/** Wallets with a score in this market, the best first, with what they hold and made in it. */
export const readMarketWallets = (db: Database, id: string, page: PageRequest): Promise<Page> =>
  readPage(
    db,
    {
      columns: sql`'0x' || encode(w.address, 'hex') AS wallet_address, s.reputation_score, s.confidence_score,
        s.trader_tier, s.follow_eligible, ${EDGE_BOUND} AS edge_lower_bound, u.shares_0 * 0.000001 AS shares_0,
        u.shares_1 * 0.000001 AS shares_1, u.paid_in * 0.000001 AS paid_in_usd, u.realised * 0.000001 AS realized_pnl_usd,
        u.opened_at, u.closed_at, u.is_incomplete`,
      from: sql`flow.unit u JOIN flow.market m USING (market_key) JOIN flow.wallet_score s USING (wallet_key)
        JOIN flow.wallet w USING (wallet_key) CROSS JOIN flow.edge_prior_now e`,
      where: [sql`m.condition_id = ${bytes(id)}`],
      keys: [
        { by: sql`s.reputation_score`, type: "float8" },
        { by: sql`s.wallet_key`, type: "int4" },
      ],
    },
    page,
  );

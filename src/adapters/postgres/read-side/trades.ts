import { type RawBuilder, sql } from "kysely";
import type { NewTrades, Page, PageRequest, Row, TradeFilter } from "../../../ports/read-side.ts";
import { bytes } from "../codecs.ts";
import type { Database } from "../connect.ts";
import { conditions, readPage } from "./paging.ts";

/** Tokens of a market, and the key of a wallet: what fills are indexed by. */
export const tokensOf = (market: string): RawBuilder<unknown> => sql`
  (SELECT token_key FROM flow.token JOIN flow.market USING (market_key) WHERE condition_id = ${bytes(market)})`;
export const keyOf = (wallet: string): RawBuilder<unknown> => sql`
  (SELECT wallet_key FROM flow.wallet WHERE address = ${bytes(wallet)})`;

const columns = sql`t.*, s.reputation_score AS wallet_score, coalesce(s.trader_tier, 'AVERAGE') AS trader_tier`;

/** Blocks that a page looks through for what no index finds: half an hour. */
const WINDOW_BLOCKS = 900;
const ABOVE_ALL = 999_999_999;

/**
 * Fills are picked by their index before anything is joined to them. What no index finds is looked for in a stretch of
 * blocks; a page of it may hold fewer rows than asked for, or none, and still have a next one.
 */
export async function readTrades(db: Database, filter: TradeFilter, request: PageRequest): Promise<Page> {
  const { tier, wallet, market, side, minUsd } = filter;
  const keys = await findKeys(db, filter);
  if (keys === null) return { rows: [], next: null };
  const isLookedFor = tier !== undefined || side !== undefined || minUsd !== undefined;
  const window = isLookedFor && wallet === undefined && market === undefined ? await windowOf(db, request) : null;
  const where = conditions(
    tier !== undefined && sql`coalesce(s.trader_tier, 'AVERAGE') = ${tier}`,
    wallet !== undefined && sql`f.wallet_key = ${keys.wallet}`,
    // Constants rather than a join: the statistics say which index finds fewer.
    market !== undefined && sql`f.token_key IN (${sql.join(keys.tokens)})`,
    side !== undefined && sql`f.is_sell = ${side === "SELL"}`,
    minUsd !== undefined && sql`f.cash_micros >= ${Math.round(minUsd * 1e6)}::int8`,
    window !== null && sql`f.block_number > ${window.above}`,
  );
  const page = await readPage(
    db,
    {
      columns,
      from: sql`flow.fill f LEFT JOIN flow.wallet_score s ON s.wallet_key = f.wallet_key
        CROSS JOIN LATERAL (SELECT * FROM orderflow_trades o
          WHERE o.block_number = f.block_number AND o.log_index = f.log_index) t`,
      where,
      keys: [
        { by: sql`f.block_number`, type: "int4" },
        { by: sql`f.log_index`, type: "int4" },
      ],
    },
    request,
  );
  const goesOn = page.next === null && window !== null && window.above >= window.lowest;
  return goesOn ? { ...page, next: [String(window.above), String(ABOVE_ALL)] } : page;
}

/** null: there is no such wallet or market. */
async function findKeys(
  { kysely }: Database,
  { wallet, market }: TradeFilter,
): Promise<{ readonly wallet: number | null; readonly tokens: readonly number[] } | null> {
  const { rows } = await sql<{ wallet: number | null; tokens: number[] }>`
    SELECT ${wallet === undefined ? sql`NULL` : keyOf(wallet)}::int AS wallet,
      ${market === undefined ? sql`'{}'` : sql`ARRAY${tokensOf(market)}`}::int[] AS tokens`.execute(kysely);
  const [found] = rows;
  const isMissing =
    (wallet !== undefined && found?.wallet === null) || (market !== undefined && found?.tokens.length === 0);
  return found === undefined || isMissing ? null : found;
}

/** Downwards from the cursor, or from the newest fill. */
async function windowOf(
  { kysely }: Database,
  { after }: PageRequest,
): Promise<{ readonly above: number; readonly lowest: number }> {
  const { rows } = await sql<{ newest: number | null; oldest: number | null }>`
    SELECT (SELECT block_number FROM flow.fill_packed ORDER BY block_number DESC LIMIT 1) AS newest,
      (SELECT block_number FROM flow.fill_packed ORDER BY block_number LIMIT 1) AS oldest`.execute(kysely);
  const [from = "", ..._] = after ?? [];
  const start = /^\d{1,9}$/.test(from) ? Number(from) : (rows[0]?.newest ?? 0);
  return { above: start - WINDOW_BLOCKS, lowest: rows[0]?.oldest ?? 0 };
}

export async function readNewestSeq({ kysely }: Database): Promise<bigint> {
  const { rows } = await sql<{ seq: bigint | null }>`SELECT max(seq) AS seq FROM flow.ingest`.execute(kysely);
  return rows[0]?.seq ?? 0n;
}

type Ingested = {
  readonly seq: bigint | null;
  readonly from_block: number | null;
  readonly to_block: number | null;
  readonly retracted: number | null;
};

/** Far behind, a follower sees the newest fills only. */
const BLOCKS_SHOWN = 30;

export async function readNewTrades(db: Database, after: bigint, limit: number): Promise<NewTrades> {
  const { rows } = await sql<Ingested>`
    SELECT max(seq) AS seq, min(from_block) FILTER (WHERE kind = 'extend') AS from_block,
      max(to_block) FILTER (WHERE kind = 'extend') AS to_block, min(from_block) FILTER (WHERE kind = 'retract') AS retracted
    FROM flow.ingest WHERE seq > ${after}`.execute(db.kysely);
  const [ingested] = rows;
  const retractedFrom = ingested?.retracted ?? null;
  const seq = ingested?.seq ?? after;
  if (ingested?.to_block == null || ingested.from_block === null) return { seq, rows: [], total: 0, retractedFrom };
  const to = ingested.to_block;
  const from = Math.max(ingested.from_block, to - BLOCKS_SHOWN);
  const shown = await sql<Row & { total: number }>`
    SELECT ${columns}, f.total FROM (
      SELECT block_number, log_index, wallet_key, count(*) OVER ()::int AS total FROM flow.fill_packed
      WHERE block_number BETWEEN ${from} AND ${to} ORDER BY block_number DESC, log_index DESC LIMIT ${limit}) f
    LEFT JOIN flow.wallet_score s ON s.wallet_key = f.wallet_key
    CROSS JOIN LATERAL (SELECT * FROM orderflow_trades o
      WHERE o.block_number = f.block_number AND o.log_index = f.log_index) t
    ORDER BY f.block_number DESC, f.log_index DESC`.execute(db.kysely);
  return { seq, rows: shown.rows, total: shown.rows[0]?.total ?? 0, retractedFrom };
}

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

/** Fills are picked by their index before anything is joined to them. */
export function readTrades(db: Database, filter: TradeFilter, page: PageRequest): Promise<Page> {
  const { tier, wallet, market, side, minUsd } = filter;
  const where = conditions(
    tier !== undefined && sql`coalesce(s.trader_tier, 'AVERAGE') = ${tier}`,
    wallet !== undefined && sql`f.wallet_key = ${keyOf(wallet)}`,
    market !== undefined && sql`f.token_key IN ${tokensOf(market)}`,
    side !== undefined && sql`f.is_sell = ${side === "SELL"}`,
    minUsd !== undefined && sql`f.cash_micros >= ${Math.round(minUsd * 1e6)}::int8`,
  );
  return readPage(
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
    page,
  );
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

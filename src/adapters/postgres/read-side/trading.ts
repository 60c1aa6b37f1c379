import { sql } from "kysely";
import type { Page, PageRequest, PositionFilter, Row, SignalFilter } from "../../../ports/read-side.ts";
import { bytes } from "../codecs.ts";
import type { Database } from "../connect.ts";
import { readSignalReasons } from "../operator-reads.ts";
import { conditions, readPage } from "./paging.ts";
import { keyOf } from "./trades.ts";

const marketKey = (market: string) => sql`(SELECT market_key FROM flow.market WHERE condition_id = ${bytes(market)})`;

const signalFrom = sql`flow.signal s
  CROSS JOIN LATERAL (SELECT * FROM orderflow_signal_reasons o WHERE o.id = s.id) v`;
const positionFrom = sql`flow.position p
  CROSS JOIN LATERAL (SELECT * FROM orderflow_positions o WHERE o.id = p.id) v
  JOIN flow.signal s ON s.id = p.signal_id
  LEFT JOIN flow.wallet w ON w.wallet_key = p.leader_key`;
const positionColumns = sql`v.*, s.signal_type, s.wallet_tier, '0x' || encode(w.address, 'hex') AS leader`;

export function readSignalPage(db: Database, filter: SignalFilter, page: PageRequest): Promise<Page> {
  const { type, status, wallet, market } = filter;
  return readPage(
    db,
    {
      columns: sql`v.*`,
      from: signalFrom,
      where: conditions(
        type !== undefined && sql`s.signal_type = ${type}`,
        status !== undefined && sql`s.status = ${status}`,
        wallet !== undefined && sql`s.wallet_key = ${keyOf(wallet)}`,
        market !== undefined && sql`s.market_key = ${marketKey(market)}`,
      ),
      keys: [
        { by: sql`s.created_at`, type: "timestamptz" },
        { by: sql`s.id`, type: "text" },
      ],
    },
    page,
  );
}

export function readPositionPage(db: Database, filter: PositionFilter, page: PageRequest): Promise<Page> {
  const { status, mode, market, wallet } = filter;
  return readPage(
    db,
    {
      columns: positionColumns,
      from: positionFrom,
      where: conditions(
        status !== undefined && sql`p.status = ${status}`,
        mode !== undefined && sql`p.mode = ${mode}`,
        market !== undefined && sql`p.market_key = ${marketKey(market)}`,
        wallet !== undefined && sql`p.leader_key = ${keyOf(wallet)}`,
      ),
      keys: [
        { by: sql`coalesce(p.closed_at, 'infinity'::timestamptz)`, type: "timestamptz" },
        { by: sql`p.opened_at`, type: "timestamptz" },
        { by: sql`p.id`, type: "text" },
      ],
    },
    page,
  );
}

/** A signal with its checks in the order they were made. */
export async function readSignal(db: Database, id: string): Promise<Row | null> {
  const found = await readSignalReasons(db, id);
  return found === null ? null : { ...found.signal, checks: found.checks };
}

/** A position with its orders and what each got. */
export async function readPosition(db: Database, id: string): Promise<Row | null> {
  const { rows } = await sql<Row>`SELECT ${positionColumns} FROM ${positionFrom} WHERE p.id = ${id}`.execute(db.kysely);
  const [position] = rows;
  if (position === undefined) return null;
  const orders = await sql<Row>`
    SELECT o.client_order_id, o.side, o.limit_price_micros * 0.000001 AS limit_price, o.stake_micros * 0.000001 AS stake_usd,
      o.size_micros * 0.000001 AS size, o.status, o.reason, o.submitted_at, o.answered_at,
      sum(f.size_micros) * 0.000001 AS filled_size, sum(f.cash_micros) * 0.000001 AS filled_usd,
      sum(f.fee_micros) * 0.000001 AS fee_usd
    FROM flow.trade_order o LEFT JOIN flow.own_fill f USING (client_order_id)
    WHERE o.position_id = ${id} GROUP BY o.client_order_id ORDER BY o.submitted_at`.execute(db.kysely);
  return { ...position, orders: orders.rows };
}

export const readControls = (db: Database, page: PageRequest): Promise<Page> =>
  readPage(
    db,
    {
      columns: sql`c.*`,
      from: sql`orderflow_controls c`,
      keys: [
        { by: sql`c.opened_at`, type: "timestamptz" },
        { by: sql`c.signal_id`, type: "text" },
      ],
    },
    page,
  );

/** Those that changed last, as a follower shows them. */
export async function readRecentSignals({ kysely }: Database, limit: number): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    SELECT v.* FROM (SELECT id, created_at FROM flow.signal ORDER BY created_at DESC LIMIT ${limit}) s
    CROSS JOIN LATERAL (SELECT * FROM orderflow_signal_reasons o WHERE o.id = s.id) v
    ORDER BY s.created_at DESC, s.id DESC`.execute(kysely);
  return rows;
}

export async function readRecentPositions({ kysely }: Database, limit: number): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    SELECT ${positionColumns} FROM ${positionFrom}
    ORDER BY coalesce(p.closed_at, 'infinity'::timestamptz) DESC, p.opened_at DESC, p.id LIMIT ${limit}`.execute(
    kysely,
  );
  return rows;
}

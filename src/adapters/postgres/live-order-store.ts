import { type Kysely, type RawBuilder, sql } from "kysely";
import type { SignedOrder } from "../../core/chain/exchange-order.ts";
import { fromJson, type Json, toJson } from "../../core/engine/encode.ts";
import { InvariantError } from "../../core/errors.ts";
import type { OrderResult } from "../../core/execution/order.ts";
import { mergeTrades, type VenueTrade } from "../../core/execution/venue-answer.ts";
import type { ClientOrderId, MarketId, OrderHash } from "../../core/ids/ids.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { LiveOrder, LiveOrderStore } from "../../ports/live-order-store.ts";
import { bytes, json, ts, tsOrNull } from "./codecs.ts";
import type { Database } from "./connect.ts";
import type { Schema } from "./schema.ts";

/** Writes flow.live_order. */
export function createLiveOrderStore(db: Database): LiveOrderStore {
  const change = (id: ClientOrderId, assignments: RawBuilder<unknown>): Promise<void> =>
    db.transaction(async (trx) => {
      const { numAffectedRows } = await sql`
        UPDATE flow.live_order SET ${assignments} WHERE client_order_id = ${id}`.execute(trx);
      if (numAffectedRows !== 1n)
        throw new InvariantError("ORDER_UNKNOWN", "an order is stored before it is sent", { id });
    });
  return {
    // Between a decision and its order every question to the server counts: one, where no transaction is needed.
    find: (id) => find(db.kysely, id),
    async named(prefix) {
      const { rows } = await select(
        sql`starts_with(client_order_id, ${prefix}) ORDER BY signed_at, client_order_id`,
      ).execute(db.kysely);
      return rows.map(toOrder);
    },
    async add(order) {
      const { rows } = await sql<Row>`
        INSERT INTO flow.live_order (client_order_id, order_hash, condition_id, signed, signed_at, last_sent_at, sends)
        VALUES (${order.clientOrderId}, ${bytes(order.orderHash)}, ${bytes(order.marketId)},
          ${json(toJson(order.signed))}, ${ts(order.signedAt)}, ${tsOrNull(order.lastSentAt)},
          ${order.lastSentAt === null ? 0 : 1})
        ON CONFLICT (client_order_id) DO NOTHING RETURNING ${COLUMNS}`.execute(db.kysely);
      return rows[0] === undefined ? mustFind(db.kysely, order.clientOrderId) : toOrder(rows[0]);
    },
    markSent: (id, at) => change(id, sql`last_sent_at = ${ts(at)}, sends = sends + 1`),
    markKnown: (id, tradeIds, trades) =>
      db.transaction(async (trx) => {
        await sql`SELECT 1 FROM flow.live_order WHERE client_order_id = ${id} FOR UPDATE`.execute(trx);
        const known = await mustFind(trx, id);
        const names = [...new Set([...known.tradeIds, ...tradeIds])];
        await sql`UPDATE flow.live_order SET is_known = true, trade_ids = ${names}::text[],
          trades = ${json(toJson(mergeTrades(known.trades, trades)))} WHERE client_order_id = ${id}`.execute(trx);
      }),
    finish: (id, result, at) =>
      change(
        id,
        sql`result = coalesce(result, ${json(toJson(result))}), finished_at = coalesce(finished_at, ${ts(at)})`,
      ),
  };
}

type Row = {
  readonly client_order_id: string;
  readonly order_hash: string;
  readonly condition_id: string;
  readonly signed: Json;
  readonly signed_at: EpochMs;
  readonly last_sent_at: EpochMs | null;
  readonly is_known: boolean;
  readonly trade_ids: readonly string[];
  readonly trades: Json;
  readonly result: Json;
};

const COLUMNS = sql.raw(
  "client_order_id, order_hash, condition_id, signed, signed_at, last_sent_at, is_known, trade_ids, trades, result",
);

const select = (where: RawBuilder<unknown>): RawBuilder<Row> => sql<Row>`
  SELECT ${COLUMNS} FROM flow.live_order WHERE ${where}`;

async function find(trx: Kysely<Schema>, id: ClientOrderId): Promise<LiveOrder | null> {
  const { rows } = await select(sql`client_order_id = ${id}`).execute(trx);
  return rows[0] === undefined ? null : toOrder(rows[0]);
}

async function mustFind(trx: Kysely<Schema>, id: ClientOrderId): Promise<LiveOrder> {
  const order = await find(trx, id);
  if (order === null) throw new InvariantError("ORDER_UNKNOWN", "an order is stored before it is sent", { id });
  return order;
}

const toOrder = (row: Row): LiveOrder => ({
  clientOrderId: row.client_order_id as ClientOrderId,
  marketId: row.condition_id as MarketId,
  orderHash: row.order_hash as OrderHash,
  signed: fromJson(row.signed) as SignedOrder,
  signedAt: row.signed_at,
  lastSentAt: row.last_sent_at,
  isKnown: row.is_known,
  tradeIds: row.trade_ids,
  trades: fromJson(row.trades) as readonly VenueTrade[],
  result: fromJson(row.result) as OrderResult | null,
});

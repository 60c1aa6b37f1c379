import { z } from "zod";
import { type OrderRecord, statusOf } from "../venue/records.ts";
import type { Venue } from "../venue/venue.ts";
import type { World } from "../world/world.ts";
import type { ApiKey } from "./clob-auth.ts";
import { orderFields, ownersOf, tradeFields } from "./clob-rows.ts";
import type { MarketIndex } from "./market-index.ts";
import { fail, ok, parseJson, type Reply } from "./reply.ts";

export type ListDeps = {
  readonly world: World;
  readonly index: MarketIndex;
  readonly venue: Venue;
  /** What the hashes of simulated orders follow from. */
  readonly orderKey: number;
};

const PAGE = 100;
const LAST_CURSOR = "LTE=";
const oneOrder = z.object({ orderID: z.string() });
const manyOrders = z.array(z.string()).max(1_000);
const inMarket = z.object({ market: z.string().optional(), asset_id: z.string().optional() });

/** A key's orders and trades: told, listed, cancelled. */
export function createOrderLists(deps: ListDeps) {
  const { venue } = deps;
  const own = (key: ApiKey): readonly OrderRecord[] => venue.orders().filter(({ apiKey }) => apiKey === key.apiKey);
  const isOpen = (order: OrderRecord): boolean => statusOf(order, venue.settleTime()) === "LIVE";
  const row = (order: OrderRecord) => {
    const fields = orderFields(order, venue.settleTime());
    return { ...fields, status: `ORDER_STATUS_${fields.status}`, created_at: Math.floor(order.createdAt / 1_000) };
  };

  function cancel(key: ApiKey, ids: readonly string[]): Reply {
    const canceled: string[] = [];
    const refused: Record<string, string> = {};
    for (const id of ids) {
      const order = venue.order(id);
      const reason = order?.apiKey === key.apiKey ? venue.cancel(order, venue.settleTime()) : "order not found";
      if (reason === null) canceled.push(id);
      else refused[id] = reason;
    }
    return ok({ canceled, not_canceled: refused });
  }

  function list(key: ApiKey, path: string, query: URLSearchParams): Reply {
    venue.settleTime();
    const wanted = (name: string, value: unknown): boolean => !query.has(name) || query.get(name) === String(value);
    if (path === "/data/orders") {
      const rows = own(key).filter(isOpen).map(row);
      const chosen = rows.filter(
        ({ id, market, asset_id }) => wanted("id", id) && wanted("market", market) && wanted("asset_id", asset_id),
      );
      return page(chosen, query);
    }
    const after = Number(query.get("after") ?? 0);
    const rows = venue
      .trades()
      .filter((trade) => ownersOf(trade, venue.order).has(key.apiKey))
      .map((trade) => tradeFields(deps.world, deps.orderKey, venue.order, trade, key.apiKey))
      .filter(
        ({ match_time, id, market }) => Number(match_time) >= after && wanted("id", id) && wanted("market", market),
      );
    return page(rows.toReversed(), query);
  }

  function one(key: ApiKey, hash: string): Reply {
    venue.settleTime();
    const order = venue.order(hash);
    return order?.apiKey === key.apiKey ? ok(row(order)) : fail(404, "order not found");
  }

  function remove(key: ApiKey, path: string, body: string): Reply {
    const json = parseJson(body);
    if (path === "/cancel-all")
      return cancel(
        key,
        own(key)
          .filter(isOpen)
          .map(({ hash }) => hash),
      );
    if (path === "/order") {
      const parsed = oneOrder.safeParse(json);
      return parsed.success ? cancel(key, [parsed.data.orderID]) : fail(400, "Invalid order payload");
    }
    if (path === "/orders") {
      const parsed = manyOrders.safeParse(json);
      return parsed.success ? cancel(key, parsed.data) : fail(400, "Invalid order payload");
    }
    const parsed = inMarket.safeParse(json);
    if (!parsed.success) return fail(400, "Invalid order payload");
    const { market, asset_id: asset } = parsed.data;
    const isMeant = (order: OrderRecord): boolean =>
      (market === undefined || order.market.conditionId === market) &&
      (asset === undefined || order.market.tokenIds()[order.outcome] === asset);
    return cancel(
      key,
      own(key)
        .filter((order) => isOpen(order) && isMeant(order))
        .map(({ hash }) => hash),
    );
  }

  return { list, one, remove };
}

/** A cursor is the offset of the next row in base64; `LTE=` ("-1") is the end. */
function page(rows: readonly unknown[], query: URLSearchParams): Reply {
  const from = Number(Buffer.from(query.get("next_cursor") ?? "MA==", "base64").toString());
  if (!Number.isInteger(from) || from < 0) return fail(400, "invalid next_cursor");
  const data = rows.slice(from, from + PAGE);
  const end = from + data.length;
  const next = end < rows.length ? Buffer.from(String(end)).toString("base64") : LAST_CURSOR;
  return ok({ limit: PAGE, count: data.length, next_cursor: next, data });
}

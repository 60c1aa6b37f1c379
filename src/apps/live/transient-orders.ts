import { mergeTrades } from "../../core/execution/venue-answer.ts";
import type { ClientOrderId } from "../../core/ids/ids.ts";
import type { LiveOrder, LiveOrderStore } from "../../ports/live-order-store.ts";

/** Orders kept as long as the process runs, for when there is no database; held to the same promises as the database. */
export function createTransientOrders(): LiveOrderStore {
  const orders = new Map<ClientOrderId, LiveOrder>();
  const change = (id: ClientOrderId, to: (order: LiveOrder) => Partial<LiveOrder>): Promise<void> => {
    const order = orders.get(id);
    if (order === undefined) return Promise.reject(new Error(`no order ${id}`));
    orders.set(id, { ...order, ...to(order) });
    return Promise.resolve();
  };
  return {
    find: (id) => Promise.resolve(orders.get(id) ?? null),
    named: (prefix) =>
      Promise.resolve(
        [...orders.values()]
          .filter(({ clientOrderId }) => clientOrderId.startsWith(prefix))
          .toSorted((a, b) => a.signedAt - b.signedAt),
      ),
    add(order) {
      const known = orders.get(order.clientOrderId) ?? order;
      orders.set(order.clientOrderId, known);
      return Promise.resolve(known);
    },
    markSent: (id, at) => change(id, () => ({ lastSentAt: at })),
    markKnown: (id, tradeIds, trades) =>
      change(id, (order) => ({
        isKnown: true,
        tradeIds: [...new Set([...order.tradeIds, ...tradeIds])],
        trades: mergeTrades(order.trades, trades),
      })),
    finish: (id, result) => change(id, (order) => ({ result: order.result ?? result })),
  };
}

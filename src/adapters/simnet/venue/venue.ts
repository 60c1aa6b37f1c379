import type { Chain } from "../chain/chain.ts";
import type { CustomerOrder } from "../exchange/order-entry.ts";
import type { Customer } from "../world/customers.ts";
import type { SimMarket } from "../world/market.ts";
import type { World } from "../world/world.ts";
import { createMeans, type MeansOf } from "./means.ts";
import { type Account, type NewOrder, type OrderRecord, statusOf, type TradeRecord } from "./records.ts";
import { createTradeBook } from "./trade-book.ts";

export type VenueListener = {
  readonly onOrder: (order: OrderRecord, type: "PLACEMENT" | "UPDATE" | "CANCELLATION") => void;
  readonly onTrade: (trade: TradeRecord) => void;
};

/** The venue's records of its customers: their orders and trades, and what they can pay. */
export type Venue = {
  readonly accounts: readonly Account[];
  /** Lets the world come to now. @returns the time of whatever is done now */
  settleTime(): number;
  isOpen(market: SimMarket, at: number): boolean;
  readonly means: MeansOf;
  /** Accounts whose means the venue has wrong until they are refreshed. */
  readonly stale: Set<number>;
  preview(order: NewOrder, at: number): { readonly lots: number; readonly cash: number; readonly fee: number };
  /** @param fails the settlement of what it takes reverts */
  place(order: NewOrder, at: number, fails: boolean): OrderRecord;
  /** @returns why not; null: cancelled */
  cancel(order: OrderRecord, at: number): string | null;
  order(hash: string): OrderRecord | null;
  orders(): readonly OrderRecord[];
  trades(): readonly TradeRecord[];
  listen(listener: VenueListener): () => void;
};

/** The venue takes orders out a minute before they say they expire (API sheet, section 2.7). */
const EXPIRES_EARLIER_SECONDS = 60;

/** @param now milliseconds */
export function createVenue(world: World, chain: Chain, customers: readonly Customer[], now: () => number): Venue {
  const { orderEntry } = world;
  const accounts = customers.map((each, i) => ({ ...each, index: world.wallets.length - customers.length + i }));
  const records = new Map<string, OrderRecord>();
  const listeners = new Set<VenueListener>();
  const orderOf = (hash: string): OrderRecord | null => records.get(hash) ?? null;
  const book = createTradeBook(chain, orderOf, tellTrade);
  // Without customers nobody listens: encoding the logs of every block would be for nothing.
  if (customers.length > 0) book.follow();

  function tellTrade(trade: TradeRecord): void {
    for (const listener of listeners) listener.onTrade(trade);
    if (trade.status !== "MATCHED") return;
    for (const { orderHash } of trade.match.makers) {
      const order = orderHash === null ? null : orderOf(orderHash);
      if (order !== null) tellOrder(order, "UPDATE");
    }
  }
  function tellOrder(...told: Parameters<VenueListener["onOrder"]>): void {
    for (const listener of listeners) listener.onOrder(...told);
  }

  function toBook({ account, outcome, side, limitPips, lots, budget, hash }: NewOrder): CustomerOrder {
    return { wallet: account.index, outcome, side, limitPips, lots, budget, orderHash: hash };
  }

  return {
    accounts,
    stale: new Set(),
    settleTime: () => world.liveTo(now()),
    isOpen: (market, at) => world.stateOf(market) !== undefined && at < market.endsAt,
    means: createMeans(world, records),
    preview: (order, at) => orderEntry.preview(order.market, toBook(order), at),
    place(order, at, fails) {
      const matches = orderEntry.take(order.market, toBook(order), at, fails);
      const takenLots = matches.reduce((sum, { taker }) => sum + taker.lots, 0);
      const takenCash = matches.reduce((sum, { taker }) => sum + taker.cash, 0);
      const left = order.kind === "GTC" || order.kind === "GTD" ? order.lots - takenLots : 0;
      const expiresAt = order.expiration === 0 ? Number.POSITIVE_INFINITY : order.expiration - EXPIRES_EARLIER_SECONDS;
      const until = Math.min(order.market.endsAt, expiresAt * 1_000);
      const resting =
        left > 0 ? orderEntry.rest(order.market, { ...toBook(order), lots: left, budget: null }, until) : null;
      const record = {
        ...order,
        ...{ createdAt: at, takenLots, takenCash, resting, restedLots: left, isCancelled: false, tradeIds: [] },
      };
      records.set(order.hash, record);
      tellOrder(record, "PLACEMENT");
      for (const match of matches) book.record(match, at, fails);
      return record;
    },
    cancel(order, at) {
      const status = statusOf(order, at);
      if (status !== "LIVE") return status === "MATCHED" ? "order can't be found - already matched" : "order not found";
      order.isCancelled = true;
      const state = world.stateOf(order.market);
      if (state !== undefined) state.patient = state.patient.filter((each) => each !== order.resting);
      tellOrder(order, "CANCELLATION");
      return null;
    },
    order: orderOf,
    orders: () => [...records.values()],
    trades: book.trades,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

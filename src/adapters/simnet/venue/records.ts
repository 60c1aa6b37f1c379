import type { Leg, Match } from "../exchange/match.ts";
import type { PatientOrder } from "../exchange/trading-state.ts";
import type { Customer } from "../world/customers.ts";
import type { SimMarket } from "../world/market.ts";
import type { Outcome, Side } from "../world/units.ts";

/** A customer and its place among the world's wallets. */
export type Account = Customer & { readonly index: number };

export type OrderKind = "FAK" | "FOK" | "GTC" | "GTD";

/** A checked order on its way to the book. */
export type NewOrder = {
  readonly hash: string;
  readonly account: Account;
  readonly apiKey: string;
  readonly market: SimMarket;
  readonly outcome: Outcome;
  readonly side: Side;
  readonly kind: OrderKind;
  /** In the token's own price. */
  readonly limitPips: number;
  /** All that it may trade; a BUY at once is bound by its budget instead. */
  readonly lots: number;
  readonly budget: number | null;
  /** As signed, in micros. */
  readonly sharesMicros: number;
  readonly collateralMicros: number;
  /** Seconds; 0: none. */
  readonly expiration: number;
};

export type OrderRecord = NewOrder & {
  readonly createdAt: number;
  /** Lots that were matched at once. */
  readonly takenLots: number;
  /** What they cost or brought, before the fee; micros. */
  readonly takenCash: number;
  /** What of it waits in the book. */
  resting: PatientOrder | null;
  readonly restedLots: number;
  isCancelled: boolean;
  readonly tradeIds: string[];
};

export const matchedLots = ({ takenLots, restedLots, resting }: OrderRecord): number =>
  takenLots + (resting === null ? 0 : restedLots - resting.lots);

export type OrderStatus = "LIVE" | "MATCHED" | "CANCELED" | "CANCELED_MARKET_RESOLVED";

export function statusOf(order: OrderRecord, at: number): OrderStatus {
  const { resting, market } = order;
  if (resting === null || resting.lots === 0) return "MATCHED";
  if (order.isCancelled) return "CANCELED";
  if (at >= market.endsAt) return "CANCELED_MARKET_RESOLVED";
  return at >= resting.expiresAt ? "CANCELED" : "LIVE";
}

export type TradeStatus = "MATCHED" | "MINED" | "CONFIRMED" | "RETRYING" | "FAILED";

/** A match with an order of a customer in it. */
export type TradeRecord = {
  readonly id: string;
  readonly match: Match;
  readonly matchedAt: number;
  readonly fails: boolean;
  status: TradeStatus;
  updatedAt: number;
  /** Known once the transaction is on its way; told once it is mined. */
  hash: string | null;
  block: number | null;
};

export const legsOf = ({ taker, makers }: Match): readonly Leg[] => [taker, ...makers];

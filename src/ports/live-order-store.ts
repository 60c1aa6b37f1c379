import type { SignedOrder } from "../core/chain/exchange-order.ts";
import type { OrderResult } from "../core/execution/order.ts";
import type { VenueTrade } from "../core/execution/venue-answer.ts";
import type { ClientOrderId, MarketId, OrderHash } from "../core/ids/ids.ts";
import type { EpochMs } from "../core/time/time.ts";

/** Our order at the venue, from its signature to its end. It holds no credentials. */
export type LiveOrder = {
  readonly clientOrderId: ClientOrderId;
  readonly marketId: MarketId;
  readonly orderHash: OrderHash;
  readonly signed: SignedOrder;
  readonly signedAt: EpochMs;
  /** null: surely never sent. */
  readonly lastSentAt: EpochMs | null;
  /** The venue has said that it has the order. */
  readonly isKnown: boolean;
  /** As the venue has named them; a trade that is missing below is not known yet. */
  readonly tradeIds: readonly string[];
  readonly trades: readonly VenueTrade[];
  /** null: not over yet. */
  readonly result: OrderResult | null;
};

/**
 * Written before anything is sent, so that a restart knows what may have happened. All methods throw TransientError
 * where the database cannot be reached.
 */
export type LiveOrderStore = {
  find(id: ClientOrderId): Promise<LiveOrder | null>;
  /** Those whose id begins so, oldest first. */
  named(prefix: string): Promise<readonly LiveOrder[]>;
  /** The first one with an id stays: @returns what is stored under it now. */
  add(order: LiveOrder): Promise<LiveOrder>;
  markSent(id: ClientOrderId, at: EpochMs): Promise<void>;
  /** Adds to the names; a trade replaces what is known of it by its id and order, except what is final. */
  markKnown(id: ClientOrderId, tradeIds: readonly string[], trades: readonly VenueTrade[]): Promise<void>;
  finish(id: ClientOrderId, result: OrderResult, at: EpochMs): Promise<void>;
};

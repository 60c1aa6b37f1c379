import type { FeeSchedule, OrderBook } from "../market/market.ts";
import type { PriceMicros, ShareMicros } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";

/** How a market is traded right now, as the venue says. */
export type MarketTerms = {
  readonly tickSize: PriceMicros;
  readonly minOrderSize: ShareMicros;
  readonly fee: FeeSchedule;
  readonly acceptingOrders: boolean;
};

/** What we saw of a market when we looked. */
export type MarketView = {
  /** null: the venue has no book for this token. */
  readonly book: OrderBook | null;
  /** null: the venue does not know the market. */
  readonly terms: MarketTerms | null;
  /**
   * When we began to ask. Age is measured from here and not from the book's own time, which is that of its last
   * change: a quiet book is not a stale one.
   */
  readonly observedAt: EpochMs;
  /** Time of the newest block we hold; null: none yet. */
  readonly chainAsOf: EpochMs | null;
};

import type { BookLevel, FeeSchedule, OrderBook } from "../market/market.ts";
import { formatPrice, formatShares, type PriceMicros, type ShareMicros } from "../money/amounts.ts";
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

type SeenLevel = readonly [price: string, size: string];

/** What is kept of a view beside the decision made on it: figures as text, ready for a person. */
export type SeenMarket = {
  /** Best first; at most five a side. */
  readonly bids: readonly SeenLevel[];
  readonly asks: readonly SeenLevel[];
  readonly hasBook: boolean;
  readonly acceptingOrders: boolean | null;
  readonly tickSize: string | null;
  readonly minOrderSize: string | null;
  readonly feeRate: number | null;
  readonly bookAsOf: EpochMs | null;
  readonly observedAt: EpochMs;
  readonly chainAsOf: EpochMs | null;
};

const SEEN_LEVELS = 5;

export const describeView = ({ book, terms, observedAt, chainAsOf }: MarketView): SeenMarket => ({
  bids: seenLevels(book?.bids ?? []),
  asks: seenLevels(book?.asks ?? []),
  hasBook: book !== null,
  acceptingOrders: terms?.acceptingOrders ?? null,
  tickSize: book === null ? null : formatPrice(book.tickSize),
  minOrderSize: book === null ? null : formatShares(book.minOrderSize),
  feeRate: terms?.fee.rate ?? null,
  bookAsOf: book?.asOf ?? null,
  observedAt,
  chainAsOf,
});

const seenLevels = (levels: readonly BookLevel[]): readonly SeenLevel[] =>
  levels.slice(0, SEEN_LEVELS).map(({ price, size }) => [formatPrice(price), formatShares(size)]);

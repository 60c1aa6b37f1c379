import type { MarketTerms, MarketView } from "../core/execution/market-view.ts";
import type { MarketId, TokenId } from "../core/ids/ids.ts";
import type { OrderBook } from "../core/market/market.ts";

/**
 * Order books and trading terms, as the venue has them now. A failed read is not repeated here: a book that comes late
 * is a stale one, so the caller asks anew while it still wants to know.
 * Both methods throw TransientError (with its kinds), RejectedError, PayloadError, AbortedError.
 */
export type BookSource = {
  /** @returns null where the venue has no book for the token: not yet open, or closed. Never a crossed one. */
  fetchBook(tokenId: TokenId, signal: AbortSignal): Promise<OrderBook | null>;
  /** @returns null where the venue does not know the market. */
  fetchTerms(marketId: MarketId, signal: AbortSignal): Promise<MarketTerms | null>;
  /**
   * What is known without asking, where the source follows the market: then a decision needs no second commit.
   * @returns null where it would have to ask
   */
  peek?(marketId: MarketId, tokenId: TokenId): KnownMarket | null;
};

/** An age and not a time: the source's clock is the wall's, which in the demo is not that of decisions. */
export type KnownMarket = Pick<MarketView, "book" | "terms"> & { readonly ageMs: number };

export type FollowedToken = { readonly marketId: MarketId; readonly tokenId: TokenId };

/**
 * A book source that follows some books besides. What it follows it may answer from what it heard, but only while it
 * hears something; what is asked for is the truth.
 */
export type BookFeed = BookSource & {
  /** What to follow from now on. */
  watch(followed: readonly FollowedToken[]): void;
  /** Calls back when a followed book's best bid has changed. @returns a function that stops it */
  onBid(listener: (tokenId: TokenId) => void): () => void;
  /** Follows until `signal` aborts. Never rejects: what may pass is tried again inside. */
  run(signal: AbortSignal): Promise<void>;
};

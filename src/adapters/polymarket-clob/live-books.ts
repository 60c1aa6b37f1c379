import type { TokenId } from "../../core/ids/ids.ts";
import type { OrderBook } from "../../core/market/market.ts";
import type { BookFeed, BookSource } from "../../ports/book-source.ts";
import { createFollowedBooks, type FollowedFigures } from "./followed-books.ts";
import { createFollowedTerms } from "./followed-terms.ts";
import { createMarketSocket, type MarketSocketOptions } from "./market-socket.ts";

export type LiveBooksOptions = MarketSocketOptions & {
  /** The truth: asked for a snapshot, for what is not followed, and every so often to compare. */
  readonly rest: BookSource;
};

export type FeedFigures = FollowedFigures & {
  readonly answeredLive: number;
  readonly answeredByRest: number;
};

/** A book is answered from the channel only while the channel has said something within this. */
const LIVE_MS = 1_000;
const COMPARE_MS = 15_000;

/** Books over the market channel, and REST beside it. */
export function createLiveBooks(options: LiveBooksOptions): BookFeed & { figures(): FeedFigures } {
  const { rest, clock } = options;
  const answered = { answeredLive: 0, answeredByRest: 0 };
  const followed = createFollowedBooks({ ...options, renew: () => socket.renew() });
  const socket = createMarketSocket(options, followed);
  const terms = createFollowedTerms(options);

  function liveBook(token: TokenId): OrderBook | null {
    return clock.nowMs() - followed.heardAt() <= LIVE_MS ? followed.read(token) : null;
  }

  return {
    figures: () => ({ ...followed.figures(), ...answered }),
    async fetchBook(token, signal) {
      const live = liveBook(token);
      if (live === null) answered.answeredByRest += 1;
      else answered.answeredLive += 1;
      return live ?? rest.fetchBook(token, signal);
    },
    fetchTerms: terms.fetchTerms,
    peek(marketId, tokenId) {
      const book = liveBook(tokenId);
      const known = book === null ? null : terms.peek(marketId);
      if (known === null) return null;
      // As old as the older of the two.
      const ageMs = clock.nowMs() - Math.min(known.askedAt, followed.heardAt());
      return { book, terms: known.terms, ageMs };
    },
    watch(wanted) {
      terms.choose(wanted.map(({ marketId }) => marketId));
      const tokens = wanted.map(({ tokenId }) => tokenId);
      if (followed.choose(tokens)) socket.follow(new Set(tokens));
    },
    onBid: followed.onBid,
    async run(signal) {
      const following = Promise.all([socket.run(signal), terms.run(signal)]);
      while (!signal.aborted) {
        await clock.sleep(COMPARE_MS, signal);
        if (!signal.aborted) await followed.compareAll(signal);
      }
      await following;
    },
  };
}

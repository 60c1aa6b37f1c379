import { expect, test } from "vitest";
import { aHolder } from "../../../test/support/engine.ts";
import { aFillEvent, aTokenId, NOON } from "../../../test/support/trading.ts";
import { addMs, MINUTE_MS, SECOND_MS } from "../../core/time/time.ts";
import type { BookFeed, FollowedToken } from "../../ports/book-source.ts";
import { createBookFollower } from "./follow-books.ts";

const nothing = { signals: {}, positions: {} };

function aFollower() {
  let watched: readonly FollowedToken[] = [];
  const feed: BookFeed = {
    fetchBook: async () => null,
    fetchTerms: async () => null,
    watch: (followed) => {
      watched = followed;
    },
    onBid: () => () => {},
    run: async () => {},
  };
  const follower = createBookFollower(feed, () => {});
  return { ...follower, tokens: () => watched.map(({ tokenId }) => tokenId) };
}

test("follows where wallets that matter traded within five minutes, beside what is held", () => {
  const follower = aFollower();
  const holder = aHolder().state();
  follower.traded([aFillEvent({ market: 5 })], NOON);
  follower.follow(holder, NOON);
  expect(follower.tokens()).toEqual([aTokenId(1, 0), aTokenId(5, 0)]);
  follower.traded([aFillEvent({ market: 6 })], addMs(NOON, 4 * MINUTE_MS));
  follower.follow(nothing, addMs(NOON, 5 * MINUTE_MS + 1));
  expect(follower.tokens()).toEqual([aTokenId(6, 0)]);
  follower.stop();
  expect(follower.tokens()).toEqual([]);
});

test("follows thirty ahead at most, and each for a minute at least", () => {
  const follower = aFollower();
  const markets = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => aFillEvent({ market: from + index }));
  follower.traded(markets(1, 31), NOON);
  follower.follow(nothing, NOON);
  expect(follower.tokens()).toHaveLength(30);
  expect(follower.tokens()).not.toContain(aTokenId(31, 0));
  const later = addMs(NOON, MINUTE_MS);
  // Traded again, market 1 stays; market 2 is the longest untouched.
  follower.traded(markets(1, 1), addMs(NOON, 30 * SECOND_MS));
  follower.traded(markets(40, 1), later);
  follower.follow(nothing, later);
  expect(follower.tokens()).toHaveLength(30);
  expect(follower.tokens()).toEqual(expect.arrayContaining([aTokenId(1, 0), aTokenId(40, 0)]));
  expect(follower.tokens()).not.toContain(aTokenId(2, 0));
});

import type { TokenId } from "../../core/ids/ids.ts";
import type { OrderBook } from "../../core/market/market.ts";
import type { BookFeed, BookSource } from "../../ports/book-source.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import { createLiveBook, type LiveBook } from "./live-book.ts";
import type { MarketEvent } from "./market-events.ts";
import type { MarketSocketEvents } from "./market-socket.ts";

export type FollowedOptions = {
  readonly rest: BookSource;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Drops the connection for another one. */
  readonly renew: () => void;
};

export type FollowedFigures = {
  /** Comparisons with REST that disagreed. */
  readonly mismatches: number;
  /** Times that a message contradicted the book before it. */
  readonly outOfStep: number;
  readonly unknownEvents: number;
  readonly unreadable: number;
  readonly subscriptions: number;
};

export type FollowedBooks = MarketSocketEvents & {
  /** @returns whether these are others than before */
  choose(tokens: readonly TokenId[]): boolean;
  read(token: TokenId): OrderBook | null;
  /** When the channel last said anything about any book, by the clock. */
  heardAt(): number;
  compareAll(signal: AbortSignal): Promise<void>;
  readonly onBid: BookFeed["onBid"];
  figures(): FollowedFigures;
};

/** So many comparisons in a row that disagree: the subscription is broken, not the moment. */
const MISMATCHES_MAX = 2;
const NEVER_ABORTED = new AbortController().signal;
type Change = Extract<MarketEvent, { kind: "change" }>;

/** The books of the followed tokens: built from what is heard, held against what is asked. */
export function createFollowedBooks({ rest, clock, logger, renew }: FollowedOptions): FollowedBooks {
  const books = new Map<TokenId, LiveBook>();
  const listeners = new Set<(tokenId: TokenId) => void>();
  const figures = { mismatches: 0, outOfStep: 0, unknownEvents: 0, unreadable: 0, subscriptions: 0 };
  let heardAt = Number.NEGATIVE_INFINITY;
  let inARow = 0;

  /** What cannot be read now is read at the next comparison; until then the book is not live. */
  async function reload(token: TokenId, signal: AbortSignal = NEVER_ABORTED): Promise<void> {
    try {
      const book = await rest.fetchBook(token, signal);
      if (book !== null) books.get(token)?.load(book);
    } catch (error) {
      logger.debug("book not read", { tokenId: token, reason: error instanceof Error ? error.message : String(error) });
    }
  }

  function hear(event: MarketEvent): void {
    if (event.kind === "pong") return;
    if (event.kind === "unknown") figures.unknownEvents += 1;
    else if (event.kind === "unreadable") {
      figures.unreadable += 1;
      if (figures.unreadable === 1) logger.warn("market channel message unreadable", { reason: event.reason });
    } else {
      heardAt = clock.nowMs();
      const book = books.get(event.tokenId);
      if (event.kind === "book") book?.snapshot(event);
      else if (event.kind === "tick") book?.tick(event.tickSize);
    }
  }

  function applyChanges(changes: ReadonlyMap<TokenId, readonly Change[]>): void {
    for (const [token, each] of changes) {
      const book = books.get(token);
      if (book === undefined || book.change(each)) continue;
      figures.outOfStep += 1;
      book.forget();
      void reload(token);
    }
  }

  /** Holds what was heard against what the venue says when asked. */
  async function compare(token: TokenId, live: LiveBook, signal: AbortSignal): Promise<void> {
    if (live.read() === null) return reload(token, signal);
    const asked = await rest.fetchBook(token, signal).catch(() => null);
    if (asked === null || books.get(token) !== live) return;
    inARow = live.agreesWith(asked) ? 0 : inARow + 1;
    if (inARow === 0) return;
    figures.mismatches += 1;
    logger.debug("book differs from the venue's", { tokenId: token, inARow });
    live.forget();
    live.load(asked);
    if (inARow < MISMATCHES_MAX) return;
    inARow = 0;
    renew();
  }

  return {
    onSubscribed(tokens) {
      figures.subscriptions += 1;
      for (const token of tokens) {
        books.get(token)?.forget();
        void reload(token);
      }
    },
    onLost() {
      heardAt = Number.NEGATIVE_INFINITY;
      for (const book of books.values()) book.forget();
    },
    onFrame(events) {
      const before = [...books].map(([token, book]) => [token, book.bestBid()] as const);
      for (const event of events) hear(event);
      applyChanges(changesByToken(events));
      for (const [token, bid] of before) {
        if (books.get(token)?.bestBid() !== bid) for (const tell of listeners) tell(token);
      }
    },
    choose(tokens) {
      const wanted = new Set(tokens);
      if (wanted.size === books.size && tokens.every((token) => books.has(token))) return false;
      for (const token of books.keys()) if (!wanted.has(token)) books.delete(token);
      for (const token of wanted) if (!books.has(token)) books.set(token, createLiveBook(token));
      return true;
    },
    read: (token) => books.get(token)?.read() ?? null,
    heardAt: () => heardAt,
    async compareAll(signal) {
      for (const [token, live] of [...books]) await compare(token, live, signal);
    },
    onBid(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    figures: () => ({ ...figures }),
  };
}

function changesByToken(events: readonly MarketEvent[]): ReadonlyMap<TokenId, readonly Change[]> {
  const changes = events.filter((event) => event.kind === "change");
  return Map.groupBy(changes, ({ tokenId }) => tokenId);
}

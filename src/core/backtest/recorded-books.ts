import type { SeenMarket } from "../execution/market-view.ts";
import type { BookLevel, OrderBook } from "../market/market.ts";
import { parsePrice, parseShares } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";
import type { HistoryFacts } from "./history.ts";

/** A book as the executor saw it when it decided: its best levels, as they stand with the signal. */
export type RecordedBook = {
  readonly token: number;
  /** When it was asked for. */
  readonly at: EpochMs;
  readonly book: Omit<OrderBook, "tokenId">;
  readonly acceptingOrders: boolean;
};

/** Null: there was no book, or it is not readable. */
export function recordedBook(token: number, seen: SeenMarket): RecordedBook | null {
  const { observedAt: at, bookAsOf, acceptingOrders } = seen;
  const [bids, asks] = [levelsOf(seen.bids), levelsOf(seen.asks)];
  const tickSize = parsePrice(seen.tickSize ?? "");
  const minOrderSize = parseShares(seen.minOrderSize ?? "");
  if (!seen.hasBook || bids === null || asks === null || tickSize === null || minOrderSize === null) return null;
  const book = { bids, asks, tickSize, minOrderSize, asOf: bookAsOf ?? at };
  return { token, at, book, acceptingOrders: acceptingOrders ?? false };
}

function levelsOf(texts: SeenMarket["bids"]): readonly BookLevel[] | null {
  const levels = texts.flatMap(([priceText, sizeText]): readonly BookLevel[] => {
    const [price, size] = [parsePrice(priceText), parseShares(sizeText)];
    return price === null || size === null ? [] : [{ price, size }];
  });
  return levels.length === texts.length ? levels : null;
}

export class RecordedBooks {
  private readonly byToken: ReadonlyMap<number, readonly RecordedBook[]>;
  private readonly ageMsMax: number;

  /** @param ageMsMax an older book is none to decide on */
  constructor({ books = [] }: Pick<HistoryFacts, "books">, ageMsMax: number) {
    this.byToken = Map.groupBy(books, ({ token }) => token);
    this.ageMsMax = ageMsMax;
  }

  /** The newest that had been seen by then; null: none, or too long ago. */
  at(token: number, now: EpochMs): RecordedBook | null {
    const newest = this.byToken.get(token)?.findLast(({ at }) => at <= now);
    return newest === undefined || now - newest.at > this.ageMsMax ? null : newest;
  }
}

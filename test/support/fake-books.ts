import type { MarketTerms } from "../../src/core/execution/market-view.ts";
import type { MarketId, TokenId } from "../../src/core/ids/ids.ts";
import type { OrderBook } from "../../src/core/market/market.ts";
import type { BookSource } from "../../src/ports/book-source.ts";
import { someTerms } from "./trading.ts";

/** Books that a test sets. Until told otherwise every market accepts orders without a fee. */
export type FakeBooks = BookSource & {
  setBook(tokenId: TokenId, book: Omit<OrderBook, "tokenId"> | null): void;
  setTerms(marketId: MarketId, terms: MarketTerms | null): void;
  /** The next reads fail with this, until null. */
  failWith(error: Error | null): void;
  /** Most reads that were under way at the same time. */
  busiest(): number;
};

export function createFakeBooks(): FakeBooks {
  const books = new Map<TokenId, OrderBook | null>();
  const terms = new Map<MarketId, MarketTerms | null>();
  let failure: Error | null = null;
  let reading = 0;
  let busiest = 0;

  async function read<T>(value: T): Promise<T> {
    reading += 1;
    busiest = Math.max(busiest, reading);
    await new Promise((resolve) => setImmediate(resolve));
    reading -= 1;
    if (failure !== null) throw failure;
    return value;
  }

  return {
    fetchBook: (tokenId) => read(books.get(tokenId) ?? null),
    fetchTerms: (marketId) => read(terms.has(marketId) ? (terms.get(marketId) ?? null) : someTerms),
    setBook: (tokenId, book) => void books.set(tokenId, book === null ? null : { ...book, tokenId }),
    setTerms: (marketId, value) => void terms.set(marketId, value),
    failWith(error) {
      failure = error;
    },
    busiest: () => busiest,
  };
}

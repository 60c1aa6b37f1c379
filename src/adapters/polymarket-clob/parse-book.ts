import { PayloadError } from "../../core/errors.ts";
import type { MarketTerms } from "../../core/execution/market-view.ts";
import { parseTokenId, type TokenId } from "../../core/ids/ids.ts";
import { type BookLevel, NO_FEE, type OrderBook } from "../../core/market/market.ts";
import { type PriceMicros, parsePrice, parseShares, type ShareMicros } from "../../core/money/amounts.ts";
import { epochMs } from "../../core/time/time.ts";
import { bookSchema, marketSchema } from "./schemas.ts";

/**
 * The venue's arrays are worst first, and nothing promises even that: levels are sorted here, empty ones dropped.
 * @throws PayloadError for an unknown shape, another token's book, or a crossed one.
 */
export function parseBook(payload: unknown, tokenId: TokenId): OrderBook {
  const parsed = bookSchema.safeParse(payload);
  if (!parsed.success) throw new PayloadError("BOOK_MALFORMED", parsed.error.message.slice(0, 500));
  const { data } = parsed;
  if (parseTokenId(data.asset_id) !== tokenId) {
    throw new PayloadError("BOOK_OF_ANOTHER_TOKEN", "asked for one token, got another", { asked: tokenId });
  }
  const bids = data.bids
    .map(parseLevel)
    .filter(hasSize)
    .toSorted((a, b) => compare(b.price, a.price));
  const asks = data.asks
    .map(parseLevel)
    .filter(hasSize)
    .toSorted((a, b) => compare(a.price, b.price));
  const [bid, ask] = [bids[0], asks[0]];
  if (bid !== undefined && ask !== undefined && bid.price >= ask.price) {
    throw new PayloadError("BOOK_CROSSED", "the best bid is not below the best ask", {
      bid: bid.price,
      ask: ask.price,
    });
  }
  return {
    tokenId,
    bids,
    asks,
    tickSize: requirePrice(data.tick_size),
    minOrderSize: requireShares(data.min_order_size),
    asOf: epochMs(requireInteger(data.timestamp)),
  };
}

/** @throws PayloadError */
export function parseTerms(payload: unknown): MarketTerms {
  const parsed = marketSchema.safeParse(payload);
  if (!parsed.success) throw new PayloadError("MARKET_MALFORMED", parsed.error.message.slice(0, 500));
  const { data } = parsed;
  return {
    tickSize: requirePrice(String(data.mts)),
    minOrderSize: requireShares(String(data.mos)),
    fee: data.fd == null ? NO_FEE : { rate: data.fd.r, exponent: data.fd.e },
    acceptingOrders: data.ao,
  };
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
const hasSize = (level: BookLevel): boolean => level.size > 0n;

export const parseLevel = (level: { readonly price: string; readonly size: string }): BookLevel => ({
  price: requirePrice(level.price),
  size: requireShares(level.size),
});

export function requirePrice(text: string): PriceMicros {
  const value = parsePrice(text);
  if (value === null || value === 0n) throw new PayloadError("PRICE_MALFORMED", `not a price: ${text.slice(0, 40)}`);
  return value;
}

function requireShares(text: string): ShareMicros {
  const value = parseShares(text);
  if (value === null || value < 0n) throw new PayloadError("SIZE_MALFORMED", `not a size: ${text.slice(0, 40)}`);
  return value;
}

export function requireInteger(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new PayloadError("TIME_MALFORMED", `not a time: ${text.slice(0, 40)}`);
  return Number(text);
}

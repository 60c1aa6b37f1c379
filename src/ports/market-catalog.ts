import type { MarketId, TokenId } from "../core/ids/ids.ts";
import type { MarketInfo } from "../core/market/market.ts";

export type CatalogAnswer = {
  readonly infos: readonly MarketInfo[];
  /** Rows that the catalog sent and that could not be read, with the reason: counted and reported, never fatal. */
  readonly unreadable: readonly { readonly id: string; readonly reason: string }[];
};

/**
 * Titles, dates and trading parameters of markets, open or closed. What is not in `infos` is not known there.
 * Both methods may throw AbortedError, TransientError (with its kinds), RejectedError, PayloadError.
 */
export type MarketCatalog = {
  byMarket(ids: readonly MarketId[], signal: AbortSignal): Promise<CatalogAnswer>;
  byToken(ids: readonly TokenId[], signal: AbortSignal): Promise<CatalogAnswer>;
};

import type { TokenId } from "../../core/ids/ids.ts";
import type { MarketInfo } from "../../core/market/market.ts";

export type TokenTitle = { readonly market: string; readonly outcome: string };

/** Titles for log lines; bounded, because markets are made by the thousand every day. */
export type MarketTitles = {
  learn(infos: readonly MarketInfo[]): void;
  of(token: TokenId): TokenTitle | null;
};

const TITLES_MAX = 40_000;

export function createMarketTitles(): MarketTitles {
  const titles = new Map<TokenId, TokenTitle>();
  return {
    learn(infos) {
      if (titles.size > TITLES_MAX) titles.clear();
      for (const { title, tokenIds, outcomes } of infos) {
        titles.set(tokenIds[0], { market: title, outcome: outcomes[0] });
        titles.set(tokenIds[1], { market: title, outcome: outcomes[1] });
      }
    },
    of: (token) => titles.get(token) ?? null,
  };
}

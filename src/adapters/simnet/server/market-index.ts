import type { SimMarket } from "../world/market.ts";
import type { Outcome } from "../world/units.ts";
import type { World } from "../world/world.ts";

/** Finds markets by their ids. Token ids are computed when the first lookup needs them. */
export type MarketIndex = {
  byCondition(conditionId: string): SimMarket | null;
  byToken(tokenId: string): { readonly market: SimMarket; readonly outcome: Outcome } | null;
  byGammaId(id: string): SimMarket | null;
  gammaId(market: SimMarket): string;
};

const FIRST_GAMMA_ID = 560_000;

export function createMarketIndex(world: World): MarketIndex {
  const conditions = new Map<string, SimMarket>();
  const tokens = new Map<string, { readonly market: SimMarket; readonly outcome: Outcome }>();
  const ids = new Map<string, SimMarket>();
  /** Taken from the end, newest first: whoever asks for a token usually means a market that trades. */
  const pending: SimMarket[] = [];
  let named = 0;
  const gammaId = (market: SimMarket): string => String(FIRST_GAMMA_ID + market.index);

  function nameNew(): void {
    for (const market of world.markets.slice(named)) {
      conditions.set(market.conditionId, market);
      ids.set(gammaId(market), market);
      pending.push(market);
    }
    named = world.markets.length;
  }

  function findToken(tokenId: string): { readonly market: SimMarket; readonly outcome: Outcome } | null {
    nameNew();
    while (!tokens.has(tokenId)) {
      const market = pending.pop();
      if (market === undefined) return null;
      const [first, second] = market.tokenIds();
      tokens.set(first, { market, outcome: 0 });
      tokens.set(second, { market, outcome: 1 });
    }
    return tokens.get(tokenId) ?? null;
  }

  return {
    byCondition(conditionId) {
      nameNew();
      return conditions.get(conditionId.toLowerCase()) ?? null;
    },
    byToken: findToken,
    byGammaId(id) {
      nameNew();
      return ids.get(id) ?? null;
    },
    gammaId,
  };
}

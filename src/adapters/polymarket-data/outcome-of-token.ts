import { USDC_E, WRAPPED_COLLATERAL } from "../../core/chain/contracts.ts";
import { decodePositionId, isProtocolCondition } from "../../core/chain/position-id.ts";
import { tokenIdOf } from "../../core/chain/token-ids.ts";
import type { MarketId, TokenId } from "../../core/ids/ids.ts";
import type { OutcomeIndex } from "../../core/market/market.ts";

/** Modules of Protocol V2 that have markets: binary and neg-risk. Everything else of 31 bytes is a combo. */
const MARKET_MODULES = ["0x01", "0x02"];

/** Combos have 62 hex digits, as have the markets of Protocol V2, whose first byte says so. */
export const isCombo = (conditionId: string): boolean =>
  conditionId.length === 2 + 62 && !MARKET_MODULES.includes(conditionId.slice(0, 4).toLowerCase());

/** Which outcome a token is, by the venue's index or, where that is the 999 of "unknown", by arithmetic. */
export type OutcomeOf = (marketId: MarketId, tokenId: TokenId, index: number) => OutcomeIndex | null;

/** Square roots modulo P are dear: a market is computed once, and only when none of its rows has said it before. */
export function createOutcomeOf(): OutcomeOf {
  const tokens = new Map<MarketId, ReadonlyMap<TokenId, OutcomeIndex>>();
  const told = new Map<TokenId, OutcomeIndex>();

  function tokensOf(marketId: MarketId): ReadonlyMap<TokenId, OutcomeIndex> {
    const known = tokens.get(marketId);
    if (known !== undefined) return known;
    const computed = new Map(
      [USDC_E, WRAPPED_COLLATERAL].flatMap((collateral) =>
        ([0, 1] as const).map((outcome) => [tokenIdOf(collateral, marketId, outcome), outcome] as const),
      ),
    );
    tokens.set(marketId, computed);
    return computed;
  }

  return (marketId, tokenId, index) => {
    if (isProtocolCondition(marketId)) return decodePositionId(tokenId).outcomeIndex;
    if (index === 0 || index === 1) told.set(tokenId, index);
    return told.get(tokenId) ?? tokensOf(marketId).get(tokenId) ?? null;
  };
}

import type { MarketId, TokenId } from "../ids/ids.ts";
import type { MarketTokens } from "../market/market.ts";
import type { Fill } from "./fill.ts";
import type { LifecycleEffect } from "./lifecycle-effect.ts";
import { positionOutcome } from "./operation.ts";
import { isProtocolCondition, positionTokens } from "./position-id.ts";

const NEG_RISK_MODULE_ID = "0x02";

/** What a 31-byte condition says of itself: its tokens, and which module it belongs to. */
export const protocolMarket = (marketId: MarketId): MarketTokens => ({
  marketId,
  negRisk: marketId.startsWith(NEG_RISK_MODULE_ID),
  tokenIds: positionTokens(marketId),
});

/** Markets of Protocol V2 that were traded or held: they follow from the tokens by arithmetic, without any event. */
export function protocolMarketsOf(
  fills: readonly Fill[],
  effects: readonly LifecycleEffect[],
): readonly MarketTokens[] {
  const tokens = new Set<TokenId>();
  for (const fill of fills) if (fill.exchangeVersion === 3) tokens.add(fill.tokenId);
  const markets = new Set<MarketId>();
  for (const tokenId of tokens) {
    const { marketId } = positionOutcome(tokenId);
    if (marketId !== null) markets.add(marketId);
  }
  for (const effect of effects) {
    const changes = effect.kind === "transfer" ? [effect.change] : [...effect.given, ...effect.received];
    for (const { marketId } of changes) if (marketId !== null && isProtocolCondition(marketId)) markets.add(marketId);
  }
  return [...markets].map(protocolMarket);
}

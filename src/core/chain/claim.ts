import type { MarketId, TokenId } from "../ids/ids.ts";
import { type ShareMicros, type UsdMicros, usd } from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";
import { USDC_E, WRAPPED_COLLATERAL } from "./contracts.ts";
import { tokenIdOf } from "./token-ids.ts";

/** Both outcome tokens of a market of V1 or V2; they follow from its condition alone. */
export function outcomeTokens(marketId: MarketId, negRisk: boolean): readonly [TokenId, TokenId] {
  const collateral = negRisk ? WRAPPED_COLLATERAL : USDC_E;
  return [tokenIdOf(collateral, marketId, 0), tokenIdOf(collateral, marketId, 1)];
}

/** What the contract pays for what is held: rounded down for each outcome. */
export function payoutUsd(
  held: readonly [ShareMicros, ShareMicros],
  [first, second]: readonly [bigint, bigint],
): UsdMicros {
  const sum = first + second;
  return usd(mulDiv(held[0], first, sum, "floor") + mulDiv(held[1], second, sum, "floor"));
}

import type { MarketId, TokenId } from "../ids/ids.ts";
import { type ShareMicros, sumUsd, type UsdMicros, usd } from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";
import { USDC_E, WRAPPED_COLLATERAL } from "./contracts.ts";
import { isProtocolCondition, positionTokens } from "./position-id.ts";
import { redeemCall, redeemPositionCall, type WalletCall } from "./redeem-call.ts";
import { tokenIdOf } from "./token-ids.ts";

/** Both outcome tokens of a market; they follow from its condition alone. */
export function outcomeTokens(marketId: MarketId, negRisk: boolean): readonly [TokenId, TokenId] {
  if (isProtocolCondition(marketId)) return positionTokens(marketId);
  const collateral = negRisk ? WRAPPED_COLLATERAL : USDC_E;
  return [tokenIdOf(collateral, marketId, 0), tokenIdOf(collateral, marketId, 1)];
}

/** What is owed for what is held of a resolved market, and the call that redeems next. */
export type Owed = {
  readonly payoutUsd: UsdMicros;
  readonly next: { readonly call: WalletCall; readonly payoutUsd: UsdMicros };
};

/**
 * A call of the CTF redeems both outcomes, one of Protocol V2 a single one: where both pay, the other's turn is next.
 * @param payout numerators of both outcomes
 * @returns null: nothing
 */
export function owedOf(
  { marketId, negRisk }: { readonly marketId: MarketId; readonly negRisk: boolean },
  held: readonly [ShareMicros, ShareMicros],
  [first, second]: readonly [bigint, bigint],
): Owed | null {
  // As the contracts pay: rounded down for each outcome.
  const pays = (amount: ShareMicros, numerator: bigint): UsdMicros =>
    usd(mulDiv(amount, numerator, first + second, "floor"));
  const payouts = [pays(held[0], first), pays(held[1], second)] as const;
  const payoutUsd = sumUsd(payouts);
  if (payoutUsd === 0n) return null;
  if (!isProtocolCondition(marketId)) return { payoutUsd, next: { call: redeemCall(marketId, negRisk), payoutUsd } };
  const outcome = payouts[0] >= payouts[1] ? 0 : 1;
  const call = redeemPositionCall(marketId, outcome, held[outcome]);
  return { payoutUsd, next: { call, payoutUsd: payouts[outcome] } };
}

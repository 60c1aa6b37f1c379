import { isRedeemCall } from "../chain/redeem-call.ts";
import type { Redemption } from "../chain/redemption.ts";
import { type EpochMs, SECOND_MS } from "../time/time.ts";
import type { Refusal } from "./limits.ts";
import type { SigningPolicy } from "./signing-policy.ts";

export type RedeemCode = "WALLET_NOT_ALLOWED" | "CALL_NOT_ALLOWED" | "FEE_ABOVE_MAX" | "DEADLINE_OFF";

const KINDS = ["TRANSACTION", "PROXY", "SAFE", "WALLET"] as const;
/** One redemption takes about 0.2 million gas; whoever asks for much more wants to burn what the key holds. */
const GAS_MAX = 1_000_000n;
/** 1 POL for one transaction, whatever the price of gas. */
const FEE_WEI_MAX = 10n ** 18n;
const DEADLINE_SECONDS_MAX = 600;

/** What the signer signs besides orders: the wallet redeeming for itself, and nothing else. @returns null: allowed */
export function refuseRedemption(
  policy: Pick<SigningPolicy, "wallet" | "owner" | "signatureType">,
  redemption: Redemption,
  at: EpochMs,
): Refusal<RedeemCode> | null {
  const { owner, wallet, kind, call } = redemption;
  const refuse = (code: RedeemCode, limit: string, value: string): Refusal<RedeemCode> => ({ code, limit, value });
  if (wallet !== policy.wallet) return refuse("WALLET_NOT_ALLOWED", policy.wallet, wallet);
  if (owner !== policy.owner) return refuse("WALLET_NOT_ALLOWED", policy.owner, owner);
  const allowed = KINDS[policy.signatureType];
  if (kind !== allowed) return refuse("WALLET_NOT_ALLOWED", allowed, kind);
  if (!isRedeemCall(call))
    return refuse("CALL_NOT_ALLOWED", "redeemPositions of a collateral adapter, or redeem of the Router", call.to);
  if (kind === "TRANSACTION") {
    const { gas, maxFeePerGas } = redemption;
    if (gas > GAS_MAX) return refuse("FEE_ABOVE_MAX", `${GAS_MAX} gas`, `${gas} gas`);
    if (gas * maxFeePerGas > FEE_WEI_MAX)
      return refuse("FEE_ABOVE_MAX", `${FEE_WEI_MAX} wei`, `${gas * maxFeePerGas} wei`);
  }
  if (kind === "WALLET") {
    const seconds = redemption.deadline - at / SECOND_MS;
    if (seconds > DEADLINE_SECONDS_MAX)
      return refuse("DEADLINE_OFF", `${DEADLINE_SECONDS_MAX} s ahead`, `${Math.ceil(seconds)} s`);
  }
  return null;
}

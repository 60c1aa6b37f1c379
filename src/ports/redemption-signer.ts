import type { Redemption } from "../core/chain/redemption.ts";
import type { Refusal } from "../core/risk/limits.ts";
import type { RedeemCode } from "../core/risk/redeem-policy.ts";

export type RedemptionAnswer =
  /** The signed transaction as it is sent, or the signature as the relayer takes it. */
  | { readonly signed: true; readonly signature: `0x${string}` }
  | { readonly signed: false; readonly refusal: Refusal<RedeemCode> };

/** The part of the signer that settles. The same request gives the same bytes. */
export type RedemptionSigner = {
  /** @throws TransientError when the signer does not answer, PayloadError when it answers nonsense */
  signRedemption(redemption: Redemption, signal: AbortSignal): Promise<RedemptionAnswer>;
};

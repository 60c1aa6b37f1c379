import type { OutcomeIndex } from "../market/market.ts";
import type { ShareMicros, UsdMicros } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";

/** Amounts are gross of the fee; a fee in shares is V1's on a BUY, all others are collateral. */
type Trade = {
  readonly at: EpochMs;
  readonly outcome: OutcomeIndex;
  readonly shares: ShareMicros;
  readonly cash: UsdMicros;
  readonly fee: bigint;
  readonly feeAsset: "collateral" | "shares";
};

type Pair = readonly [ShareMicros, ShareMicros];

/**
 * What can happen to one unit: one wallet in one market. Conversions touch several markets of an event at once;
 * `toConversionLegs` makes them into CONVERT_OUT and CONVERT_IN of each unit. A split or merge over the markets of an
 * event touches one outcome of each: CONVERT_IN for its cost, or CONVERT_OUT for its proceeds.
 */
export type LedgerEvent =
  | ({ readonly kind: "BUY" } & Trade)
  | ({ readonly kind: "SELL" } & Trade)
  /** Collateral into `shares` of both tokens. */
  | { readonly kind: "SPLIT"; readonly at: EpochMs; readonly shares: ShareMicros }
  /** `shares` of both tokens into collateral. */
  | { readonly kind: "MERGE"; readonly at: EpochMs; readonly shares: ShareMicros }
  /** Given away for other tokens; `proceeds` null: they leave at their own cost. */
  | {
      readonly kind: "CONVERT_OUT";
      readonly at: EpochMs;
      readonly outcome: OutcomeIndex;
      readonly shares: ShareMicros;
      readonly proceeds: UsdMicros | null;
    }
  /** Received for other tokens; `cost` is the part spread over them and may be negative. */
  | {
      readonly kind: "CONVERT_IN";
      readonly at: EpochMs;
      readonly outcome: OutcomeIndex;
      readonly shares: ShareMicros;
      readonly cost: UsdMicros;
      /** False when the tokens given away were not all known, so that this cost is too low. */
      readonly isCostKnown: boolean;
    }
  /** `cost` null: from elsewhere, what was paid is unknown; otherwise from a wallet of the same owner. */
  | {
      readonly kind: "TRANSFER_IN";
      readonly at: EpochMs;
      readonly outcome: OutcomeIndex;
      readonly shares: ShareMicros;
      readonly cost: UsdMicros | null;
      /** False when the sender's own cost was not all known, so that this one is too low. */
      readonly isCostKnown?: boolean;
    }
  | {
      readonly kind: "TRANSFER_OUT";
      readonly at: EpochMs;
      readonly outcome: OutcomeIndex;
      readonly shares: ShareMicros;
      readonly to: "own" | "elsewhere";
    }
  /** Token i pays `numerators[i] / Σ numerators`. */
  | { readonly kind: "RESOLUTION"; readonly at: EpochMs; readonly payoutNumerators: readonly [bigint, bigint] }
  | { readonly kind: "REDEMPTION"; readonly at: EpochMs; readonly shares: Pair };

import type { Address, MarketId, TokenId } from "../ids/ids.ts";
import type { OutcomeIndex } from "../market/market.ts";
import type { ShareMicros, UsdMicros } from "../money/amounts.ts";
import type { LogPosition } from "./fill.ts";

/**
 * Positions of the combinatorial module have no order book: they are kept apart from markets, in ledgers and scores.
 * An effect is "combo" when any of its tokens is; wrapping and unwrapping have a market's token on the other side.
 */
export type AssetClass = "market" | "combo";

/** A key is (blockNumber, logIndex, ordinal): one log can have several effects, in the order of their ordinals. */
type Effect = LogPosition & { readonly ordinal: number; readonly assetClass: AssetClass };

/** `marketId` is null where the log does not say it: then the token tells. */
export type HoldingChange = {
  readonly tokenId: TokenId;
  readonly marketId: MarketId | null;
  readonly outcome: OutcomeIndex | null;
  readonly amount: ShareMicros;
};

/**
 * What one wallet did to its holdings without a fill.
 *
 * - split: `-cash` of collateral became that many of each token in `received`: both outcomes of one market, or (V3,
 *   horizontal) YES of every market of an event. The cost is spread evenly over them.
 * - merge: the reverse; `cash` is spread evenly over what was `given`.
 * - redeem: `given` was burned for its payout. Books cash, not P&L: that was made when the market resolved.
 * - convert: `given` leaves at its own cost; that, less `cash`, is spread over what was `received`.
 * - migrate: the same claim under another id, at unchanged cost.
 */
export type HoldingEffect = Effect & {
  readonly kind: "split" | "merge" | "redeem" | "convert" | "migrate";
  readonly wallet: Address;
  readonly given: readonly HoldingChange[];
  readonly received: readonly HoldingChange[];
  /** Collateral to the wallet; negative: from it. After the fee of a conversion. */
  readonly cash: UsdMicros;
};

/** Tokens that changed hands outside of any trade. One of the two may be infrastructure, never both. */
export type TransferEffect = Effect & {
  readonly kind: "transfer";
  readonly from: Address;
  readonly to: Address;
  readonly change: HoldingChange;
};

export type LifecycleEffect = HoldingEffect | TransferEffect;

export type UnattributedReason =
  /** Tokens were minted or burned, and no event says why: logs are missing. */
  | "SUPPLY_WITHOUT_EVENT"
  /** An event says that tokens were made or destroyed, and no movement shows it: logs are missing. */
  | "EVENT_WITHOUT_SUPPLY"
  /** An operation whose tokens lead to no wallet. */
  | "NO_WALLET"
  /** The tokens that moved are not the ones the event speaks of. */
  | "AMOUNTS_DIFFER"
  /** Several wallets' tokens of both outcomes in one redemption: the log gives the sum only. */
  | "REDEMPTION_SHARED"
  /** Every question was converted, so the fee shows in no token, and the market's fee is not known. */
  | "CONVERSION_FEE_UNKNOWN"
  /** The conversion does not fit the number of questions. */
  | "QUESTION_COUNT_DIFFERS"
  /**
   * An address that only passes tokens on had some before, or kept some: stray tokens, or logs are missing. What
   * follows from the logs at hand is booked all the same.
   */
  | "CUSTODY_UNBALANCED";

/** Counted and kept, never dropped; the wallets' books may be incomplete for these tokens. */
export type Unattributed = LogPosition & { readonly reason: UnattributedReason };

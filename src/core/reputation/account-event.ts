import type { MarketId, TokenId } from "../ids/ids.ts";
import type { OutcomeIndex } from "../market/market.ts";
import type { PriceMicros, ShareMicros, UsdMicros } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";

export type AccountEventKind = "BUY" | "SELL" | "SPLIT" | "MERGE" | "REDEEM" | "CONVERSION";

/**
 * One thing that a wallet did, as the venue's own history of the account tells it: less than the log of the chain says,
 * and no proof. Combos are not among them.
 */
export type AccountEvent = {
  readonly kind: AccountEventKind;
  /** Block time, in whole seconds. */
  readonly at: EpochMs;
  readonly marketId: MarketId;
  /** Null where the history does not say: splits, merges, redemptions, conversions. */
  readonly tokenId: TokenId | null;
  readonly outcome: OutcomeIndex | null;
  /** What really changed hands: after a fee in shares. */
  readonly shares: ShareMicros;
  /** What really was paid or received: a BUY with its fee, a SELL after it. */
  readonly cash: UsdMicros;
  /** Names the event of several markets; conversions move shares between those. */
  readonly eventSlug: string | null;
};

/** One wallet's position in one token, as the venue keeps it. Amounts of P&L are before fees. */
export type AccountPosition = {
  readonly marketId: MarketId;
  readonly tokenId: TokenId;
  readonly outcome: OutcomeIndex | null;
  readonly currentShares: ShareMicros;
  /** All that was ever bought. */
  readonly totalShares: ShareMicros;
  /** What is held cost, and what the venue marks it at; null: it does not say. */
  readonly entryCost: UsdMicros | null;
  readonly price: PriceMicros | null;
  readonly realisedPnl: UsdMicros;
  readonly totalPnl: UsdMicros;
  readonly status: string;
  /** Null: the venue does not know. */
  readonly firstEntryAt: EpochMs | null;
  readonly lastEventAt: EpochMs | null;
};

export type AccountResolution = { readonly at: EpochMs; readonly payoutNumerators: readonly [bigint, bigint] };

import type { MarketId, TokenId } from "../ids/ids.ts";
import type { PriceMicros, ShareMicros } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";

/** 0 or 1: every market of the venue is binary at the level of the condition. */
export type OutcomeIndex = 0 | 1;

/** What the chain alone says about a market: computed from `ConditionPreparation`. */
export type MarketTokens = {
  readonly marketId: MarketId;
  readonly negRisk: boolean;
  readonly tokenIds: readonly [TokenId, TokenId];
};

/** Titles, dates and trading parameters, from Gamma; they arrive later than the tokens and may change. */
export type MarketInfo = {
  readonly marketId: MarketId;
  readonly title: string;
  readonly slug: string | null;
  readonly category: string | null;
  readonly eventId: string | null;
  readonly negRisk: boolean;
  readonly outcomes: readonly [string, string];
  readonly tokenIds: readonly [TokenId, TokenId];
  readonly startsAt: EpochMs | null;
  readonly endsAt: EpochMs | null;
  readonly tickSize: PriceMicros;
  readonly minOrderSize: ShareMicros;
  readonly fee: FeeSchedule;
  readonly acceptingOrders: boolean;
};

/** `fee = shares · rate · (p·(1−p))^exponent`, charged to takers (API sheet, section 2.12). Zero rate: no fee. */
export type FeeSchedule = { readonly rate: number; readonly exponent: number };

export const NO_FEE: FeeSchedule = { rate: 0, exponent: 1 };

/** Final answer of a market. Token i pays `numerators[i] / Σ numerators`; 50/50 exists. */
export type Resolution = {
  readonly marketId: MarketId;
  readonly payoutNumerators: readonly [bigint, bigint];
  readonly blockNumber: number;
  readonly logIndex: number;
  readonly resolvedAt: EpochMs;
};

export type BookLevel = { readonly price: PriceMicros; readonly size: ShareMicros };

/** Best level first on both sides, whatever order the venue sent (it sends worst first). */
export type OrderBook = {
  readonly tokenId: TokenId;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
  readonly tickSize: PriceMicros;
  readonly minOrderSize: ShareMicros;
  /** When the venue says the book looked like this. */
  readonly asOf: EpochMs;
};

import type { TimeInForce } from "../chain/exchange-order.ts";
import type { ClientOrderId, MarketId, PositionId, SignalId, TokenId } from "../ids/ids.ts";
import type { FeeSchedule, OutcomeIndex } from "../market/market.ts";
import type { PriceMicros, ShareMicros, UsdMicros } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";

type OrderTerms = {
  /** Made from facts and stored before the order is sent. */
  readonly clientOrderId: ClientOrderId;
  readonly positionId: PositionId;
  /** null: an exit that no signal asked for (stop loss, command). */
  readonly signalId: SignalId | null;
  readonly marketId: MarketId;
  readonly tokenId: TokenId;
  readonly outcomeIndex: OutcomeIndex;
  readonly limitPrice: PriceMicros;
  readonly tickSize: PriceMicros;
  readonly minOrderSize: ShareMicros;
  readonly fee: FeeSchedule;
  readonly approvedAt: EpochMs;
  /** An order that has not reached the venue by then is not filled: the decision was made on an older book. */
  readonly goodUntil: EpochMs;
  /** Absent: FAK. */
  readonly timeInForce?: TimeInForce;
  /** GTC and GTD alone: what still rests then is taken back. */
  readonly restUntil?: EpochMs;
};

/** Fill-and-kill at the limit where nothing else is said: what is not filled at once is not filled. */
export type OrderRequest =
  /** Spends at most `stakeUsd` of collateral, fees on top. */
  | (OrderTerms & {
      readonly side: "BUY";
      readonly stakeUsd: UsdMicros;
      /** The most that the bet against it may pay for the other outcome: paper fills that too. */
      readonly reverseLimitPrice?: PriceMicros;
    })
  | (OrderTerms & { readonly side: "SELL"; readonly size: ShareMicros });

/** An order's life. SUBMITTED covers "sent, answer unknown": it stays so until the venue has answered. */
export type OrderStatus = "SUBMITTED" | "FILLED" | "PARTIALLY_FILLED" | "UNFILLED";

/** One price level's worth of our own order. */
export type Execution = {
  readonly price: PriceMicros;
  readonly size: ShareMicros;
  /** Gross of the fee. BUY: rounded up; SELL: rounded down. */
  readonly cash: UsdMicros;
  readonly fee: UsdMicros;
};

export type UnfilledReason =
  /** The book has nothing at or through the limit. */
  | "NO_LIQUIDITY"
  | "NO_BOOK"
  | "TICK_CHANGED"
  | "BELOW_MIN_SIZE"
  | "ORDER_EXPIRED"
  /** It rested, and was taken back: paused, halted, or what it followed is gone. */
  | "WITHDRAWN"
  /** Outside the signer's policy. */
  | "SIGNER_REFUSED"
  | "VENUE_REFUSED"
  /** Live: what the venue has of the account is not known, or not ours; nothing was sent. */
  | "NOT_RECONCILED"
  /** Matched, and the settlement failed on the chain: nothing was exchanged. */
  | "SETTLEMENT_FAILED";

/** Totals of a fill that may have been. */
export type FillEstimate = {
  readonly size: ShareMicros;
  readonly cashUsd: UsdMicros;
  readonly feesUsd: UsdMicros;
};

export type FillEstimates = {
  readonly optimistic: FillEstimate;
  readonly expected: FillEstimate;
  readonly pessimistic: FillEstimate;
};

/** What became of an order at the venue: final in every case. Paper says what it might have been, too. */
export type OrderResult = {
  readonly estimates?: FillEstimates;
  /** What the bet against it would have got in the same way. */
  readonly reverse?: FillEstimate;
} & (
  | { readonly status: "filled"; readonly executions: readonly Execution[] }
  | { readonly status: "unfilled"; readonly reason: UnfilledReason }
);

export const mayRest = (order: OrderRequest): boolean => order.restUntil !== undefined;

export const entryOrderId = (signal: SignalId): ClientOrderId => `O-${signal}` as ClientOrderId;
export const exitOrderId = (position: PositionId, attempt: number): ClientOrderId =>
  `X${attempt}-${position.slice(2)}` as ClientOrderId;
export const positionId = (signal: SignalId): PositionId => `P-${signal}` as PositionId;

import type { SignedOrder } from "../core/chain/exchange-order.ts";
import type { OrderAnswer, VenueOrder, VenueTrade } from "../core/execution/venue-answer.ts";
import type { OrderHash, TokenId } from "../core/ids/ids.ts";
import type { ShareMicros, UsdMicros } from "../core/money/amounts.ts";
import type { EpochMs } from "../core/time/time.ts";

/**
 * Our account at the venue. Every method throws TransientError (and its kinds) when there was no answer, RejectedError
 * for a proven no, PayloadError for an answer that cannot be read, AbortedError when asked to stop.
 */
export type VenueClient = {
  /**
   * The same order gives the same bytes, so it may be sent again. No answer within the time limit is an answer too:
   * `unknown`.
   */
  postOrder(order: SignedOrder, signal: AbortSignal): Promise<OrderAnswer>;
  /** null: the venue does not know the order. */
  order(hash: OrderHash, signal: AbortSignal): Promise<VenueOrder | null>;
  /** All of them, from the first page to the last, or an error: never a part. */
  openOrders(signal: AbortSignal): Promise<readonly VenueOrder[]>;
  /** Our trades matched at or after `since`; all pages or an error. */
  trades(since: EpochMs, signal: AbortSignal): Promise<readonly VenueTrade[]>;
  /** @returns the orders that are cancelled now; the others with the venue's reason */
  cancel(hashes: readonly OrderHash[], signal: AbortSignal): Promise<CancelAnswer>;
  cancelAll(signal: AbortSignal): Promise<CancelAnswer>;
  /** What the venue believes we have. Its cache may be old: `refresh` makes it look again first. */
  collateral(refresh: boolean, signal: AbortSignal): Promise<CollateralBalance>;
  shares(tokenId: TokenId, refresh: boolean, signal: AbortSignal): Promise<ShareMicros>;
  /** True: the account may only sell. */
  isClosedOnly(signal: AbortSignal): Promise<boolean>;
  /** The venue's clock; ours is compared with it, because signatures carry the time. */
  time(signal: AbortSignal): Promise<EpochMs>;
};

export type CancelAnswer = {
  readonly cancelled: readonly OrderHash[];
  readonly notCancelled: ReadonlyMap<string, string>;
};

export type CollateralBalance = {
  readonly balanceUsd: UsdMicros;
  /** The least that any of the exchanges may spend. */
  readonly allowanceUsd: UsdMicros;
};

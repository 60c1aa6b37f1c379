import { type ExchangeOrder, type SignatureType, ZERO_32 } from "../chain/exchange-order.ts";
import type { Address, OrderHash } from "../ids/ids.ts";
import { minUsd, notional, type ShareMicros, shares, subUsd, ZERO_USD } from "../money/amounts.ts";
import { type EpochMs, MINUTE_MS, SECOND_MS } from "../time/time.ts";
import { computeFee } from "./fee.ts";
import { type Execution, mayRest, type OrderRequest, type UnfilledReason } from "./order.ts";
import { marketBuyAmounts, sizedAmounts } from "./order-amounts.ts";
import { orderSize } from "./simulate-fill.ts";
import type { VenueTrade } from "./venue-answer.ts";

export type VenueAccount = {
  /** Holds the money and the tokens. */
  readonly wallet: Address;
  readonly owner: Address;
  readonly signatureType: SignatureType;
};

/**
 * The order as the exchange wants it. What rests is for shares, what fills at once for dollars.
 * @param salt below 2^53; makes two equal orders of one millisecond different
 */
export function toExchangeOrder(
  request: OrderRequest,
  account: VenueAccount,
  salt: bigint,
  at: EpochMs,
): ExchangeOrder | UnfilledReason {
  const { limitPrice, tickSize } = request;
  const amounts =
    request.side === "BUY" && !mayRest(request)
      ? marketBuyAmounts(request.stakeUsd, limitPrice, tickSize)
      : sizedAmounts(request.side, orderSize(request), limitPrice, tickSize);
  if (amounts === "AMOUNT_TOO_SMALL") return "BELOW_MIN_SIZE";
  if (typeof amounts === "string") return "TICK_CHANGED";
  if ((request.side === "BUY" ? amounts.takerAmount : amounts.makerAmount) < request.minOrderSize)
    return "BELOW_MIN_SIZE";
  return {
    ...amounts,
    salt,
    maker: account.wallet,
    signer: account.signatureType === 3 ? account.wallet : account.owner,
    tokenId: request.tokenId,
    side: request.side,
    signatureType: account.signatureType,
    timestamp: at,
    metadata: ZERO_32,
    builder: ZERO_32,
  };
}

/** A GTD order ends at the venue a minute before its expiration, and has to live longer than that (API sheet, 2.7). */
const GTD_LIFE_MS_MIN = 2 * MINUTE_MS;

/** Seconds; 0 unless GTD. Where we are there, the order is taken back before; where we are not, the venue ends it. */
export function expirationOf({ timeInForce, restUntil }: OrderRequest, at: EpochMs): number {
  if (timeInForce !== "GTD" || restUntil === undefined) return 0;
  return Math.ceil((Math.max(restUntil, at + GTD_LIFE_MS_MIN) + MINUTE_MS) / SECOND_MS);
}

export type Settlement =
  /** Some of it is still on its way to the chain, or not all of it is known yet. */
  | { readonly settled: false }
  /** Only confirmed trades: what failed exchanged nothing. */
  | { readonly settled: true; readonly executions: readonly Execution[]; readonly failed: boolean };

/**
 * What an order that can match no more has come to.
 * @param expected trades that the venue has named; one that is missing is not known yet
 * @param matched how much the venue says was matched; null where it does not say
 */
export function settleTrades(
  request: OrderRequest,
  orderHash: OrderHash,
  trades: readonly VenueTrade[],
  expected: readonly string[],
  matched: ShareMicros | null,
): Settlement {
  const own = trades.filter((trade) => trade.orderHash === orderHash);
  const isMissing = expected.some((id) => own.every((trade) => trade.id !== id));
  const isUnderWay = own.some(({ status }) => status !== "CONFIRMED" && status !== "FAILED");
  const known = own.reduce((sum, { size }) => sum + size, 0n);
  if (isMissing || isUnderWay || (matched !== null && known < matched)) return { settled: false };
  const executions = confirmedExecutions(request, own);
  return { settled: true, executions, failed: executions.length < own.length };
}

/** What an order has exchanged for good. The oldest first, so that more of it comes behind what was known. */
export function confirmedExecutions(request: OrderRequest, trades: readonly VenueTrade[]): readonly Execution[] {
  const confirmed = trades
    .filter(({ status }) => status === "CONFIRMED")
    .toSorted((a, b) => a.matchedAt - b.matchedAt || (a.id < b.id ? -1 : 1));
  // The exchange takes no more than the order gives, however often a price was rounded on its way to us.
  let left = request.side === "BUY" ? request.stakeUsd : null;
  return confirmed.map(({ price, size, role }) => {
    const rounded = notional(price, size, left === null ? "floor" : "ceil");
    const cash = left === null ? rounded : minUsd(rounded, left);
    if (left !== null) left = subUsd(left, cash);
    // Only takers pay a fee.
    const fee = role === "maker" ? ZERO_USD : computeFee(request.fee, price, size);
    return { price, size: shares(size), cash, fee };
  });
}

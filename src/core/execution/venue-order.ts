import { type ExchangeOrder, type SignatureType, ZERO_32 } from "../chain/exchange-order.ts";
import type { Address, OrderHash } from "../ids/ids.ts";
import { minUsd, notional, type ShareMicros, shares, subUsd } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";
import { computeFee } from "./fee.ts";
import type { Execution, OrderRequest, UnfilledReason } from "./order.ts";
import { marketBuyAmounts, sizedAmounts } from "./order-amounts.ts";
import type { VenueTrade } from "./venue-answer.ts";

export type VenueAccount = {
  /** Holds the money and the tokens. */
  readonly wallet: Address;
  readonly owner: Address;
  readonly signatureType: SignatureType;
};

/**
 * The order as the exchange wants it: fill-and-kill at the limit.
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
    request.side === "BUY"
      ? marketBuyAmounts(request.stakeUsd, limitPrice, tickSize)
      : sizedAmounts("SELL", request.size, limitPrice, tickSize);
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
  const confirmed = own.filter(({ status }) => status === "CONFIRMED");
  return { settled: true, executions: toExecutions(request, confirmed), failed: confirmed.length < own.length };
}

function toExecutions(request: OrderRequest, trades: readonly VenueTrade[]): readonly Execution[] {
  // The exchange takes no more than the order gives, however often a price was rounded on its way to us.
  let left = request.side === "BUY" ? request.stakeUsd : null;
  return trades.map(({ price, size }) => {
    const rounded = notional(price, size, left === null ? "floor" : "ceil");
    const cash = left === null ? rounded : minUsd(rounded, left);
    if (left !== null) left = subUsd(left, cash);
    return { price, size: shares(size), cash, fee: computeFee(request.fee, price, size) };
  });
}

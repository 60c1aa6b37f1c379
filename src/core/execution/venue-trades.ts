import type { OrderHash } from "../ids/ids.ts";
import { minUsd, notional, type ShareMicros, shares, subUsd, ZERO_USD } from "../money/amounts.ts";
import { computeFee } from "./fee.ts";
import type { Execution, OrderRequest } from "./order.ts";
import type { VenueTrade } from "./venue-answer.ts";

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

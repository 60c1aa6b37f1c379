import type { BookLevel, OrderBook } from "../market/market.ts";
import { shares } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";
import type { FillEstimate, OrderRequest, OrderResult } from "./order.ts";
import { mirrorBook } from "./reverse-control.ts";
import { simulateFill, totalExecutions } from "./simulate-fill.ts";

/**
 * Share of what a book shows that an order of ours could have had. Of 153 public fills 72 could be filled again at the
 * same price and time (prior art, section 3).
 */
const REPEATABLE_PERCENT = 47n;

/**
 * What a paper order gets, thrice. Optimistic: the better of the book when it was sent and when it arrived. Expected: the
 * book on arrival. Pessimistic: the same with `REPEATABLE_PERCENT` of each level. The pessimistic one is booked.
 * @param whenSent null where it was not seen
 */
export function simulatePaperFill(
  order: OrderRequest,
  whenSent: OrderBook | null,
  onArrival: OrderBook | null,
  at: EpochMs,
): OrderResult {
  const expected = simulateFill(order, onArrival, at);
  const sent = whenSent === null ? expected : simulateFill(order, whenSent, at);
  const booked = onArrival === null ? expected : simulateFill(order, thinned(onArrival), at);
  const [small, large] = [estimate(expected), estimate(sent)];
  const optimistic = large.size > small.size ? large : small;
  const estimates = { optimistic, expected: small, pessimistic: estimate(booked) };
  if (order.side !== "BUY" || order.reverseLimitPrice === undefined || onArrival === null)
    return { ...booked, estimates };
  // Like with like: after the same way, from as much of the other side.
  const reversed = { ...order, limitPrice: order.reverseLimitPrice };
  return { ...booked, estimates, reverse: estimate(simulateFill(reversed, thinned(mirrorBook(onArrival)), at)) };
}

const thinned = (book: OrderBook): OrderBook => ({ ...book, bids: thin(book.bids), asks: thin(book.asks) });

const thin = (levels: readonly BookLevel[]): readonly BookLevel[] =>
  levels.map(({ price, size }) => ({ price, size: shares((size * REPEATABLE_PERCENT) / 100n) }));

const estimate = (result: OrderResult): FillEstimate =>
  totalExecutions(result.status === "filled" ? result.executions : []);

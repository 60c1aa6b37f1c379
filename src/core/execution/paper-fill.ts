import type { BookLevel, OrderBook } from "../market/market.ts";
import { addShares, addUsd, shares } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";
import { type Execution, type FillEstimate, mayRest, type OrderRequest, type OrderResult } from "./order.ts";
import { fillResting, type Resting, restingExecutions, startResting } from "./resting-fill.ts";
import { mirrorBook } from "./reverse-control.ts";
import { simulateFill, totalExecutions } from "./simulate-fill.ts";

/**
 * Share of what a book shows that an order of ours could have had. Of 153 public fills 72 could be filled again at the
 * same price and time (prior art, section 3).
 */
export const REPEATABLE_PERCENT = 47n;

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
  const optimistic = isBetter(order.side, large, small) ? large : small;
  const estimates = { optimistic, expected: small, pessimistic: estimate(booked) };
  if (order.side !== "BUY" || order.reverseLimitPrice === undefined || onArrival === null)
    return { ...booked, estimates };
  // Like with like: after the same way, from as much of the other side.
  const reversed = { ...order, limitPrice: order.reverseLimitPrice };
  return { ...booked, estimates, reverse: estimate(simulateFill(reversed, thinned(mirrorBook(onArrival)), at)) };
}

/** More shares; of as many, more for a sale and less for a purchase. */
const isBetter = (side: OrderRequest["side"], a: FillEstimate, b: FillEstimate): boolean =>
  a.size === b.size ? (side === "SELL" ? a.cashUsd > b.cashUsd : a.cashUsd < b.cashUsd) : a.size > b.size;

export type RestingPair = { readonly booked: Resting; readonly expected: Resting };

/** What rests of a paper order after its arrival, pessimistic and expected; null: nothing. */
export function restAfter(order: OrderRequest, arrived: OrderResult, onArrival: OrderBook | null): RestingPair | null {
  const isDead = arrived.status === "unfilled" && arrived.reason !== "NO_LIQUIDITY";
  if (!mayRest(order) || onArrival === null || isDead) return null;
  const taken = arrived.status === "filled" ? arrived.executions : [];
  const whole = simulateFill(order, onArrival, order.approvedAt);
  const booked = startResting(order, taken, onArrival);
  const expected = startResting(order, whole.status === "filled" ? whole.executions : [], onArrival);
  return booked.left === 0n ? null : { booked, expected };
}

export const watchRest = ({ booked, expected }: RestingPair, book: OrderBook): RestingPair => ({
  booked: fillResting(booked, book, REPEATABLE_PERCENT),
  expected: fillResting(expected, book, 100n),
});

/** What the order got on arrival, and what came while it rested. */
export function withRest(arrived: OrderResult, { booked, expected }: RestingPair): OrderResult {
  const taken = arrived.status === "filled" ? arrived.executions : [];
  const executions = [...taken, ...restingExecutions(booked)];
  const { estimates } = arrived;
  const more = (estimate: FillEstimate, rest: Resting): FillEstimate => sum(estimate, restingExecutions(rest));
  const told = estimates && {
    optimistic: more(estimates.optimistic, expected),
    expected: more(estimates.expected, expected),
    pessimistic: more(estimates.pessimistic, booked),
  };
  const shared = { ...(told && { estimates: told }), ...(arrived.reverse && { reverse: arrived.reverse }) };
  return executions.length === 0 ? { ...arrived, ...shared } : { ...shared, status: "filled", executions };
}

function sum(estimate: FillEstimate, executions: readonly Execution[]): FillEstimate {
  const { size, cashUsd, feesUsd } = totalExecutions(executions);
  return {
    size: addShares(estimate.size, size),
    cashUsd: addUsd(estimate.cashUsd, cashUsd),
    feesUsd: addUsd(estimate.feesUsd, feesUsd),
  };
}

const thinned = (book: OrderBook): OrderBook => ({ ...book, bids: thin(book.bids), asks: thin(book.asks) });

const thin = (levels: readonly BookLevel[]): readonly BookLevel[] =>
  levels.map(({ price, size }) => ({ price, size: shares((size * REPEATABLE_PERCENT) / 100n) }));

const estimate = (result: OrderResult): FillEstimate =>
  totalExecutions(result.status === "filled" ? result.executions : []);

import type { OrderBook } from "../market/market.ts";
import {
  minShares,
  notional,
  type PriceMicros,
  type ShareMicros,
  shares,
  subShares,
  ZERO_USD,
} from "../money/amounts.ts";
import type { Execution, OrderRequest } from "./order.ts";
import { orderSize, SELL_STEP, totalExecutions } from "./simulate-fill.ts";

/** What of an imagined BUY waits in the book at its limit. */
export type Resting = {
  readonly order: OrderRequest;
  readonly left: ShareMicros;
  readonly filled: ShareMicros;
  /** The most that was ever offered at each price below the limit: what is offered beyond it came later than we. */
  readonly offered: ReadonlyMap<PriceMicros, ShareMicros>;
};

/** @param taken what it got on arrival, from this very book */
export const startResting = (order: OrderRequest, taken: readonly Execution[], book: OrderBook): Resting => ({
  order,
  left: subShares(orderSize(order), totalExecutions(taken).size),
  filled: shares(0n),
  offered: new Map(book.asks.map(({ price, size }) => [price, size])),
});

/**
 * A BUY that rests is filled only where the market trades through it: by shares that are newly offered for less than its
 * limit, and by `percent` of them, at the limit. Whoever sells at the limit itself is taken to meet others first.
 */
export function fillResting(resting: Resting, book: OrderBook, percent: bigint): Resting {
  const { order, left, filled } = resting;
  const through = book.asks.filter(({ price }) => price < order.limitPrice);
  const offered = new Map(resting.offered);
  let fresh = 0n;
  for (const { price, size } of through) {
    const before = offered.get(price) ?? 0n;
    if (size <= before) continue;
    fresh += size - before;
    offered.set(price, size);
  }
  const size = cut(minShares(left, shares((fresh * percent) / 100n)));
  return { order, left: subShares(left, size), filled: shares(filled + size), offered };
}

/** Makers pay no fee. */
export function restingExecutions({ order, filled }: Resting): readonly Execution[] {
  const { limitPrice: price } = order;
  return filled === 0n ? [] : [{ price, size: filled, cash: notional(price, filled, "ceil"), fee: ZERO_USD }];
}

const cut = (size: ShareMicros): ShareMicros => shares((size / SELL_STEP) * SELL_STEP);

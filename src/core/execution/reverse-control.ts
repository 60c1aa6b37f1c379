import type { MarketId, SignalId } from "../ids/ids.ts";
import type { BookLevel, OrderBook, OutcomeIndex } from "../market/market.ts";
import { MICROS, type PriceMicros, price, type ShareMicros, type UsdMicros } from "../money/amounts.ts";
import { computeEntryCap } from "../signals/price-cap.ts";
import type { EpochMs } from "../time/time.ts";
import type { FillEstimate, OrderRequest } from "./order.ts";
import { simulateFill, totalExecutions } from "./simulate-fill.ts";

/**
 * The bet against a signal: same moment, same stake, the market's other outcome. Never traded; held until the market is
 * resolved. A signal that knows something beats it.
 */
export type ReverseControl = {
  readonly signalId: SignalId;
  readonly marketId: MarketId;
  readonly outcomeIndex: OutcomeIndex;
  readonly stakeUsd: UsdMicros;
  /** 0 where nothing was on offer within the cap. */
  readonly size: ShareMicros;
  /** Without fees. */
  readonly cashUsd: UsdMicros;
  readonly feesUsd: UsdMicros;
  readonly openedAt: EpochMs;
};

/**
 * The book of the market's other outcome. The venue matches a buy of one with a sell of the other (and two buys that
 * make 1 USD together), so each bid is an ask of the other outcome at 1 less its price.
 */
export const mirrorBook = (book: OrderBook): OrderBook => ({
  ...book,
  bids: book.asks.map(mirrorLevel),
  asks: book.bids.map(mirrorLevel),
});

const mirrorLevel = (level: BookLevel): BookLevel => ({ ...level, price: price(MICROS - level.price) });

type Entry = Extract<OrderRequest, { side: "BUY" }> & { readonly signalId: SignalId };

/** 0 where nobody offers the other outcome. */
export function reverseLimitPrice(book: OrderBook, slippageBps: bigint): PriceMicros {
  const ask = mirrorBook(book).asks[0]?.price;
  return ask === undefined ? price(0n) : computeEntryCap(ask, slippageBps, book.tickSize);
}

/** The control as far as it is known with the answer to the order. */
export const answeredControl = (order: Entry, got: FillEstimate, at: EpochMs): ReverseControl => ({
  signalId: order.signalId,
  marketId: order.marketId,
  outcomeIndex: order.outcomeIndex === 0 ? 1 : 0,
  stakeUsd: order.stakeUsd,
  ...got,
  openedAt: at,
});

/**
 * Before there is an answer, and where the venue says nothing of the bet against an order.
 * @param book the one that the order was decided on; the control pays as a paper order would that arrives at once
 */
export function reverseControl(order: Entry, book: OrderBook, slippageBps: bigint): ReverseControl {
  const limitPrice = reverseLimitPrice(book, slippageBps);
  const mirrored = limitPrice === 0n ? null : mirrorBook(book);
  const result = simulateFill({ ...order, limitPrice }, mirrored, order.approvedAt);
  const got = totalExecutions(result.status === "filled" ? result.executions : []);
  return answeredControl(order, got, order.approvedAt);
}

import type { FeeSchedule, OrderBook } from "../market/market.ts";
import {
  addUsd,
  MICROS,
  notional,
  type PriceMicros,
  price,
  type ShareMicros,
  shares,
  subUsd,
  type UsdMicros,
} from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";
import { computeFee } from "./fee.ts";

/** What the smallest order there and back would be and cost, at the prices of now. */
export type TestPlan = {
  /** One tick above the best ask: the book may move while the order is on its way. */
  readonly limitPrice: PriceMicros;
  readonly size: ShareMicros;
  /** Spread and both fees. */
  readonly costUsd: UsdMicros;
};

const HUNDREDTH = 10_000n;
/** So much more than the order needs has to stand at the best prices. */
const DEPTH = 2n;

/** @returns null where the stake buys less than the market's least size, or the best prices are too thin */
export function planTestOrder(book: OrderBook, fee: FeeSchedule, stakeUsd: UsdMicros): TestPlan | null {
  const [ask, bid] = [book.asks[0], book.bids[0]];
  if (ask === undefined || bid === undefined) return null;
  const limitPrice = price(ask.price + book.tickSize);
  if (limitPrice > MICROS - book.tickSize) return null;
  const worst = mulDiv(stakeUsd, MICROS, limitPrice, "floor");
  const size = shares(worst - (worst % HUNDREDTH));
  if (size < book.minOrderSize || ask.size < DEPTH * size || bid.size < DEPTH * size) return null;
  const spreadUsd = subUsd(notional(ask.price, size, "ceil"), notional(bid.price, size, "floor"));
  const feesUsd = addUsd(computeFee(fee, ask.price, size), computeFee(fee, bid.price, size));
  return { limitPrice, size, costUsd: addUsd(spreadUsd, feesUsd) };
}

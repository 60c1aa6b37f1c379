import type { FeeSchedule, MarketInfo, OrderBook } from "../market/market.ts";
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
import { type EpochMs, MINUTE_MS } from "../time/time.ts";
import { computeFee } from "./fee.ts";
import type { ManualMarket } from "./manual-order.ts";

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

/** A market about to end moves fast, and what is left of the order is stuck in it. */
const ENDS_SOON_MS = 30 * MINUTE_MS;
/** Of the least size: what a plan buys beyond it is how far the price may rise before the stake no longer buys that. */
const ROOMY_BPS = 12_500n;
const BPS = 10_000n;

/**
 * Where to go there and back: the cheapest of the markets that stay good while a person thinks it over, else the
 * cheapest of all.
 * @returns null where none is good for it
 */
export function chooseTestMarket<Token extends ManualMarket & { readonly market: Pick<MarketInfo, "endsAt"> }>(
  tokens: readonly Token[],
  stakeUsd: UsdMicros,
  now: EpochMs,
): { readonly token: Token; readonly plan: TestPlan } | null {
  const planned = tokens.flatMap((token) => {
    const plan = token.terms.acceptingOrders ? planTestOrder(token.book, token.terms.fee, stakeUsd) : null;
    return plan === null ? [] : { token, plan };
  });
  const steady = planned.filter(
    ({ token: { book, market }, plan }) =>
      plan.size * BPS >= book.minOrderSize * ROOMY_BPS &&
      (market.endsAt === null || market.endsAt - now >= ENDS_SOON_MS),
  );
  const good = steady.length > 0 ? steady : planned;
  return good.toSorted((a, b) => (a.plan.costUsd < b.plan.costUsd ? -1 : 1))[0] ?? null;
}

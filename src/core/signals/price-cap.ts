import { assert } from "../assert.ts";
import { MICROS, type PriceMicros, price } from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";

/** No entry above this: what is left to win would not pay for the tail. */
export const ENTRY_PRICE_MAX = price(990_000n);
/** The finest tick that the venue has, for markets whose tick is not known yet; the book's own tick cuts again. */
export const FINEST_TICK = price(100n);

const BPS = 10_000n;

/** Down to the market's price grid. */
export function cutToTick(value: PriceMicros, tickSize: PriceMicros): PriceMicros {
  assert(tickSize > 0n, "a tick is positive", { tickSize });
  return price((value / tickSize) * tickSize);
}

/** The most that an entry may pay: the reference price and `slippageBps` on top, cut to the tick and to 0.99. */
export function computeEntryCap(reference: PriceMicros, slippageBps: bigint, tickSize: PriceMicros): PriceMicros {
  const raised = mulDiv(reference, BPS + slippageBps, BPS, "floor");
  const capped = raised > ENTRY_PRICE_MAX ? ENTRY_PRICE_MAX : price(raised);
  return cutToTick(capped, tickSize);
}

/** The least that an exit may take: the best bid less `slippageBps`, cut to the tick, never below one tick. */
export function computeExitFloor(bestBid: PriceMicros, slippageBps: bigint, tickSize: PriceMicros): PriceMicros {
  const lowered = price(mulDiv(bestBid, BPS - slippageBps, BPS, "floor"));
  const cut = cutToTick(lowered, tickSize);
  return cut < tickSize ? tickSize : cut;
}

/** A price that the market's grid has and that leaves something to win and to lose. */
export const isOnTick = (value: PriceMicros, tickSize: PriceMicros): boolean =>
  value % tickSize === 0n && value >= tickSize && value <= MICROS - tickSize;

import { assert } from "../assert.ts";
import { MICROS, type PriceMicros, type ShareMicros, type UsdMicros } from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";

/** What an order gives and takes, in 10⁻⁶: BUY gives collateral for shares, SELL shares for collateral. */
export type OrderAmounts = { readonly makerAmount: bigint; readonly takerAmount: bigint };

/** Why there is no order of this kind; nothing is rounded into being one. */
export type AmountsRefusal = "PRICE_OFF_TICK" | "PRICE_OUT_OF_RANGE" | "AMOUNT_TOO_SMALL";

const CENT = 10_000n;
const SHARE_HUNDREDTH = 10_000n;
const SHARE_TEN_THOUSANDTH = 100n;

const floorTo = (value: bigint, step: bigint): bigint => value - (value % step);

/** Prices are multiples of the tick between one tick and one minus it; for ticks like 0.0025 decimals alone do not tell. */
export function refusePrice(price: PriceMicros, tick: PriceMicros): AmountsRefusal | null {
  assert(tick > 0n, "a tick is positive", { tick });
  if (price < tick || price > MICROS - tick) return "PRICE_OUT_OF_RANGE";
  return price % tick === 0n ? null : "PRICE_OFF_TICK";
}

/**
 * FAK or FOK BUY (API sheet, section 2.6): collateral in whole cents and shares in 0.0001, whatever the tick. Shares are
 * rounded down, so the amounts stand for a price above the cap by less than a tick: no further level can match.
 * The fee comes on top of the collateral.
 */
export function marketBuyAmounts(stake: UsdMicros, cap: PriceMicros, tick: PriceMicros): OrderAmounts | AmountsRefusal {
  const refusal = refusePrice(cap, tick);
  if (refusal !== null) return refusal;
  const makerAmount = floorTo(stake, CENT);
  const takerAmount = floorTo(mulDiv(makerAmount, MICROS, cap, "floor"), SHARE_TEN_THOUSANDTH);
  if (makerAmount <= 0n || takerAmount <= 0n) return "AMOUNT_TOO_SMALL";
  // A few cents buy so few shares that the rounding may reach the next level.
  if (mulDiv(makerAmount, MICROS, takerAmount, "floor") >= cap + tick) return "AMOUNT_TOO_SMALL";
  return { makerAmount, takerAmount };
}

/** Every SELL, and a resting BUY: shares in 0.01; size · price then has no more decimals than the tick allows. */
export function sizedAmounts(
  side: "BUY" | "SELL",
  size: ShareMicros,
  price: PriceMicros,
  tick: PriceMicros,
): OrderAmounts | AmountsRefusal {
  const refusal = refusePrice(price, tick);
  if (refusal !== null) return refusal;
  const shares = floorTo(size, SHARE_HUNDREDTH);
  if (shares <= 0n) return "AMOUNT_TOO_SMALL";
  // Exact: 0.01 shares times a price of six decimals at a tick of four or fewer.
  const cash = mulDiv(shares, price, MICROS, side === "BUY" ? "ceil" : "floor");
  return side === "BUY" ? { makerAmount: cash, takerAmount: shares } : { makerAmount: shares, takerAmount: cash };
}

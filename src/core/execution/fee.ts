import { assert } from "../assert.ts";
import type { FeeSchedule } from "../market/market.ts";
import { MICROS, type PriceMicros, price, type ShareMicros, shares, type UsdMicros, usd } from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";

/** Fees have five decimals (API sheet, section 2.12). */
const FEE_STEP_MICROS = 10n;

/**
 * Taker fee of one fill: `shares · rate · (p·(1−p))^exponent`, to five decimals, at least 0.00001 where there is one.
 * The venue does not say how it rounds. Not up: 0.2850432 was charged as 0.28504 and 0.1450118 as 0.14501. To the
 * nearest is the dearer of the two that are left.
 */
export function computeFee(schedule: FeeSchedule, at: PriceMicros, size: ShareMicros): UsdMicros {
  if (schedule.rate === 0 || size === 0n || at === 0n || at === MICROS) return usd(0n);
  assert(schedule.rate > 0 && schedule.rate <= 1, "a fee rate is a share of 1", { rate: schedule.rate });
  assert(
    Number.isInteger(schedule.exponent) && schedule.exponent >= 0 && schedule.exponent <= 4,
    "fee exponents are small whole numbers",
    { exponent: schedule.exponent },
  );
  const rateMicros = BigInt(Math.round(schedule.rate * 1e6));
  const exponent = BigInt(schedule.exponent);
  const variance = (at * (MICROS - at)) ** exponent;
  const over = MICROS * MICROS ** (2n * exponent) * FEE_STEP_MICROS;
  const doubled = 2n * size * rateMicros * variance + over;
  const steps = mulDiv(doubled, 1n, 2n * over, "floor");
  return usd((steps === 0n ? 1n : steps) * FEE_STEP_MICROS);
}

/**
 * However a stake is spent at prices from `low` to `high`, its fees are not more. What was the best price when the order was
 * decided says nothing of `low`: until the order arrives it may fall, and then the stake buys more shares.
 */
export function computeFeeBound(
  schedule: FeeSchedule,
  low: PriceMicros,
  high: PriceMicros,
  stakeUsd: UsdMicros,
): UsdMicros {
  // A dollar's fee is rate · p^(e − 1) · (1 − p)^e, which is highest at (e − 1) / (2e − 1).
  const exponent = BigInt(schedule.exponent);
  const peak = exponent <= 1n ? low : price(mulDiv(MICROS, exponent - 1n, 2n * exponent - 1n, "floor"));
  const worst = peak < low ? low : peak > high ? high : peak;
  const fee = computeFee(schedule, worst, shares(mulDiv(stakeUsd, MICROS, worst, "ceil")));
  // Every fill rounds by itself: one more step for each level that a walk may touch.
  return fee === 0n ? fee : usd(fee + FEE_STEP_MICROS * BigInt(FEE_BOUND_LEVELS));
}

/** The fill simulation touches at most this many levels. */
export const FEE_BOUND_LEVELS = 100;

/** Of one share, unrounded: for estimates, never for money. */
export const feePerShare = ({ rate, exponent }: FeeSchedule, price: number): number =>
  rate * (price * (1 - price)) ** exponent;

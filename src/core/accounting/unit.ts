import { assert } from "../assert.ts";
import type { OutcomeIndex } from "../market/market.ts";
import { MICROS, type ShareMicros, shares, type UsdMicros, usd, ZERO_SHARES, ZERO_USD } from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";
import type { EpochMs } from "../time/time.ts";

/** One wallet's shares of one token. `cost` is total, never an average; after the resolution it is the claim. */
export type Holding = { readonly shares: ShareMicros; readonly cost: UsdMicros };

/**
 * One wallet in one market, from its first fill on: the unit that is judged. A unit that was flat and is bought again
 * goes on as the same unit (it reopens, and closes once more later), so a wallet has at most one verdict per market.
 */
export type Unit = {
  readonly holdings: readonly [Holding, Holding];
  /** Collateral received, and what left in kind, at its cost. Never what was sold beyond the holding. */
  readonly cashIn: UsdMicros;
  /** Collateral paid, fees included, and what came in kind, at its cost. */
  readonly cashOut: UsdMicros;
  /** All that was ever paid in: the denominator of `roi`. Follows shares that move to a wallet of the same owner. */
  readonly paidIn: UsdMicros;
  readonly realised: UsdMicros;
  /** Something was sold or moved that we never saw bought, or came at an unknown cost: not for scoring. */
  readonly isIncomplete: boolean;
  readonly payoutNumerators: readonly [bigint, bigint] | null;
  /** First event other than the resolution. */
  readonly openedAt: EpochMs | null;
  /** Since when it holds less than `FLAT_BELOW` of every outcome; null while it holds more. */
  readonly flatAt: EpochMs | null;
  readonly resolvedAt: EpochMs | null;
};

/** 0.01 shares. */
export const FLAT_BELOW: ShareMicros = shares(10_000n);

const NOTHING: Holding = { shares: ZERO_SHARES, cost: ZERO_USD };

export const EMPTY_UNIT: Unit = {
  holdings: [NOTHING, NOTHING],
  cashIn: ZERO_USD,
  cashOut: ZERO_USD,
  paidIn: ZERO_USD,
  realised: ZERO_USD,
  isIncomplete: false,
  payoutNumerators: null,
  openedAt: null,
  flatAt: null,
  resolvedAt: null,
};

export const isFlat = (unit: Unit): boolean =>
  unit.holdings[0].shares < FLAT_BELOW && unit.holdings[1].shares < FLAT_BELOW;

/** Rounded down, as the contract pays each token's redemption. */
export function payoutOf(held: ShareMicros, outcome: OutcomeIndex, numerators: readonly [bigint, bigint]): UsdMicros {
  return usd(mulDiv(held, numerators[outcome], numerators[0] + numerators[1], "floor"));
}

/**
 * Null while open. A unit that was flat before its market resolved closed when it became flat; every other one closes
 * at the resolution, whatever is bought, sold or redeemed afterwards. A function of the unit alone, so it does not
 * depend on when the resolution was learned.
 */
export function closedAt(unit: Unit): EpochMs | null {
  const { flatAt, openedAt, resolvedAt } = unit;
  if (resolvedAt === null) return flatAt;
  if (flatAt !== null && flatAt <= resolvedAt) return flatAt;
  return openedAt !== null && openedAt > resolvedAt ? openedAt : resolvedAt;
}

/**
 * `pnl / cost` in micros, cut to [−1, 1]: the form in which it enters scores, an integer so that sums do not depend on
 * their order. Null when nothing was paid in (all of it moved to another wallet of the owner).
 */
export function roiMicros(unit: Unit): bigint | null {
  if (unit.paidIn <= 0n) return null;
  const roi = mulDiv(unit.realised, MICROS, unit.paidIn, "halfEven");
  return roi > MICROS ? MICROS : roi < -MICROS ? -MICROS : roi;
}

/** Cash in − cash out + what is held, at cost (after the resolution: at its payout) = realised, to the micro. */
export function assertConserved(unit: Unit): Unit {
  const { cashIn, cashOut, holdings, realised } = unit;
  const flows = cashIn - cashOut + holdings[0].cost + holdings[1].cost;
  assert(flows === realised, "a unit's cash flows and what it holds make up what it realised", { flows, realised });
  assert(holdings[0].shares >= 0n && holdings[1].shares >= 0n, "a unit holds no negative shares");
  return unit;
}

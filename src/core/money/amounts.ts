import { assert } from "../assert.ts";
import type { Brand } from "../brand.ts";
import { formatDecimal, mulDiv, parseDecimal, type Rounding } from "./fixed.ts";

/** Collateral (pUSD, before it USDC.e) in 10⁻⁶ USD; signed, because P&L is. */
export type UsdMicros = Brand<bigint, "UsdMicros">;
/** Outcome tokens in 10⁻⁶ shares. */
export type ShareMicros = Brand<bigint, "ShareMicros">;
/** USD per share in 10⁻⁶: 0 to 1,000,000. Every tick of the venue (down to 0.0001) is exact. */
export type PriceMicros = Brand<bigint, "PriceMicros">;

export const MICROS = 1_000_000n;
export const MICRO_DECIMALS = 6;

export const usd = (micros: bigint): UsdMicros => micros as UsdMicros;
export const shares = (micros: bigint): ShareMicros => micros as ShareMicros;

export function price(micros: bigint): PriceMicros {
  assert(micros >= 0n && micros <= MICROS, "a price lies between 0 and 1", { micros });
  return micros as PriceMicros;
}

export const ZERO_USD = usd(0n);
export const ZERO_SHARES = shares(0n);

// A brand is no fence: `usd + shares` compiles to a plain bigint. So arithmetic on branded values goes through these.
export const addUsd = (a: UsdMicros, b: UsdMicros): UsdMicros => usd(a + b);
export const subUsd = (a: UsdMicros, b: UsdMicros): UsdMicros => usd(a - b);
export const negUsd = (a: UsdMicros): UsdMicros => usd(-a);
export const minUsd = (a: UsdMicros, b: UsdMicros): UsdMicros => (a < b ? a : b);
export const maxUsd = (a: UsdMicros, b: UsdMicros): UsdMicros => (a > b ? a : b);
export const sumUsd = (values: Iterable<UsdMicros>): UsdMicros => {
  let total = 0n;
  for (const value of values) total += value;
  return usd(total);
};
export const addShares = (a: ShareMicros, b: ShareMicros): ShareMicros => shares(a + b);
export const subShares = (a: ShareMicros, b: ShareMicros): ShareMicros => shares(a - b);
export const minShares = (a: ShareMicros, b: ShareMicros): ShareMicros => (a < b ? a : b);

/** Cost or proceeds of `size` shares at `at`. */
export const notional = (at: PriceMicros, size: ShareMicros, rounding: Rounding): UsdMicros =>
  usd(mulDiv(size, at, MICROS, rounding));

/** Average price of a fill or a position; callers keep the two amounts as the truth and derive this for showing. */
export const priceOf = (cash: UsdMicros, size: ShareMicros, rounding: Rounding): PriceMicros =>
  price(mulDiv(cash, MICROS, size, rounding));

/** A share of an amount, e.g. 20 % of capital: `portion(capital, 2_000n, "floor")`. */
export const portionBps = (amount: UsdMicros, basisPoints: bigint, rounding: Rounding): UsdMicros =>
  usd(mulDiv(amount, basisPoints, 10_000n, rounding));

export const formatUsd = (value: UsdMicros): string => formatDecimal(value, MICRO_DECIMALS);
export const formatShares = (value: ShareMicros): string => formatDecimal(value, MICRO_DECIMALS);
export const formatPrice = (value: PriceMicros): string => formatDecimal(value, MICRO_DECIMALS);

/** @returns null when the text is no decimal number of at most six places. */
export const parseUsd = (text: string): UsdMicros | null => parseDecimal(text, MICRO_DECIMALS) as UsdMicros | null;
export const parseShares = (text: string): ShareMicros | null =>
  parseDecimal(text, MICRO_DECIMALS) as ShareMicros | null;
export function parsePrice(text: string): PriceMicros | null {
  const micros = parseDecimal(text, MICRO_DECIMALS);
  return micros === null || micros < 0n || micros > MICROS ? null : (micros as PriceMicros);
}

/** Rounds down to whole cents: stakes are sent in cents. */
export const floorToCent = (value: UsdMicros): UsdMicros => usd((value / 10_000n) * 10_000n);

/** For showing and for scores only; never back into money. */
export const toNumber = (micros: bigint): number => Number(micros) / 1e6;

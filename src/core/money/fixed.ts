import { assert } from "../assert.ts";

/** Which way an inexact division goes. There is no default: what we pay rounds up, what we receive rounds down. */
export type Rounding = "floor" | "ceil" | "halfEven";

/**
 * `value · by / over`, exact until the one named rounding. The only division of amounts in the project.
 * @throws InvariantError when `over` is not positive.
 */
export function mulDiv(value: bigint, by: bigint, over: bigint, rounding: Rounding): bigint {
  assert(over > 0n, "mulDiv divides by a positive number only", { over });
  const product = value * by;
  const truncated = product / over;
  const remainder = product - truncated * over;
  if (remainder === 0n) return truncated;
  const floor = product < 0n ? truncated - 1n : truncated;
  switch (rounding) {
    case "floor":
      return floor;
    case "ceil":
      return floor + 1n;
    case "halfEven": {
      const aboveFloor = product - floor * over;
      const twice = 2n * aboveFloor;
      if (twice !== over) return twice > over ? floor + 1n : floor;
      return floor % 2n === 0n ? floor : floor + 1n;
    }
  }
}

const DECIMAL = /^(-?)(\d*)(?:\.(\d*))?$/;

/**
 * Decimal text to an integer of `decimals` digits after the point: `("1.5", 6)` is `1_500_000n`.
 * Accepts a missing leading zero (".48"), as the venue sends it. Null when it is no number or needs more digits.
 */
export function parseDecimal(text: string, decimals: number): bigint | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, sign, whole = "", fraction = ""] = match;
  if (whole === "" && fraction === "") return null;
  const significant = fraction.replace(/0+$/, "");
  if (significant.length > decimals) return null;
  const magnitude =
    BigInt(whole === "" ? "0" : whole) * 10n ** BigInt(decimals) + BigInt(significant.padEnd(decimals, "0") || "0");
  return sign === "-" ? -magnitude : magnitude;
}

/** Integer of `decimals` digits after the point to decimal text, without trailing zeros: `1_500_000n` is "1.5". */
export function formatDecimal(value: bigint, decimals: number): string {
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return `${negative ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

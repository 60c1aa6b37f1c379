/** What a sweep looks for, over any days of a variant's figures. */
import type { VariantFigures } from "./variant-figures.ts";

/** `profit`: USD a day; `sharpe`: of daily profits, times √365; `edge`: USD per share of the signals after fees. */
export const OBJECTIVES = ["profit", "sharpe", "edge"] as const;
export type Objective = (typeof OBJECTIVES)[number];

export type DayRange = { readonly from: number; readonly to: number };

/** Sums that can be added up over days. */
export type Sums = { readonly count: number; readonly sum: number; readonly squares: number };

const DAYS_PER_YEAR = 365;

/** @param knownBefore bets whose outcome became known on this day or later are not seen */
export function sumsOf(
  { profits, bets }: VariantFigures,
  objective: Objective,
  { from, to }: DayRange,
  knownBefore = Number.POSITIVE_INFINITY,
): Sums {
  let [count, sum, squares] = [0, 0, 0];
  if (objective === "edge") {
    for (const bet of bets) {
      if (bet.madeOn < from || bet.madeOn >= to || bet.knownOn >= knownBefore) continue;
      count += bet.bets;
      sum += bet.edge;
    }
    return { count, sum, squares };
  }
  for (const profit of profits.slice(from, to)) {
    count += 1;
    sum += profit;
    squares += profit * profit;
  }
  return { count, sum, squares };
}

/** Null: nothing that could be judged. */
export function toValue({ count, sum, squares }: Sums, objective: Objective): number | null {
  if (count === 0) return null;
  const mean = sum / count;
  if (objective !== "sharpe") return mean;
  const variance = count < 2 ? 0 : (squares - count * mean * mean) / (count - 1);
  // Rounding leaves something of a variance that is none.
  return variance <= 1e-12 * mean * mean ? null : (mean / Math.sqrt(variance)) * Math.sqrt(DAYS_PER_YEAR);
}

/** Place of the highest value, the first of equals; null: there is none. */
export function bestOf(values: readonly (number | null)[]): number | null {
  let best: number | null = null;
  for (const [index, value] of values.entries()) {
    if (value !== null && (best === null || value > (values[best] as number))) best = index;
  }
  return best;
}

/** Share of the others that lie below, equals counting half; 0 worst, 1 best. */
export function standingOf(place: number, values: readonly (number | null)[]): number {
  const own = values[place] ?? Number.NEGATIVE_INFINITY;
  let below = 0;
  for (const [index, value] of values.entries()) {
    const other = value ?? Number.NEGATIVE_INFINITY;
    if (index !== place) below += other < own ? 1 : other === own ? 0.5 : 0;
  }
  return values.length < 2 ? 0.5 : below / (values.length - 1);
}

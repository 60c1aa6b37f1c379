import type { UsdMicros } from "../money/amounts.ts";
import { usd } from "../money/amounts.ts";
import type { Compared } from "./reconcile.ts";
import { DIFFERENCE_CLASSES, type DifferenceClass } from "./reconcile-class.ts";

/** Null without a wallet. */
export type Distribution<T> = {
  readonly median: T | null;
  readonly p90: T | null;
  readonly p99: T | null;
  readonly max: T | null;
};

export type CauseCount = { readonly cause: DifferenceClass; readonly differences: number; readonly sizeUsd: UsdMicros };

export type ErrorReport = {
  readonly wallets: number;
  readonly units: number;
  /** |ours − venue| */
  readonly usd: Distribution<UsdMicros>;
  /** |ours − venue| over |venue|, which counts as a dollar at least. */
  readonly relative: Distribution<number>;
  readonly shareWithin1Pct: number | null;
  /** Differences beyond rounding by cause: of units, or of whole accounts where there are no units. */
  readonly causes: readonly CauseCount[];
  /** Largest error in dollars first. */
  readonly worst: readonly Compared[];
};

const WORST_NAMED = 20;
const ONE_USD = 1_000_000n;

type Sides = { readonly ours: UsdMicros; readonly venue: UsdMicros };

export const errorOf = ({ ours, venue }: Sides): UsdMicros => usd(ours > venue ? ours - venue : venue - ours);

function relativeOf(each: Compared): number {
  const size = each.venue < 0n ? -each.venue : each.venue;
  return Number(errorOf(each)) / Number(size > ONE_USD ? size : ONE_USD);
}

export function reportErrors(compared: readonly Compared[]): ErrorReport {
  const errors = compared.map(errorOf).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const relative = compared.map(relativeOf).sort((a, b) => a - b);
  const within = relative.filter((error) => error <= 0.01).length;
  return {
    wallets: compared.length,
    units: compared.reduce((sum, { units }) => sum + units, 0),
    usd: distributionOf(errors),
    relative: distributionOf(relative),
    shareWithin1Pct: compared.length === 0 ? null : within / compared.length,
    causes: countCauses(compared),
    worst: compared
      .filter(({ cause }) => cause !== null)
      .sort((a, b) => Number(worstOf(b) - worstOf(a)))
      .slice(0, WORST_NAMED),
  };
}

/** Differences of several units may cancel each other in the sum. */
function worstOf(each: Compared): bigint {
  const [largest] = each.differences;
  const [whole, unit] = [errorOf(each), largest === undefined ? 0n : errorOf(largest)];
  return whole > unit ? whole : unit;
}

function countCauses(compared: readonly Compared[]): readonly CauseCount[] {
  const all = compared.flatMap((each): readonly (Sides & { readonly cause: DifferenceClass | null })[] =>
    each.differences.length > 0 ? each.differences : [each],
  );
  return DIFFERENCE_CLASSES.map((cause) => {
    const of = all.filter((each) => each.cause === cause);
    return { cause, differences: of.length, sizeUsd: usd(of.reduce((sum, each) => sum + errorOf(each), 0n)) };
  }).filter(({ differences }) => differences > 0);
}

const distributionOf = <T>(sorted: readonly T[]): Distribution<T> => ({
  ...{ median: quantile(sorted, 0.5), p90: quantile(sorted, 0.9), p99: quantile(sorted, 0.99) },
  max: sorted.at(-1) ?? null,
});

/** The smallest value that so large a share does not pass. */
const quantile = <T>(sorted: readonly T[], share: number): T | null =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;

/** Our P&L of a wallet beside the venue's: what of it can be compared, how far apart it is, and why. */
import type { Address, MarketId } from "../ids/ids.ts";
import { addUsd, subUsd, sumUsd, type UsdMicros, usd } from "../money/amounts.ts";
import { type EpochMs, HOUR_MS } from "../time/time.ts";
import type { AccountPosition } from "./account-event.ts";
import { classify, type DifferenceClass, isDifferent, type OwnUnit, toleranceOf } from "./reconcile-class.ts";

export type NotComparable =
  /** Opened before our coverage begins: by our own earlier, separate coverage, or as the venue tells. */
  | "OPENED_BEFORE_COVERAGE"
  | "INCOMPLETE_HERE"
  | "ARCHIVED"
  /** Of whole accounts only: cost goes with the shares here, and how the venue's series books them is not known. */
  | "MOVED_WITHOUT_TRADE"
  /** Nothing has closed, or not for long enough that the venue must know. */
  | "NOTHING_CLOSED"
  /** There was no hour in which nothing was open, so marks would be compared with costs. */
  | "ALWAYS_OPEN"
  | "NO_SERIES"
  /** The venue has more positions than were read. */
  | "TOO_MANY_POSITIONS"
  /** The venue could not be asked. */
  | "REFUSED";

export type UnitDifference = {
  readonly marketId: MarketId;
  readonly ours: UsdMicros;
  readonly venue: UsdMicros;
  readonly cause: DifferenceClass;
};

export type Compared = {
  readonly wallet: Address;
  readonly ours: UsdMicros;
  readonly venue: UsdMicros;
  readonly units: number;
  /** Units that differ by more than rounding, largest difference first. Whole accounts have no units to name. */
  readonly differences: readonly UnitDifference[];
  /** Of the largest difference; null where all is rounding. */
  readonly cause: DifferenceClass | null;
};

export type Comparison =
  | { readonly kind: "compared"; readonly compared: Compared }
  | { readonly kind: "not"; readonly reason: NotComparable };

export type AccountToCompare = {
  readonly wallet: Address;
  readonly units: readonly OwnUnit[];
  readonly positions: readonly AccountPosition[];
  /** Since when we hold every block. */
  readonly coveredFrom: EpochMs;
  readonly now: EpochMs;
};

/** The venue's projections lag by minutes at worst. */
const SETTLED_MS = HOUR_MS;

export const notComparable = (reason: NotComparable): Comparison => ({ kind: "not", reason });

const sizeOf = ({ ours, venue }: UnitDifference): bigint => (ours > venue ? ours - venue : venue - ours);

/**
 * Market by market, both tokens together, so that it does not matter at which price either side books a split. Before
 * fees, as the venue's positions are.
 */
export function comparePositions({ wallet, units, positions, coveredFrom, now }: AccountToCompare): Comparison {
  const byMarket = Map.groupBy(positions, ({ marketId }) => marketId);
  const reasons = new Map<NotComparable, number>();
  const differences: UnitDifference[] = [];
  let [ours, venue, compared] = [usd(0n), usd(0n), 0];
  for (const unit of units) {
    const rows = byMarket.get(unit.marketId) ?? [];
    const reason = obstacleOf(unit, rows, coveredFrom, now);
    if (reason !== null) {
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      continue;
    }
    const both = { ours: addUsd(unit.realised, unit.fees), venue: sumUsd(rows.map(({ totalPnl }) => totalPnl)) };
    compared += 1;
    ours = addUsd(ours, both.ours);
    venue = addUsd(venue, both.venue);
    const cause = classify(unit, rows);
    if (cause !== null) differences.push({ marketId: unit.marketId, ...both, cause });
  }
  differences.sort((a, b) => Number(sizeOf(b) - sizeOf(a)));
  const cause = differences[0]?.cause ?? null;
  if (compared > 0) return { kind: "compared", compared: { wallet, ours, venue, units: compared, differences, cause } };
  const [mostFrequent] = [...reasons].sort((a, b) => b[1] - a[1]);
  return notComparable(mostFrequent?.[0] ?? "NOTHING_CLOSED");
}

function obstacleOf(
  unit: OwnUnit,
  rows: readonly AccountPosition[],
  coveredFrom: EpochMs,
  now: EpochMs,
): NotComparable | null {
  if (unit.closedAt === null || unit.closedAt > now - SETTLED_MS) return "NOTHING_CLOSED";
  if (unit.isIncomplete) return "INCOMPLETE_HERE";
  if (unit.isArchived) return "ARCHIVED";
  // The venue was asked for what closed since then.
  if (unit.openedAt < coveredFrom) return "OPENED_BEFORE_COVERAGE";
  return rows.some(({ firstEntryAt }) => firstEntryAt === null || firstEntryAt < coveredFrom)
    ? "OPENED_BEFORE_COVERAGE"
    : null;
}

export type PnlAt = { readonly at: EpochMs; readonly positionPnl: UsdMicros | null };

/**
 * The whole account, after fees: what the venue's cumulative P&L gained from the last point before our coverage to the
 * newest one at which nothing was open by our books, so that no mark is in it.
 * @param points oldest first
 */
export function comparePnl(
  { wallet, units: all, positions, coveredFrom, now }: AccountToCompare,
  points: readonly PnlAt[],
): Comparison {
  const units = all.filter(({ closedAt }) => closedAt === null || closedAt >= coveredFrom);
  const isOlder = ({ firstEntryAt, lastEventAt, currentShares }: AccountPosition): boolean =>
    (firstEntryAt === null || firstEntryAt < coveredFrom) &&
    (currentShares > 0n || (lastEventAt ?? now) >= coveredFrom);
  if (positions.some(isOlder) || units.some(({ openedAt }) => openedAt < coveredFrom))
    return notComparable("OPENED_BEFORE_COVERAGE");
  if (units.some(({ isIncomplete }) => isIncomplete)) return notComparable("INCOMPLETE_HERE");
  if (units.some(({ isTransferred, isConverted }) => isTransferred || isConverted))
    return notComparable("MOVED_WITHOUT_TRADE");
  const known = points.filter((point) => point.positionPnl !== null);
  if (known.length === 0) return notComparable("NO_SERIES");
  const isFlatAt = (at: EpochMs): boolean =>
    !units.some(({ openedAt, closedAt }) => openedAt <= at && (closedAt === null || closedAt > at));
  const base = known.findLast(({ at }) => at < coveredFrom);
  const end = known.findLast(({ at }) => at >= coveredFrom && at <= now - SETTLED_MS && isFlatAt(at));
  if (end === undefined) return notComparable("ALWAYS_OPEN");
  const closed = units.filter(({ closedAt }) => closedAt !== null && closedAt <= end.at);
  if (closed.length === 0) return notComparable("NOTHING_CLOSED");
  const venue = subUsd(end.positionPnl ?? usd(0n), base?.positionPnl ?? usd(0n));
  const ours = sumUsd(closed.map(({ realised }) => realised));
  const tolerance = closed.reduce((sum, unit) => sum + toleranceOf(unit), 0n);
  const beforeFees = addUsd(ours, sumUsd(closed.map(({ fees }) => fees)));
  const cause = !isDifferent(ours, venue, tolerance)
    ? null
    : !isDifferent(beforeFees, venue, tolerance)
      ? "FEES"
      : "UNEXPLAINED";
  return { kind: "compared", compared: { wallet, ours, venue, units: closed.length, differences: [], cause } };
}

/** Our P&L of a wallet beside the venue's: what of it can be compared, and how far apart it is. */
import type { Address, MarketId } from "../ids/ids.ts";
import { addUsd, subUsd, sumUsd, type UsdMicros, usd } from "../money/amounts.ts";
import { type EpochMs, HOUR_MS } from "../time/time.ts";
import type { AccountPosition } from "./account-event.ts";

export type OwnUnit = {
  readonly marketId: MarketId;
  readonly openedAt: EpochMs;
  readonly closedAt: EpochMs | null;
  readonly isIncomplete: boolean;
  /** Shares came or went by transfer or conversion. */
  readonly isMoved: boolean;
  /** After fees. */
  readonly realised: UsdMicros;
  /** Collateral paid as fees. */
  readonly fees: UsdMicros;
};

export type NotComparable =
  /** The venue knows of a position that was opened before our coverage begins. */
  | "OPENED_BEFORE_COVERAGE"
  | "INCOMPLETE_HERE"
  /** Transfers and conversions take their cost along here; how the venue books them is not known. */
  | "MOVED_WITHOUT_TRADE"
  | "UNKNOWN_TO_VENUE"
  /** Nothing has closed, or not for long enough that the venue must know. */
  | "NOTHING_CLOSED"
  /** There was no hour in which nothing was open, so marks would be compared with costs. */
  | "ALWAYS_OPEN"
  | "NO_SERIES"
  /** The venue could not be asked. */
  | "REFUSED";

export type Compared = {
  readonly wallet: Address;
  readonly ours: UsdMicros;
  readonly venue: UsdMicros;
  readonly units: number;
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

const not = (reason: NotComparable): Comparison => ({ kind: "not", reason });

/**
 * Market by market, both tokens together, so that it does not matter at which price either side books a split. Before
 * fees, as the venue's positions are.
 */
export function comparePositions({ wallet, units, positions, coveredFrom, now }: AccountToCompare): Comparison {
  const byMarket = Map.groupBy(positions, ({ marketId }) => marketId);
  const reasons = new Map<NotComparable, number>();
  let [ours, venue, compared] = [usd(0n), usd(0n), 0];
  for (const unit of units) {
    const rows = byMarket.get(unit.marketId) ?? [];
    const reason = obstacleOf(unit, rows, coveredFrom, now);
    if (reason !== null) {
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      continue;
    }
    compared += 1;
    ours = addUsd(ours, addUsd(unit.realised, unit.fees));
    venue = addUsd(venue, sumUsd(rows.map(({ totalPnl }) => totalPnl)));
  }
  if (compared > 0) return { kind: "compared", compared: { wallet, ours, venue, units: compared } };
  const [mostFrequent] = [...reasons].sort((a, b) => b[1] - a[1]);
  return not(mostFrequent?.[0] ?? "NOTHING_CLOSED");
}

function obstacleOf(
  unit: OwnUnit,
  rows: readonly AccountPosition[],
  coveredFrom: EpochMs,
  now: EpochMs,
): NotComparable | null {
  if (unit.closedAt === null || unit.closedAt > now - SETTLED_MS) return "NOTHING_CLOSED";
  if (unit.isIncomplete) return "INCOMPLETE_HERE";
  if (unit.isMoved) return "MOVED_WITHOUT_TRADE";
  if (rows.length === 0) return "UNKNOWN_TO_VENUE";
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
  { wallet, units, positions, coveredFrom, now }: AccountToCompare,
  points: readonly PnlAt[],
): Comparison {
  const isOlder = ({ firstEntryAt, lastEventAt, currentShares }: AccountPosition): boolean =>
    (firstEntryAt === null || firstEntryAt < coveredFrom) &&
    (currentShares > 0n || (lastEventAt ?? now) >= coveredFrom);
  if (positions.some(isOlder)) return not("OPENED_BEFORE_COVERAGE");
  if (units.some(({ isIncomplete }) => isIncomplete)) return not("INCOMPLETE_HERE");
  if (units.some(({ isMoved }) => isMoved)) return not("MOVED_WITHOUT_TRADE");
  const known = points.filter((point) => point.positionPnl !== null);
  if (known.length === 0) return not("NO_SERIES");
  const isFlatAt = (at: EpochMs): boolean =>
    !units.some(({ openedAt, closedAt }) => openedAt <= at && (closedAt === null || closedAt > at));
  const base = known.findLast(({ at }) => at < coveredFrom);
  const end = known.findLast(({ at }) => at >= coveredFrom && at <= now - SETTLED_MS && isFlatAt(at));
  if (end === undefined) return not("ALWAYS_OPEN");
  const closed = units.filter(({ closedAt }) => closedAt !== null && closedAt <= end.at);
  if (closed.length === 0) return not("NOTHING_CLOSED");
  const venue = subUsd(end.positionPnl ?? usd(0n), base?.positionPnl ?? usd(0n));
  const ours = sumUsd(closed.map(({ realised }) => realised));
  return { kind: "compared", compared: { wallet, ours, venue, units: closed.length } };
}

export type ErrorReport = {
  readonly wallets: number;
  readonly units: number;
  /** Of |ours − venue|, null without a wallet. */
  readonly medianUsd: UsdMicros | null;
  readonly p95Usd: UsdMicros | null;
  /** Of |ours − venue| over |venue|, which counts as a dollar at least. */
  readonly medianRelative: number | null;
  readonly p95Relative: number | null;
  readonly shareWithin1Pct: number | null;
  /** Largest error in dollars first. */
  readonly worst: readonly Compared[];
};

const WORST_NAMED = 10;
const ONE_USD = 1_000_000n;

const errorOf = ({ ours, venue }: Compared): UsdMicros => usd(ours > venue ? ours - venue : venue - ours);

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
    medianUsd: quantile(errors, 0.5),
    p95Usd: quantile(errors, 0.95),
    medianRelative: quantile(relative, 0.5),
    p95Relative: quantile(relative, 0.95),
    shareWithin1Pct: compared.length === 0 ? null : within / compared.length,
    worst: compared
      .toSorted((a, b) => Number(errorOf(b) - errorOf(a)))
      .filter((each) => errorOf(each) > 0n)
      .slice(0, WORST_NAMED),
  };
}

/** The smallest value that so large a share does not pass. */
const quantile = <T>(sorted: readonly T[], share: number): T | null =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;

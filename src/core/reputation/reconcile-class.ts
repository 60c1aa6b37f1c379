/**
 * Why the venue's P&L of one closed unit is not ours, as far as its numbers say it: each cause predicts what the venue
 * would show, and counts only where that fits. The rule of the venue and its gaps: Polymarket/polymarket-subgraph
 * `pnl-subgraph` (fees left out, transfers not followed, losers realised at redemption only).
 */
import { payoutOf } from "../accounting/unit.ts";
import type { MarketId } from "../ids/ids.ts";
import { notional, type ShareMicros, type UsdMicros } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";
import type { AccountPosition } from "./account-event.ts";
import { isBelow } from "./imported-gaps.ts";

export type OwnToken = {
  /** All that came in by BUYs, after a fee in shares, and by splits. */
  readonly bought: ShareMicros;
  readonly feeShares: ShareMicros;
};

export type OwnUnit = {
  readonly marketId: MarketId;
  readonly openedAt: EpochMs;
  readonly closedAt: EpochMs | null;
  readonly isIncomplete: boolean;
  /** Some of its fills are in the archive alone, so fees and shares are not at hand. */
  readonly isArchived: boolean;
  readonly isTransferred: boolean;
  readonly isConverted: boolean;
  /** After fees. */
  readonly realised: UsdMicros;
  /** Collateral paid as fees. */
  readonly fees: UsdMicros;
  readonly tokens: readonly [OwnToken, OwnToken];
  readonly payoutNumerators: readonly [bigint, bigint] | null;
};

export const DIFFERENCE_CLASSES = [
  "MISSING_THERE",
  "TRANSFERRED",
  "CONVERTED",
  "FEES",
  "LOSER_UNREDEEMED",
  "NOT_SETTLED",
  "FEE_IN_SHARES",
  "FEWER_SHARES_THERE",
  "MORE_SHARES_THERE",
  "UNEXPLAINED",
] as const;
export type DifferenceClass = (typeof DIFFERENCE_CLASSES)[number];

const CENT = 10_000n;
const OUTCOMES = [0, 1] as const;

/** A cent, and a micro a share for an average price that is kept in whole micros. */
export const toleranceOf = ({ tokens: [first, second] }: OwnUnit): bigint =>
  CENT + (first.bought + second.bought) / 1_000_000n;

export const isDifferent = (a: bigint, b: bigint, tolerance: bigint): boolean => (a > b ? a - b : b - a) > tolerance;

/** @param rows the venue's positions in both tokens of the unit's market. @returns null: only rounding, if anything. */
export function classify(unit: OwnUnit, rows: readonly AccountPosition[]): DifferenceClass | null {
  const tolerance = toleranceOf(unit);
  const ours = unit.realised + unit.fees;
  const venue = sum(rows, ({ totalPnl }) => totalPnl);
  const explains = (predicted: bigint): boolean => !isDifferent(predicted, venue, tolerance);
  if (explains(ours)) return null;
  if (rows.length === 0) return "MISSING_THERE";
  // Before what follows: it predicts from trades alone.
  if (unit.isTransferred) return "TRANSFERRED";
  if (unit.isConverted) return "CONVERTED";
  if (explains(unit.realised)) return "FEES";
  if (explains(ours + costOfLosers(unit, rows))) return "LOSER_UNREDEEMED";
  if (explains(ours + markedAbovePayout(unit, rows))) return "NOT_SETTLED";
  if (explains(ours + feeSharesWorth(unit))) return "FEE_IN_SHARES";
  return shareDifference(unit, rows);
}

const sum = (rows: readonly AccountPosition[], of: (row: AccountPosition) => UsdMicros): bigint =>
  rows.reduce((total, row) => total + of(row), 0n);

/** What was paid for losers that the venue still holds: a loss that is missing where it is realised by redemption. */
function costOfLosers({ payoutNumerators }: OwnUnit, rows: readonly AccountPosition[]): bigint {
  const lost = rows.filter(({ outcome }) => outcome !== null && payoutNumerators?.[outcome] === 0n);
  return lost.reduce(
    (total, { entryCost, currentShares }) => total + (currentShares > 0n ? (entryCost ?? 0n) : 0n),
    0n,
  );
}

/** How much more than its payout all that the venue still holds is worth at the venue's own price. */
function markedAbovePayout({ payoutNumerators }: OwnUnit, rows: readonly AccountPosition[]): bigint {
  if (payoutNumerators === null) return 0n;
  return rows.reduce((total, { outcome, currentShares, price }) => {
    if (outcome === null || price === null) return total;
    return total + notional(price, currentShares, "halfEven") - payoutOf(currentShares, outcome, payoutNumerators);
  }, 0n);
}

/** A venue that leaves out V1's fee in shares holds those shares as well, and is paid for them. */
function feeSharesWorth({ tokens, payoutNumerators }: OwnUnit): bigint {
  if (payoutNumerators === null) return 0n;
  return OUTCOMES.reduce<bigint>(
    (total, outcome) => total + payoutOf(tokens[outcome].feeShares, outcome, payoutNumerators),
    0n,
  );
}

function shareDifference({ tokens }: OwnUnit, rows: readonly AccountPosition[]): DifferenceClass {
  const comparisons = OUTCOMES.map((outcome) => {
    const there = rows.filter((row) => row.outcome === outcome).reduce((total, row) => total + row.totalShares, 0n);
    return { here: tokens[outcome].bought, there };
  });
  if (comparisons.some(({ here, there }) => isBelow(there, here))) return "FEWER_SHARES_THERE";
  return comparisons.some(({ here, there }) => isBelow(here, there)) ? "MORE_SHARES_THERE" : "UNEXPLAINED";
}

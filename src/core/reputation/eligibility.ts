import { assert } from "../assert.ts";

/** Why a wallet may not be followed. WASH: see wash.ts. */
export type IneligibleReason =
  | "INFRASTRUCTURE"
  | "TOO_FEW_MARKETS"
  | "INCOMPLETE_HISTORY"
  | "MARKET_MAKER"
  | "WASH"
  | "CONCENTRATED";

export const MIN_CLOSED_MARKETS = 10;
/** Of all closed units: incomplete ones have to be fewer. */
export const MAX_INCOMPLETE_SHARE = 0.2;
export const MARKET_MAKER_MAKER_SHARE = 0.8;
export const MARKET_MAKER_MIN_FILLS = 1_000;
/** Buying both outcomes is quoting, not opinion. */
export const MARKET_MAKER_BOTH_SIDES_SHARE = 0.5;
/** Of the P&L, in percent, that one unit may not reach: one bet is no record. */
export const CONCENTRATION_PERCENT = 60n;

/** Counts inside the lookback; volumes in micros. */
export type EligibilityFacts = {
  readonly isInfrastructure: boolean;
  readonly isWash: boolean;
  /** Closed and complete: n of the score. */
  readonly closedUnits: number;
  readonly incompleteUnits: number;
  /** Closed units, complete or not, in which both outcomes were bought. */
  readonly bothSidesUnits: number;
  readonly fills: bigint;
  readonly makerVolume: bigint;
  readonly volume: bigint;
  readonly pnl: bigint;
  /** P&L of the unit that earned most; 0 where none earned anything. */
  readonly largestUnitPnl: bigint;
};

/** @returns every reason that holds; the first is the one that is stored. None: the wallet may be followed. */
export function ineligibleReasons(facts: EligibilityFacts): readonly IneligibleReason[] {
  const { closedUnits, incompleteUnits } = facts;
  assert(closedUnits >= 0 && incompleteUnits >= 0, "counts are not negative");
  const units = closedUnits + incompleteUnits;
  const checks: readonly (readonly [IneligibleReason, boolean])[] = [
    ["INFRASTRUCTURE", facts.isInfrastructure],
    ["TOO_FEW_MARKETS", closedUnits < MIN_CLOSED_MARKETS],
    ["INCOMPLETE_HISTORY", units > 0 && incompleteUnits >= MAX_INCOMPLETE_SHARE * units],
    ["MARKET_MAKER", isMarketMaker(facts)],
    ["WASH", facts.isWash],
    ["CONCENTRATED", isConcentrated(facts)],
  ];
  return checks.flatMap(([reason, holds]) => (holds ? [reason] : []));
}

export const checkEligibility = (facts: EligibilityFacts): IneligibleReason | null =>
  ineligibleReasons(facts)[0] ?? null;

export const makerShare = (makerVolume: bigint, volume: bigint): number | null =>
  volume > 0n ? Number(makerVolume) / Number(volume) : null;

function isMarketMaker(facts: EligibilityFacts): boolean {
  const units = facts.closedUnits + facts.incompleteUnits;
  const share = makerShare(facts.makerVolume, facts.volume) ?? 0;
  return (
    (share >= MARKET_MAKER_MAKER_SHARE && facts.fills >= MARKET_MAKER_MIN_FILLS) ||
    (units > 0 && facts.bothSidesUnits >= MARKET_MAKER_BOTH_SIDES_SHARE * units)
  );
}

/** Only a profit can hang on one unit. */
const isConcentrated = ({ pnl, largestUnitPnl }: EligibilityFacts): boolean =>
  pnl > 0n && largestUnitPnl * 100n >= pnl * CONCENTRATION_PERCENT;

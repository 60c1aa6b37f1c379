import { assert } from "../assert.ts";

/** Why a wallet may not be followed. WASH is part of the rule; nothing detects it yet. */
export type IneligibleReason = "INFRASTRUCTURE" | "TOO_FEW_MARKETS" | "INCOMPLETE_HISTORY" | "MARKET_MAKER" | "WASH";

export const MIN_CLOSED_MARKETS = 10;
/** Of all closed units: incomplete ones have to be fewer. */
export const MAX_INCOMPLETE_SHARE = 0.2;
export const MARKET_MAKER_MAKER_SHARE = 0.8;
export const MARKET_MAKER_MIN_FILLS = 1_000;
/** Buying both outcomes is quoting, not opinion. */
export const MARKET_MAKER_BOTH_SIDES_SHARE = 0.5;

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
};

/** @returns null when the wallet may be followed, otherwise the first reason in this order. */
export function checkEligibility(facts: EligibilityFacts): IneligibleReason | null {
  const { closedUnits, incompleteUnits } = facts;
  assert(closedUnits >= 0 && incompleteUnits >= 0, "counts are not negative");
  if (facts.isInfrastructure) return "INFRASTRUCTURE";
  if (closedUnits < MIN_CLOSED_MARKETS) return "TOO_FEW_MARKETS";
  if (incompleteUnits >= MAX_INCOMPLETE_SHARE * (closedUnits + incompleteUnits)) return "INCOMPLETE_HISTORY";
  if (isMarketMaker(facts)) return "MARKET_MAKER";
  return facts.isWash ? "WASH" : null;
}

export const makerShare = (makerVolume: bigint, volume: bigint): number | null =>
  volume > 0n ? Number(makerVolume) / Number(volume) : null;

function isMarketMaker(facts: EligibilityFacts): boolean {
  const units = facts.closedUnits + facts.incompleteUnits;
  const share = makerShare(facts.makerVolume, facts.volume) ?? 0;
  return (
    (share >= MARKET_MAKER_MAKER_SHARE && facts.fills >= MARKET_MAKER_MIN_FILLS) ||
    facts.bothSidesUnits >= MARKET_MAKER_BOTH_SIDES_SHARE * units
  );
}

/**
 * Scores for a new user, from the venue's own history of accounts, until the chain has been read for long enough. Pure
 * rules: what such a score is worth, and when it gives way.
 */
import { MIN_CLOSED_MARKETS } from "./eligibility.ts";
import { NEUTRAL_SCORE } from "./score.ts";
import { tierOf } from "./tiers.ts";
import type { WalletScore } from "./wallet-score.ts";

/**
 * An imported score has so much of the confidence that the same units from the chain would give. It is worth less,
 * because its wallets were picked for how they had done (leaderboards), because the history names no maker and no
 * counterparty, and because nobody proves it. With 0.8, twenty units can carry a score to 7 only when all the rest is
 * near its top, and it takes 40 to reach what 23 of the chain reach.
 */
export const IMPORT_CONFIDENCE = 0.8;

/** So many units of our own are enough, however many the import had. */
export const OWN_UNITS_ENOUGH = MIN_CLOSED_MARKETS;

export function discountImported(imported: WalletScore): WalletScore {
  const confidence = imported.score.confidence * IMPORT_CONFIDENCE;
  const score = NEUTRAL_SCORE + confidence * (imported.score.raw - NEUTRAL_SCORE);
  return { ...imported, source: "data-api", score: { ...imported.score, confidence, score }, tier: tierOf(score) };
}

/** Both over the same lookback; `imported` null or without a closed, complete unit counts for nothing. */
export function chooseScore(own: WalletScore, imported: WalletScore | null): WalletScore {
  const ownUnits = own.facts.score.units;
  const importedUnits = imported?.facts.score.units ?? 0;
  if (imported === null || importedUnits === 0 || own.facts.isInfrastructure) return own;
  return ownUnits >= OWN_UNITS_ENOUGH || ownUnits >= importedUnits ? own : discountImported(imported);
}

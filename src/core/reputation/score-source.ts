/**
 * Scores for a new user, from the venue's own history of accounts, until the chain has been read for long enough. Pure
 * rules: what such a score is worth, and when it gives way.
 */
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

export function discountImported(imported: WalletScore): WalletScore {
  const confidence = imported.score.confidence * IMPORT_CONFIDENCE;
  const score = NEUTRAL_SCORE + confidence * (imported.score.raw - NEUTRAL_SCORE);
  return { ...imported, source: "data-api", score: { ...imported.score, confidence, score }, tier: tierOf(score) };
}

/**
 * One of the two as a whole, never units of both, so that nothing counts twice: the one with more confidence after the
 * discount, ours when they are alike. As many units of our own as were imported are therefore always enough, and a
 * wallet that was scored by two hundred units does not fall back to neutral when it has closed its first ten here.
 * @param imported over the same lookback as `own`
 */
export function chooseScore(own: WalletScore, imported: WalletScore | null): WalletScore {
  if (imported === null || own.facts.isInfrastructure) return own;
  const discounted = discountImported(imported);
  if (own.score.confidence >= discounted.score.confidence) return own;
  // The chain knows who was maker; the venue's history lets it be guessed.
  const { ineligibleReason } = own;
  return ineligibleReason === "MARKET_MAKER" || ineligibleReason === "WASH"
    ? { ...discounted, ineligibleReason }
    : discounted;
}

import { MINUTE_MS } from "../time/time.ts";
import { computeEdge, type Edge, type EdgePrior, type EdgeSums } from "./edge.ts";
import { checkEligibility, type EligibilityFacts, type IneligibleReason, makerShare } from "./eligibility.ts";
import { computeScore, SCORE_VERSION, type Score, type ScoreSums } from "./score.ts";
import { settleTier, type Tier, type TierState, tierOf } from "./tiers.ts";

/** Everything that a wallet's score is made of, summed over the lookback; amounts in micros. */
export type WalletFacts = {
  readonly walletKey: number;
  readonly isInfrastructure: boolean;
  readonly isWash: boolean;
  readonly score: ScoreSums;
  readonly edge: EdgeSums;
  readonly losses: number;
  readonly incompleteUnits: number;
  readonly bothSidesUnits: number;
  /** Cost of the timed BUYs times the milliseconds since their market's start. */
  readonly costMs: bigint;
  readonly cost: bigint;
  readonly pnl: bigint;
  /** Of the unit that earned most. */
  readonly largestUnitPnl: bigint;
  readonly grossProfit: bigint;
  readonly grossLoss: bigint;
  readonly fills: bigint;
  readonly volume: bigint;
  readonly makerVolume: bigint;
};

/** Where the units of a score came from: the chain that we read, or the venue's history of the account. */
export type ScoreSource = "chain" | "data-api";

export type WalletScore = {
  /** "chain" unless it says otherwise. */
  readonly source?: ScoreSource;
  readonly facts: WalletFacts;
  /** Of the rule that made it. */
  readonly version: number;
  readonly score: Score;
  readonly tier: Tier;
  /** See TierState. */
  readonly runsPast: number;
  /** Null: may be followed. */
  readonly ineligibleReason: IneligibleReason | null;
  readonly edge: Edge | null;
  readonly makerShare: number | null;
  /** Minutes from the market's start to the entry, weighted by cost. */
  readonly avgEntryMinute: number | null;
};

export const eligibilityFacts = (facts: WalletFacts): EligibilityFacts => ({
  ...facts,
  closedUnits: facts.score.units,
});

/** As the facts alone have it; `settle` brings in what the wallet was before. */
export function computeWalletScore(facts: WalletFacts, prior: EdgePrior): WalletScore {
  const score = computeScore(facts.score);
  const { timedCost } = facts.score;
  return {
    facts,
    version: SCORE_VERSION,
    score,
    tier: tierOf(score.score),
    runsPast: 0,
    ineligibleReason: checkEligibility(eligibilityFacts(facts)),
    edge: computeEdge(facts.edge, prior),
    makerShare: makerShare(facts.makerVolume, facts.volume),
    avgEntryMinute: timedCost > 0n ? Number(facts.costMs) / Number(timedCost) / MINUTE_MS : null,
  };
}

export const settle = (score: WalletScore, before: TierState | null): WalletScore => ({
  ...score,
  ...settleTier(before, score.score.score),
});

import { MINUTE_MS } from "../time/time.ts";
import { computeEdge, type Edge, type EdgePrior, type EdgeSums } from "./edge.ts";
import { checkEligibility, type IneligibleReason, makerShare } from "./eligibility.ts";
import { computeScore, type Score, type ScoreSums } from "./score.ts";
import { type Tier, tierOf } from "./tiers.ts";

/** Everything that a wallet's score is made of, summed over the lookback; amounts in micros. */
export type WalletFacts = {
  readonly walletKey: number;
  readonly isInfrastructure: boolean;
  readonly score: ScoreSums;
  readonly edge: EdgeSums;
  readonly losses: number;
  readonly incompleteUnits: number;
  readonly bothSidesUnits: number;
  /** Cost of the timed BUYs times the milliseconds since their market's start. */
  readonly costMs: bigint;
  readonly cost: bigint;
  readonly pnl: bigint;
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
  readonly score: Score;
  readonly tier: Tier;
  /** Null: may be followed. */
  readonly ineligibleReason: IneligibleReason | null;
  readonly edge: Edge | null;
  readonly makerShare: number | null;
  /** Minutes from the market's start to the entry, weighted by cost. */
  readonly avgEntryMinute: number | null;
};

export function computeWalletScore(facts: WalletFacts, prior: EdgePrior): WalletScore {
  const score = computeScore(facts.score);
  const { timedCost, units } = facts.score;
  return {
    facts,
    score,
    tier: tierOf(score.score),
    ineligibleReason: checkEligibility({ ...facts, closedUnits: units, isWash: false }),
    edge: computeEdge(facts.edge, prior),
    makerShare: makerShare(facts.makerVolume, facts.volume),
    avgEntryMinute: timedCost > 0n ? Number(facts.costMs) / Number(timedCost) / MINUTE_MS : null,
  };
}

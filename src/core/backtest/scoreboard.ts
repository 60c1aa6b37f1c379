import type { WalletProfile } from "../model/context.ts";
import { SCORE_VERSION } from "../reputation/score.ts";
import { TIER_FLOORS, type Tier, type TierState } from "../reputation/tiers.ts";
import type { WalletScore } from "../reputation/wallet-score.ts";
import { UNSCORED_WALLET, type WalletFacts } from "../signals/observed-fill.ts";
import { type EpochMs, epochMs } from "../time/time.ts";

const TIERS: readonly Tier[] = TIER_FLOORS.map(([tier]) => tier);

/** What is published about each wallet, by its key; looked up for every fill. */
export type Scoreboard = {
  readonly score: Float64Array;
  /** 1: may be followed */
  readonly eligible: Uint8Array;
  /** Every tier, in a fixed order. */
  readonly tiers: readonly string[];
  /** null: the wallet was never scored. */
  facts(wallet: number): WalletFacts;
  /** Kept only where the board was made for a model. */
  profile(wallet: number): WalletProfile;
  tierState(wallet: number): TierState | null;
  publish(wallet: number, score: WalletScore, at: EpochMs): void;
  /** Its edge alone has changed. */
  publishEdge(wallet: number, lowerBound: number | null, at: EpochMs): void;
  /** As another board had published it. */
  restore(wallet: number, facts: Omit<WalletFacts, "scoreVersion" | "scoredAt">, at: EpochMs): void;
  /** Back to neutral. */
  forget(wallet: number): void;
};

/** @param profiled whether profiles are kept: a hundred bytes a wallet */
export function createScoreboard(wallets: number, profiled = false): Scoreboard {
  const profiles: (WalletProfile | undefined)[] = [];
  const score = new Float64Array(wallets).fill(UNSCORED_WALLET.score);
  const eligible = new Uint8Array(wallets);
  const tier = new Uint8Array(wallets);
  const runsPast = new Int8Array(wallets);
  const edge = new Float64Array(wallets).fill(Number.NaN);
  const scoredAt = new Float64Array(wallets).fill(Number.NaN);
  const isScored = (wallet: number): boolean => !Number.isNaN(scoredAt[wallet]);
  return {
    score,
    eligible,
    tiers: TIERS,
    facts(wallet) {
      if (!isScored(wallet)) return UNSCORED_WALLET;
      const bound = edge[wallet] as number;
      return {
        score: score[wallet] as number,
        tier: TIERS[tier[wallet] as number] as Tier,
        followEligible: eligible[wallet] === 1,
        edgeLowerBound: Number.isNaN(bound) ? null : bound,
        scoreVersion: SCORE_VERSION,
        scoredAt: epochMs(scoredAt[wallet] as number),
      };
    },
    profile: (wallet) => profiles[wallet] ?? NO_PROFILE,
    tierState: (wallet) =>
      isScored(wallet) ? { tier: TIERS[tier[wallet] as number] as Tier, runsPast: runsPast[wallet] as number } : null,
    publish(wallet, published, at) {
      score[wallet] = published.score.score;
      eligible[wallet] = published.ineligibleReason === null ? 1 : 0;
      tier[wallet] = TIERS.indexOf(published.tier);
      runsPast[wallet] = published.runsPast;
      edge[wallet] = published.edge?.lowerBound ?? Number.NaN;
      scoredAt[wallet] = at;
      if (profiled) profiles[wallet] = profileOf(published);
    },
    publishEdge(wallet, lowerBound, at) {
      edge[wallet] = lowerBound ?? Number.NaN;
      scoredAt[wallet] = at;
    },
    restore(wallet, facts, at) {
      score[wallet] = facts.score;
      eligible[wallet] = facts.followEligible ? 1 : 0;
      tier[wallet] = TIERS.indexOf(facts.tier as Tier);
      edge[wallet] = facts.edgeLowerBound ?? Number.NaN;
      scoredAt[wallet] = at;
    },
    forget(wallet) {
      score[wallet] = UNSCORED_WALLET.score;
      eligible[wallet] = 0;
      edge[wallet] = Number.NaN;
      scoredAt[wallet] = Number.NaN;
      if (profiled) profiles[wallet] = NO_PROFILE;
    },
  };
}

const NO_PROFILE: WalletProfile = { units: 0, winRate: 0, avgProfit: 0, roiDeviation: 0, timing: 0.5, usualUsd: 0 };

const profileOf = ({ score: { winRate, avgProfit, roiDeviation, parts }, facts }: WalletScore): WalletProfile => ({
  ...{ units: facts.score.units, winRate, avgProfit, roiDeviation, timing: parts.timing },
  usualUsd: Number(facts.cost) / Math.max(1, facts.score.units) / 1e6,
});

import { sql } from "kysely";
import type { IneligibleReason } from "../../core/reputation/eligibility.ts";
import type { Tier } from "../../core/reputation/tiers.ts";
import type { PublishedScore, ReputationStore } from "../../ports/reputation-store.ts";
import { ts } from "./codecs.ts";
import type { Database } from "./connect.ts";
import { edgePrior, publishPrior } from "./reputation/edge-steps.ts";
import { applyDue, findLate } from "./reputation/ledger-due.ts";
import { reset, takeIn } from "./reputation/ledger-intake.ts";
import { applyFills, nextArchived } from "./reputation/ledger-steps.ts";
import { endRun, moveWindow, scoreDue } from "./reputation/score-steps.ts";
import { findWash } from "./reputation/wash-steps.ts";
import type { ScoreHistoryTable } from "./schema-reputation.ts";

type ReputationAsOf = Omit<
  ScoreHistoryTable,
  "id" | "wallet_key" | "tier_runs" | "edge_markets" | "edge_sum" | "edge_sum_of_squares"
>;

/** Writes what migrations 0002 and 0008 create, and the "reputation" row of flow.reader_cursor. */
export function createReputationStore(db: Database): ReputationStore {
  return {
    takeIn: (at) => db.transaction((trx) => takeIn(trx, at)),
    nextArchived: () => db.transaction(nextArchived),
    applyFills: (maxFills, rules, archived) =>
      db.transaction((trx) => applyFills(trx, maxFills, rules, archived ?? null)),
    findLate: () => db.transaction(findLate),
    applyDue: (maxFills, rules) => db.transaction((trx) => applyDue(trx, maxFills, rules)),
    moveWindow: (cutoff, scoreVersion) => db.transaction((trx) => moveWindow(trx, cutoff, scoreVersion)),
    scoreDue: (maxWallets, cutoff, at, score) => db.transaction((trx) => scoreDue(trx, maxWallets, cutoff, at, score)),
    endRun: () => db.transaction(endRun),
    edgePrior: () => db.transaction(edgePrior),
    findWash: (cutoff, at) => db.transaction((trx) => findWash(trx, cutoff, at)),
    publishPrior: (prior, at) => db.transaction((trx) => publishPrior(trx, prior, at)),
    reset: (at) => db.transaction((trx) => reset(trx, at)),
    async scoreAsOf(wallet, asOf): Promise<PublishedScore | null> {
      const { rows } =
        await sql<ReputationAsOf>`SELECT * FROM orderflow_reputation_as_of(${wallet}, ${ts(asOf)})`.execute(db.kysely);
      const row = rows[0];
      if (row === undefined) return null;
      return {
        score: row.reputation_score,
        confidence: row.confidence_score,
        tier: row.trader_tier as Tier,
        isFollowEligible: row.follow_eligible,
        ineligibleReason: row.ineligible_reason as IneligibleReason | null,
        edgePerShare: row.edge_per_share,
        edgeLowerBound: row.edge_lower_bound,
        closedMarkets: row.closed_markets,
        scoreVersion: row.score_version,
        calculatedAt: row.calculated_at,
      };
    },
    async tierAsOf(wallet, asOf) {
      const { rows } = await sql<{ tier: Tier }>`SELECT orderflow_tier_as_of(${wallet}, ${ts(asOf)}) AS tier`.execute(
        db.kysely,
      );
      return (rows[0] as { tier: Tier }).tier;
    },
  };
}

import { type RawBuilder, sql, type Transaction } from "kysely";
import { computeEdge } from "../../core/reputation/edge.ts";
import { type IneligibleReason, ineligibleReasons } from "../../core/reputation/eligibility.ts";
import type { ScoreParts } from "../../core/reputation/score.ts";
import type { Tier } from "../../core/reputation/tiers.ts";
import { eligibilityFacts } from "../../core/reputation/wallet-score.ts";
import type { EpochMs } from "../../core/time/time.ts";
import { bytes, ts } from "./codecs.ts";
import type { Database } from "./connect.ts";
import { publishedPrior } from "./reputation/edge-steps.ts";
import { IMPORTED } from "./reputation/imported-facts.ts";
import { loadFacts, OWN } from "./reputation/score-facts.ts";
import type { Schema } from "./schema.ts";
import type { WalletScoreTable } from "./schema-reputation.ts";

/** Everything that a published score was made of. Amounts are decimal text in dollars; edges in USD per share. */
export type ScoreExplanation = {
  readonly wallet: string;
  /** Null: the wallet traded, and has closed nothing that was calculated: it is neutral, 5.0 and AVERAGE. */
  readonly published: PublishedExplanation | null;
  /** Something of the wallet has changed since, and waits for the next calculation. */
  readonly isDue: boolean;
  readonly leftOut: LeftOut;
  /** The units that moved most money, those that count first. */
  readonly units: readonly ExplainedUnit[];
  /** Newest first. */
  readonly history: readonly HistoryRow[];
};

export type PublishedExplanation = {
  readonly calculatedAt: EpochMs;
  readonly version: number;
  readonly source: string;
  readonly score: number;
  readonly raw: number;
  readonly confidence: number;
  readonly parts: ScoreParts;
  readonly units: number;
  readonly wins: number;
  readonly winRate: number;
  readonly avgProfit: number;
  readonly roiDeviation: number;
  readonly pnlUsd: string;
  readonly tier: Tier;
  readonly runsPast: number;
  readonly isFollowEligible: boolean;
  /** The one that was published, and all that hold now. */
  readonly ineligibleReason: IneligibleReason | null;
  readonly reasons: readonly IneligibleReason[];
  readonly makerShare: number | null;
  readonly largestUnitUsd: string;
  readonly wash: { readonly cluster: string; readonly members: number; readonly share: number } | null;
  readonly edge: {
    readonly perShare: number;
    /** One-sided 95 %. */
    readonly lowerBound: number;
    readonly markets: number;
    /** Markets' worth of doubt: the mean is shrunk by markets / (markets + k). */
    readonly k: number;
  } | null;
};

/** Units that are not in the score, by why. */
export type LeftOut = Record<"open" | "incomplete" | "beforeLookback" | "nothingPaid" | "combos", number>;

export type ExplainedUnit = {
  readonly market: string | null;
  readonly marketId: string;
  readonly closedAt: EpochMs | null;
  readonly paidInUsd: string;
  readonly pnlUsd: string;
  /** Cut to [−1, 1]; null: open, incomplete, or nothing was paid in. */
  readonly roi: number | null;
  readonly edge: number | null;
  /** Why it is not in the score; null: it is. */
  readonly leftOut: keyof LeftOut | null;
};

export type HistoryRow = {
  readonly calculatedAt: EpochMs;
  readonly version: number;
  readonly source: string;
  readonly score: number;
  readonly confidence: number;
  readonly tier: Tier;
  readonly closedMarkets: number;
  readonly ineligibleReason: IneligibleReason | null;
  readonly edgeLowerBound: number | null;
};

const UNITS_SHOWN = 10;
const HISTORY_SHOWN = 10;
const NO_UNITS: LeftOut = { open: 0, incomplete: 0, beforeLookback: 0, nothingPaid: 0, combos: 0 };

/** @returns null for a wallet that nothing was read of */
export function explainScore(db: Database, wallet: string): Promise<ScoreExplanation | null> {
  return db.transaction((trx) => explain(trx, wallet));
}

async function explain(trx: Transaction<Schema>, wallet: string): Promise<ScoreExplanation | null> {
  const known = await sql<{ key: number; is_due: boolean; cutoff: EpochMs | null }>`
    SELECT w.wallet_key AS key, s.scored_cutoff AS cutoff,
      EXISTS (SELECT FROM flow.score_due d WHERE d.wallet_key = w.wallet_key) AS is_due
    FROM flow.wallet w, flow.ledger_state s WHERE w.address = ${bytes(wallet)}
      AND (EXISTS (SELECT FROM flow.wallet_activity a WHERE a.wallet_key = w.wallet_key)
        OR EXISTS (SELECT FROM flow.unit u WHERE u.wallet_key = w.wallet_key)
        OR EXISTS (SELECT FROM flow.wallet_score c WHERE c.wallet_key = w.wallet_key))`.execute(trx);
  const [found] = known.rows;
  if (found === undefined) return null;
  const { key, is_due: isDue, cutoff } = found;
  const row = await trx.selectFrom("flow.wallet_score").selectAll().where("wallet_key", "=", key).executeTakeFirst();
  const isImported = row?.source === "data-api";
  return {
    ...{ wallet, isDue },
    published: row === undefined || cutoff === null ? null : await explainPublished(trx, row, cutoff),
    ...(await explainUnits(trx, key, cutoff, isImported)),
    history: await readHistory(trx, key),
  };
}

async function explainPublished(
  trx: Transaction<Schema>,
  row: WalletScoreTable,
  cutoff: EpochMs,
): Promise<PublishedExplanation> {
  const isImported = row.source === "data-api";
  const [loaded] = await loadFacts(trx, [row.wallet_key], cutoff, isImported ? IMPORTED : OWN);
  const { rows } = await sql<{ cluster: string; members: number; share: number }>`
    SELECT '0x' || encode(w.address, 'hex') AS cluster, x.share,
      (SELECT count(*)::int FROM flow.wallet_wash o WHERE o.cluster_key = x.cluster_key) AS members
    FROM flow.wallet_wash x JOIN flow.wallet w ON w.wallet_key = x.cluster_key
    WHERE x.wallet_key = ${row.wallet_key}`.execute(trx);
  const prior = await publishedPrior(trx);
  const markets = Number(row.edge_markets);
  const edge = computeEdge({ markets, sum: row.edge_sum, sumOfSquares: BigInt(row.edge_sum_of_squares) }, prior);
  return {
    ...{ calculatedAt: row.calculated_at, version: row.score_version, source: row.source },
    ...{ score: row.reputation_score, raw: row.raw_score, confidence: row.confidence_score },
    parts: {
      ...{ winRate: row.part_win_rate, profit: row.part_profit, consistency: row.part_consistency },
      ...{ volume: row.part_volume, timing: row.part_timing },
    },
    ...{ units: row.closed_markets, wins: row.profitable_trades, winRate: row.win_rate },
    ...{ avgProfit: row.avg_profit_pct, roiDeviation: row.roi_deviation, makerShare: row.maker_share },
    ...{ pnlUsd: dollars(row.pnl_micros), largestUnitUsd: dollars(row.largest_unit_micros) },
    ...{ tier: row.trader_tier as Tier, runsPast: row.tier_runs, isFollowEligible: row.follow_eligible },
    ineligibleReason: row.ineligible_reason as IneligibleReason | null,
    reasons: loaded === undefined ? [] : ineligibleReasons(eligibilityFacts(loaded.facts)),
    wash: rows[0] ?? null,
    edge: edge === null ? null : { ...edge, markets, k: prior.k },
  };
}

const dollars = (micros: string | bigint): string => {
  const [value, sign] = BigInt(micros) < 0n ? [-BigInt(micros), "-"] : [BigInt(micros), ""];
  return `${sign}${value / 1_000_000n}.${(value % 1_000_000n).toString().padStart(6, "0")}`;
};

type UnitRow = Omit<ExplainedUnit, "paidInUsd" | "pnlUsd"> & { readonly paid: bigint; readonly pnl: bigint };

async function explainUnits(
  trx: Transaction<Schema>,
  key: number,
  cutoff: EpochMs | null,
  isImported: boolean,
): Promise<Pick<ScoreExplanation, "leftOut" | "units">> {
  const table = (isImported ? IMPORTED : OWN).units;
  const market: RawBuilder<unknown> = isImported
    ? sql`LEFT JOIN flow.market m ON m.condition_id = u.condition_id`
    : sql`JOIN flow.market m USING (market_key)`;
  const condition = isImported ? sql`u.condition_id` : sql`m.condition_id`;
  // Nothing has been calculated: nothing has left the lookback either.
  const isIn = cutoff === null ? sql`true` : sql`closed_at > ${ts(cutoff)}`;
  const sorted = sql`SELECT u.*, CASE WHEN is_combo THEN 'combos' WHEN closed_at IS NULL THEN 'open'
      WHEN NOT ${isIn} THEN 'beforeLookback' WHEN is_incomplete THEN 'incomplete'
      WHEN roi_micros IS NULL THEN 'nothingPaid' END AS left_out
    FROM ${table} u WHERE wallet_key = ${key}`;
  const counted = await sql<{ why: keyof LeftOut; units: number }>`
    SELECT left_out AS why, count(*)::int AS units FROM (${sorted}) u WHERE left_out IS NOT NULL GROUP BY 1`.execute(
    trx,
  );
  const { rows } = await sql<UnitRow>`
    SELECT m.title AS market, '0x' || encode(${condition}, 'hex') AS "marketId", u.closed_at AS "closedAt",
      u.paid_in AS paid, u.realised AS pnl, u.roi_micros / 1e6::float8 AS roi, u.edge_micros / 1e6::float8 AS edge,
      u.left_out AS "leftOut"
    FROM (${sorted}) u ${market}
    ORDER BY u.left_out IS NULL DESC, abs(u.realised) DESC, ${condition} LIMIT ${UNITS_SHOWN}`.execute(trx);
  const units = rows.map(({ paid, pnl, ...unit }) => ({ ...unit, paidInUsd: dollars(paid), pnlUsd: dollars(pnl) }));
  return { leftOut: { ...NO_UNITS, ...Object.fromEntries(counted.rows.map(({ why, units: n }) => [why, n])) }, units };
}

async function readHistory(trx: Transaction<Schema>, key: number): Promise<readonly HistoryRow[]> {
  const { rows } = await sql<HistoryRow>`
    SELECT calculated_at AS "calculatedAt", score_version AS version, source, reputation_score AS score,
      confidence_score AS confidence, trader_tier AS tier, closed_markets AS "closedMarkets",
      ineligible_reason AS "ineligibleReason", edge_lower_bound AS "edgeLowerBound"
    FROM flow.score_history WHERE wallet_key = ${key} ORDER BY calculated_at DESC, id DESC LIMIT ${HISTORY_SHOWN}`.execute(
    trx,
  );
  return rows;
}

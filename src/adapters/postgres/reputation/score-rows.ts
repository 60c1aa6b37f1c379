/** Scores: the sums that they are made of, the rows that show them, the history of what was published. */
import { type RawBuilder, sql, type Transaction } from "kysely";
import { infrastructureOf } from "../../../core/chain/infrastructure.ts";
import type { Address } from "../../../core/ids/ids.ts";
import { SCORE_VERSION } from "../../../core/reputation/score.ts";
import type { WalletFacts, WalletScore } from "../../../core/reputation/wallet-score.ts";
import { DAY_MS, type EpochMs } from "../../../core/time/time.ts";
import { boolArray, float8Array, int4Array, int8Array, numericArray, textArray, ts } from "../codecs.ts";
import type { Schema } from "../schema.ts";
import type { WalletScoreTable } from "../schema-reputation.ts";

type Trx = Transaction<Schema>;

type FactsRow = {
  wallet_key: number;
  address: string;
  closed_ever: bigint;
  units: bigint;
  wins: bigint;
  losses: bigint;
  incomplete: bigint;
  both: bigint;
  roi: bigint;
  roi_squared: bigint;
  timed_cost: string;
  ahead_cost: string;
  cost_ms: string;
  cost: string;
  pnl: string;
  gross_profit: string;
  gross_loss: string;
  edge_markets: bigint;
  edge_sum: bigint;
  edge_sum_of_squares: string;
  fills: string;
  volume: string;
  maker_volume: string;
};

export type LoadedFacts = { readonly facts: WalletFacts; readonly address: Address; readonly hasClosedUnit: boolean };

/** Units that closed after `cutoff`; fills from the day of the cutoff on. */
export async function loadFacts(
  trx: Trx,
  walletKeys: readonly number[],
  cutoff: EpochMs,
): Promise<readonly LoadedFacts[]> {
  const { rows } = await sql<FactsRow>`
    WITH due AS (SELECT * FROM unnest(${int4Array(walletKeys)}) AS due (wallet_key)),
    closed AS (
      SELECT wallet_key, count(*) AS closed_ever,
        count(*) FILTER (WHERE in_window AND roi_micros IS NOT NULL) AS units,
        count(*) FILTER (WHERE in_window AND roi_micros IS NOT NULL AND realised > 0) AS wins,
        count(*) FILTER (WHERE in_window AND roi_micros IS NOT NULL AND realised < 0) AS losses,
        count(*) FILTER (WHERE in_window AND is_incomplete) AS incomplete,
        count(*) FILTER (WHERE in_window AND bought_both AND (is_incomplete OR roi_micros IS NOT NULL)) AS both,
        coalesce(sum(roi_micros) FILTER (WHERE in_window), 0) AS roi,
        coalesce(sum(roi_micros::int8 * roi_micros) FILTER (WHERE in_window), 0)::int8 AS roi_squared,
        coalesce(sum(timed_cost) FILTER (WHERE in_window AND roi_micros IS NOT NULL), 0) AS timed_cost,
        coalesce(sum(ahead_cost) FILTER (WHERE in_window AND roi_micros IS NOT NULL), 0) AS ahead_cost,
        coalesce(sum(cost_ms) FILTER (WHERE in_window AND roi_micros IS NOT NULL), 0) AS cost_ms,
        coalesce(sum(paid_in) FILTER (WHERE in_window AND roi_micros IS NOT NULL), 0) AS cost,
        coalesce(sum(realised) FILTER (WHERE in_window AND roi_micros IS NOT NULL), 0) AS pnl,
        coalesce(sum(realised) FILTER (WHERE in_window AND roi_micros IS NOT NULL AND realised > 0), 0) AS gross_profit,
        coalesce(-sum(realised) FILTER (WHERE in_window AND roi_micros IS NOT NULL AND realised < 0), 0) AS gross_loss,
        count(edge_micros) FILTER (WHERE in_window) AS edge_markets,
        coalesce(sum(edge_micros) FILTER (WHERE in_window), 0) AS edge_sum,
        coalesce(sum(edge_micros::int8 * edge_micros) FILTER (WHERE in_window), 0) AS edge_sum_of_squares
      FROM (SELECT *, closed_at > ${ts(cutoff)} AS in_window FROM flow.unit
        WHERE closed_at IS NOT NULL AND wallet_key = ANY(${int4Array(walletKeys)})) u
      GROUP BY wallet_key),
    days AS (
      SELECT wallet_key, sum(fills) AS fills, sum(volume_micros) AS volume, sum(maker_volume_micros) AS maker_volume
      FROM flow.wallet_day
      WHERE wallet_key = ANY(${int4Array(walletKeys)}) AND epoch_day >= ${Math.floor(cutoff / DAY_MS)}
      GROUP BY wallet_key)
    SELECT wallet_key, w.address, coalesce(c.closed_ever, 0) AS closed_ever, coalesce(c.units, 0) AS units,
      coalesce(c.wins, 0) AS wins, coalesce(c.losses, 0) AS losses, coalesce(c.incomplete, 0) AS incomplete,
      coalesce(c.both, 0) AS both, coalesce(c.roi, 0) AS roi, coalesce(c.roi_squared, 0) AS roi_squared,
      coalesce(c.timed_cost, 0) AS timed_cost, coalesce(c.ahead_cost, 0) AS ahead_cost,
      coalesce(c.cost_ms, 0) AS cost_ms, coalesce(c.cost, 0) AS cost, coalesce(c.pnl, 0) AS pnl,
      coalesce(c.gross_profit, 0) AS gross_profit, coalesce(c.gross_loss, 0) AS gross_loss,
      coalesce(c.edge_markets, 0) AS edge_markets, coalesce(c.edge_sum, 0) AS edge_sum,
      coalesce(c.edge_sum_of_squares, 0) AS edge_sum_of_squares, coalesce(d.fills, 0) AS fills,
      coalesce(d.volume, 0) AS volume, coalesce(d.maker_volume, 0) AS maker_volume
    FROM due JOIN flow.wallet w USING (wallet_key)
    LEFT JOIN closed c USING (wallet_key) LEFT JOIN days d USING (wallet_key)`.execute(trx);
  return rows.map(toFacts);
}

function toFacts(row: FactsRow): LoadedFacts {
  const address = row.address as Address;
  return {
    address,
    hasClosedUnit: row.closed_ever > 0n,
    facts: {
      walletKey: row.wallet_key,
      isInfrastructure: infrastructureOf(address) !== null,
      score: {
        units: Number(row.units),
        wins: Number(row.wins),
        roi: row.roi,
        roiSquared: row.roi_squared,
        timedCost: BigInt(row.timed_cost),
        aheadCost: BigInt(row.ahead_cost),
      },
      edge: { markets: Number(row.edge_markets), sum: row.edge_sum, sumOfSquares: BigInt(row.edge_sum_of_squares) },
      losses: Number(row.losses),
      incompleteUnits: Number(row.incomplete),
      bothSidesUnits: Number(row.both),
      costMs: BigInt(row.cost_ms),
      cost: BigInt(row.cost),
      pnl: BigInt(row.pnl),
      grossProfit: BigInt(row.gross_profit),
      grossLoss: BigInt(row.gross_loss),
      fills: BigInt(row.fills),
      volume: BigInt(row.volume),
      makerVolume: BigInt(row.maker_volume),
    },
  };
}

type Scores = readonly WalletScore[];
type Column = readonly [name: keyof WalletScoreTable, values: (scores: Scores) => RawBuilder<unknown>];
const int4 = (name: keyof WalletScoreTable, of: (s: WalletScore) => number): Column => [
  name,
  (s) => int4Array(s.map(of)),
];
const int8 = (name: keyof WalletScoreTable, of: (s: WalletScore) => bigint): Column => [
  name,
  (s) => int8Array(s.map(of)),
];
const float = (name: keyof WalletScoreTable, of: (s: WalletScore) => number | null): Column => [
  name,
  (s) => float8Array(s.map(of)),
];
const integer = (name: keyof WalletScoreTable, of: (s: WalletScore) => bigint): Column => [
  name,
  (s) => numericArray(s.map((score) => of(score).toString())),
];
const text = (name: keyof WalletScoreTable, of: (s: WalletScore) => string | null): Column => [
  name,
  (s) => textArray(s.map(of)),
];

/** The columns that a published score and its snapshot in the history have in common. */
const PUBLISHED: readonly Column[] = [
  int4("wallet_key", (s) => s.facts.walletKey),
  int4("closed_markets", (s) => s.facts.score.units),
  int4("score_version", () => SCORE_VERSION),
  ["follow_eligible", (s) => boolArray(s.map((score) => score.ineligibleReason === null))],
  float("reputation_score", (s) => s.score.score),
  float("confidence_score", (s) => s.score.confidence),
  float("edge_per_share", (s) => s.edge?.perShare ?? null),
  float("edge_lower_bound", (s) => s.edge?.lowerBound ?? null),
  text("trader_tier", (s) => s.tier),
  text("ineligible_reason", (s) => s.ineligibleReason),
];

const COLUMNS: readonly Column[] = [
  ...PUBLISHED,
  int4("profitable_trades", (s) => s.facts.score.wins),
  int4("losing_trades", (s) => s.facts.losses),
  int4("incomplete_markets", (s) => s.facts.incompleteUnits),
  float("raw_score", (s) => s.score.raw),
  float("part_win_rate", (s) => s.score.parts.winRate),
  float("part_profit", (s) => s.score.parts.profit),
  float("part_consistency", (s) => s.score.parts.consistency),
  float("part_volume", (s) => s.score.parts.volume),
  float("part_timing", (s) => s.score.parts.timing),
  float("win_rate", (s) => s.score.winRate),
  float("avg_profit_pct", (s) => s.score.avgProfit),
  float("roi_deviation", (s) => s.score.roiDeviation),
  float("avg_entry_minute", (s) => s.avgEntryMinute),
  float("maker_share", (s) => s.makerShare),
  int8("edge_markets", (s) => BigInt(s.facts.edge.markets)),
  int8("edge_sum", (s) => s.facts.edge.sum),
  integer("edge_sum_of_squares", (s) => s.facts.edge.sumOfSquares),
  integer("cost_micros", (s) => s.facts.cost),
  integer("pnl_micros", (s) => s.facts.pnl),
  integer("gross_profit_micros", (s) => s.facts.grossProfit),
  integer("gross_loss_micros", (s) => s.facts.grossLoss),
];

const updates = sql.raw(
  COLUMNS.slice(1)
    .map(([name]) => `${name} = excluded.${name}`)
    .join(", "),
);
const namesOf = (columns: readonly Column[]): RawBuilder<unknown> => sql.raw(columns.map(([name]) => name).join(", "));

export async function saveScores(trx: Trx, scores: Scores, at: EpochMs): Promise<void> {
  const arrays = sql.join(COLUMNS.map(([, values]) => values(scores)));
  await sql`INSERT INTO flow.wallet_score (${namesOf(COLUMNS)}, calculated_at)
    SELECT *, ${ts(at)} FROM unnest(${arrays})
    ON CONFLICT (wallet_key) DO UPDATE SET ${updates}, calculated_at = excluded.calculated_at`.execute(trx);
}

export async function appendHistory(trx: Trx, scores: Scores, at: EpochMs): Promise<void> {
  if (scores.length === 0) return;
  const arrays = sql.join(PUBLISHED.map(([, values]) => values(scores)));
  await sql`INSERT INTO flow.score_history (${namesOf(PUBLISHED)}, calculated_at)
    SELECT *, ${ts(at)} FROM unnest(${arrays})`.execute(trx);
}

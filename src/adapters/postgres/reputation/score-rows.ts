/** Scores: the rows that show them, and the history of what was published. */
import { type RawBuilder, sql, type Transaction } from "kysely";
import type { WalletScore } from "../../../core/reputation/wallet-score.ts";
import type { EpochMs } from "../../../core/time/time.ts";
import { boolArray, float8Array, int4Array, int8Array, numericArray, textArray, ts } from "../codecs.ts";
import type { Schema } from "../schema.ts";
import type { ScoreHistoryTable, WalletScoreTable } from "../schema-reputation.ts";

type Trx = Transaction<Schema>;

type Scores = readonly WalletScore[];
type Name = keyof WalletScoreTable | keyof ScoreHistoryTable;
type Column = readonly [name: Name, values: (scores: Scores) => RawBuilder<unknown>];
const int4 = (name: Name, of: (s: WalletScore) => number): Column => [name, (s) => int4Array(s.map(of))];
const int8 = (name: Name, of: (s: WalletScore) => bigint): Column => [name, (s) => int8Array(s.map(of))];
const float = (name: Name, of: (s: WalletScore) => number | null): Column => [name, (s) => float8Array(s.map(of))];
const integer = (name: Name, of: (s: WalletScore) => bigint): Column => [
  name,
  (s) => numericArray(s.map((score) => of(score).toString())),
];
const text = (name: Name, of: (s: WalletScore) => string | null): Column => [name, (s) => textArray(s.map(of))];

/** The columns that a published score and its snapshot in the history have in common. */
const PUBLISHED: readonly Column[] = [
  int4("wallet_key", (s) => s.facts.walletKey),
  int4("closed_markets", (s) => s.facts.score.units),
  int4("score_version", (s) => s.version),
  int4("tier_runs", (s) => s.runsPast),
  ["follow_eligible", (s) => boolArray(s.map((score) => score.ineligibleReason === null))],
  float("reputation_score", (s) => s.score.score),
  float("confidence_score", (s) => s.score.confidence),
  int8("edge_markets", (s) => BigInt(s.facts.edge.markets)),
  int8("edge_sum", (s) => s.facts.edge.sum),
  integer("edge_sum_of_squares", (s) => s.facts.edge.sumOfSquares),
  text("trader_tier", (s) => s.tier),
  text("ineligible_reason", (s) => s.ineligibleReason),
  text("source", (s) => s.source ?? "chain"),
];

const SNAPSHOT: readonly Column[] = [
  ...PUBLISHED,
  float("edge_per_share", (s) => s.edge?.perShare ?? null),
  float("edge_lower_bound", (s) => s.edge?.lowerBound ?? null),
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
  integer("cost_micros", (s) => s.facts.cost),
  integer("pnl_micros", (s) => s.facts.pnl),
  integer("gross_profit_micros", (s) => s.facts.grossProfit),
  integer("gross_loss_micros", (s) => s.facts.grossLoss),
  integer("largest_unit_micros", (s) => s.facts.largestUnitPnl),
];

const updates = sql.raw(
  COLUMNS.slice(1)
    .map(([name]) => `${name} = excluded.${name}`)
    .join(", "),
);
const namesOf = (columns: readonly Column[]): RawBuilder<unknown> => sql.raw(columns.map(([name]) => name).join(", "));

/** A clock that was set back must not put a row before one that is there: it would change what was known at that time. */
const knownFrom = (at: EpochMs): RawBuilder<unknown> => sql`coalesce(
  (SELECT max(h.calculated_at) + interval '1 microsecond' FROM flow.score_history h
    WHERE h.wallet_key = p.wallet_key AND h.calculated_at > ${ts(at)}), ${ts(at)})`;

export async function saveScores(trx: Trx, scores: Scores, at: EpochMs): Promise<void> {
  const arrays = sql.join(COLUMNS.map(([, values]) => values(scores)));
  await sql`INSERT INTO flow.wallet_score (${namesOf(COLUMNS)}, calculated_at)
    SELECT *, ${ts(at)} FROM unnest(${arrays})
    ON CONFLICT (wallet_key) DO UPDATE SET ${updates}, calculated_at = excluded.calculated_at`.execute(trx);
}

export async function appendHistory(trx: Trx, scores: Scores, at: EpochMs): Promise<void> {
  if (scores.length === 0) return;
  const arrays = sql.join(SNAPSHOT.map(([, values]) => values(scores)));
  const columns = namesOf(SNAPSHOT);
  await sql`WITH appended AS (
      INSERT INTO flow.score_history (${columns}, calculated_at)
      SELECT p.*, ${knownFrom(at)} FROM unnest(${arrays}) AS p (${columns}) RETURNING calculated_at)
    UPDATE flow.ledger_state SET published_at = greatest(published_at, (SELECT max(calculated_at) FROM appended))`.execute(
    trx,
  );
}

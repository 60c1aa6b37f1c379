/** What a wallet's score is made of: integer sums over its units and days, added up by the database. */
import { type RawBuilder, sql, type Transaction } from "kysely";
import { infrastructureOf } from "../../../core/chain/infrastructure.ts";
import type { Address } from "../../../core/ids/ids.ts";
import type { Tier, TierState } from "../../../core/reputation/tiers.ts";
import type { WalletFacts } from "../../../core/reputation/wallet-score.ts";
import { DAY_MS, type EpochMs } from "../../../core/time/time.ts";
import { int4Array, ts } from "../codecs.ts";
import type { Schema } from "../schema.ts";

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
  largest_unit: string;
  is_labelled: boolean;
  is_wash: boolean;
};

export type LoadedFacts = { readonly facts: WalletFacts; readonly address: Address; readonly hasClosedUnit: boolean };

/** Of the wallet's row in flow.wallet_score. */
export type PublishedRow = {
  readonly reputation_score: number;
  readonly confidence_score: number;
  readonly trader_tier: string;
  readonly ineligible_reason: string | null;
  readonly score_version: number;
  readonly source: string;
  readonly published_markets: bigint;
  readonly published_sum: bigint;
  readonly published_squares: string;
};

type TierBeforeRow = { readonly tier_before: string | null; readonly runs_before: number };

/** With what was published last, and the tier before the open run; null: none. */
export type DueWallet = LoadedFacts & {
  readonly published: PublishedRow | null;
  readonly tierBefore: TierState | null;
};

type DueRow = Omit<FactsRow, "largest_unit"> & { largest_unit: string | null } & TierBeforeRow & {
    [Name in keyof PublishedRow]: PublishedRow[Name] | null;
  };

/** Where units and days are counted: our own ledger, or what was imported of the venue's history of accounts. */
export type FactsTables = { readonly units: RawBuilder<unknown>; readonly days: RawBuilder<unknown> };
export const OWN: FactsTables = { units: sql.table("flow.unit"), days: sql.table("flow.wallet_day") };

/** The wallets' sums as they are kept, inside the lookback that the last `moveWindow` set; `keepTiers` goes before. */
export async function loadDue(trx: Trx, walletKeys: readonly number[], cutoff: EpochMs): Promise<readonly DueWallet[]> {
  const keys = int4Array(walletKeys);
  const { rows } = await sql<DueRow>`
    SELECT due.wallet_key, w.address, coalesce(c.closed_ever, 0) AS closed_ever, coalesce(c.both_sides, 0) AS both,
      ${zeroes("c", ["units", "wins", "losses", "incomplete", "roi", "roi_squared", "edge_markets", "edge_sum"])},
      ${zeroes("c", ["timed_cost", "ahead_cost", "cost_ms", "cost", "pnl", "gross_profit", "gross_loss"])},
      ${zeroes("c", ["edge_sum_of_squares", "fills", "volume", "maker_volume"])}, ${JUDGEMENT},
      CASE WHEN c.wallet_key IS NULL THEN 0 ELSE c.largest_unit END AS largest_unit,
      s.reputation_score, s.confidence_score, s.trader_tier, s.ineligible_reason, s.score_version, s.source,
      s.edge_markets AS published_markets, s.edge_sum AS published_sum, s.edge_sum_of_squares AS published_squares,
      t.trader_tier AS tier_before, t.tier_runs AS runs_before
    FROM unnest(${keys}) AS due (wallet_key) JOIN flow.wallet w USING (wallet_key)
    LEFT JOIN flow.wallet_label l USING (address) LEFT JOIN flow.wallet_sums c USING (wallet_key)
    LEFT JOIN flow.wallet_score s USING (wallet_key) LEFT JOIN flow.tier_before t USING (wallet_key)`.execute(trx);
  const forgotten = rows.filter((row) => row.largest_unit === null).map((row) => row.wallet_key);
  const largest = await findLargest(trx, forgotten, cutoff);
  return rows.map((row) => ({
    ...toFacts({ ...row, largest_unit: row.largest_unit ?? largest.get(row.wallet_key) ?? "0" }),
    published: row.score_version === null ? null : (row as PublishedRow),
    tierBefore: row.tier_before === null ? null : { tier: row.tier_before as Tier, runsPast: row.runs_before },
  }));
}

/** Looks for the largest units of wallets that lost theirs, and keeps them. */
async function findLargest(
  trx: Trx,
  walletKeys: readonly number[],
  cutoff: EpochMs,
): Promise<ReadonlyMap<number, string>> {
  if (walletKeys.length === 0) return new Map();
  const { rows } = await sql<{ wallet_key: number; largest_unit: string }>`
    UPDATE flow.wallet_sums s SET largest_unit = (
      SELECT greatest(max(u.realised), 0) FROM flow.unit u WHERE u.wallet_key = s.wallet_key
        AND u.closed_at > ${ts(cutoff)} AND u.roi_micros IS NOT NULL AND NOT u.is_combo)
    WHERE s.wallet_key = ANY(${int4Array(walletKeys)}) RETURNING wallet_key, largest_unit::text`.execute(trx);
  return new Map(rows.map((row) => [row.wallet_key, row.largest_unit]));
}

const zeroes = (table: string, columns: readonly string[]): RawBuilder<unknown> =>
  sql.raw(columns.map((column) => `coalesce(${table}.${column}, 0) AS ${column}`).join(", "));

const JUDGEMENT = sql.raw(`
  coalesce(l.block_number <= (SELECT finalized_block FROM flow.chain_state), false) AS is_labelled,
  EXISTS (SELECT FROM flow.wallet_wash x WHERE x.wallet_key = due.wallet_key) AS is_wash`);

/** Added up from units that closed after `cutoff`, and fills from the day of the cutoff on. */
export async function loadFacts(
  trx: Trx,
  walletKeys: readonly number[],
  cutoff: EpochMs,
  tables: FactsTables = OWN,
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
        greatest(max(realised) FILTER (WHERE in_window AND roi_micros IS NOT NULL), 0)::text AS largest_unit,
        count(edge_micros) FILTER (WHERE in_window) AS edge_markets,
        coalesce(sum(edge_micros) FILTER (WHERE in_window), 0) AS edge_sum,
        coalesce(sum(edge_micros::int8 * edge_micros) FILTER (WHERE in_window), 0) AS edge_sum_of_squares
      FROM (SELECT *, closed_at > ${ts(cutoff)} AS in_window FROM ${tables.units}
        WHERE closed_at IS NOT NULL AND NOT is_combo AND wallet_key = ANY(${int4Array(walletKeys)})) u
      GROUP BY wallet_key),
    days AS (
      SELECT wallet_key, sum(fills) AS fills, sum(volume_micros) AS volume, sum(maker_volume_micros) AS maker_volume
      FROM ${tables.days}
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
      coalesce(d.volume, 0) AS volume, coalesce(d.maker_volume, 0) AS maker_volume,
      coalesce(c.largest_unit, '0') AS largest_unit,
      ${JUDGEMENT}
    FROM due JOIN flow.wallet w USING (wallet_key) LEFT JOIN flow.wallet_label l USING (address)
    LEFT JOIN closed c USING (wallet_key) LEFT JOIN days d USING (wallet_key)`.execute(trx);
  return rows.map(toFacts);
}

/** Infrastructure is never judged by what it holds and trades. */
const UNJUDGED: Omit<FactsRow, "wallet_key" | "address" | "is_labelled" | "is_wash"> = {
  ...{ closed_ever: 0n, units: 0n, wins: 0n, losses: 0n, incomplete: 0n, both: 0n, roi: 0n, roi_squared: 0n },
  ...{ timed_cost: "0", ahead_cost: "0", cost_ms: "0", cost: "0", pnl: "0", gross_profit: "0", gross_loss: "0" },
  ...{ edge_markets: 0n, edge_sum: 0n, edge_sum_of_squares: "0", fills: "0", volume: "0", maker_volume: "0" },
  largest_unit: "0",
};

function toFacts(loaded: FactsRow): LoadedFacts {
  const address = loaded.address as Address;
  const isInfrastructure = loaded.is_labelled || infrastructureOf(address) !== null;
  const row = isInfrastructure ? { ...loaded, ...UNJUDGED } : loaded;
  return {
    address,
    hasClosedUnit: row.closed_ever > 0n,
    facts: {
      walletKey: row.wallet_key,
      isInfrastructure,
      isWash: row.is_wash,
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
      largestUnitPnl: BigInt(row.largest_unit),
      grossProfit: BigInt(row.gross_profit),
      grossLoss: BigInt(row.gross_loss),
      fills: BigInt(row.fills),
      volume: BigInt(row.volume),
      makerVolume: BigInt(row.maker_volume),
    },
  };
}

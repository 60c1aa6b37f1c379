import { type RawBuilder, sql } from "kysely";
import type { Address, MarketId } from "../../core/ids/ids.ts";
import { formatUsd, shares, type UsdMicros, usd } from "../../core/money/amounts.ts";
import type { OwnUnit } from "../../core/reputation/reconcile-class.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { Measure, ReconciliationRow, ReconciliationStore } from "../../ports/reconciliation-store.ts";
import { bytes, json, ts } from "./codecs.ts";
import type { Database } from "./connect.ts";
import { kindCode } from "./lifecycle-rows.ts";

/** Writes flow.reconciliation. */
export function createReconciliationStore(db: Database): ReconciliationStore {
  return {
    async coveredFrom() {
      const { rows } = await sql<{ occurred_at: EpochMs }>`
        SELECT f.occurred_at FROM flow.fill f
        WHERE f.block_number >= (SELECT unbroken_from_block FROM flow.coverage_summary)
          AND f.block_number >= (SELECT max(from_block) FROM flow.lifecycle_coverage)
        ORDER BY f.block_number, f.log_index LIMIT 1`.execute(db.kysely);
      return rows[0]?.occurred_at ?? null;
    },
    async sample(limit) {
      const { rows } = await sql<{ address: string }>`
        SELECT w.address FROM flow.wallet_score s JOIN flow.wallet w USING (wallet_key)
        WHERE s.source = 'chain' AND s.closed_markets > 0
        ORDER BY md5(s.wallet_key || '/' || (SELECT count(*) FROM flow.reconciliation)) LIMIT ${limit}`.execute(
        db.kysely,
      );
      return rows.map((row) => row.address as Address);
    },
    units: (wallet) => loadUnits(db, wallet),
    save: (rows, at) =>
      db.transaction(async (trx) => {
        for (const row of rows) await insertRow(row, at).execute(trx);
      }),
  };
}

type UnitRow = {
  condition_id: string;
  opened_at: EpochMs;
  closed_at: EpochMs | null;
  is_incomplete: boolean;
  is_archived: boolean;
  is_transferred: boolean;
  is_converted: boolean;
  realised: bigint;
  fees: string;
  bought_0: string;
  bought_1: string;
  fee_shares_0: string;
  fee_shares_1: string;
  numerator_0: string | null;
  numerator_1: string | null;
};

async function loadUnits({ kysely }: Database, wallet: Address): Promise<readonly OwnUnit[]> {
  const bought = (outcome: 0 | 1): RawBuilder<unknown> => sql`coalesce(sum(size_micros - fee_shares)
    FILTER (WHERE NOT is_sell AND outcome_index = ${outcome}), 0)`;
  const { rows } = await sql<UnitRow>`
    WITH w AS (SELECT wallet_key FROM flow.wallet WHERE address = ${bytes(wallet)}),
    fills AS (
      SELECT market_key, coalesce(sum(fee_micros - fee_shares), 0) AS fees, ${bought(0)} AS bought_0, ${bought(1)} AS bought_1,
        sum(fee_shares * (1 - outcome_index)) AS fee_shares_0, sum(fee_shares * outcome_index) AS fee_shares_1
      FROM (SELECT t.market_key, t.outcome_index, f.is_sell, f.size_micros, f.fee_micros,
          CASE WHEN f.fee_in_shares THEN f.fee_micros ELSE 0 END AS fee_shares
        FROM flow.fill f JOIN flow.token t USING (token_key) WHERE f.wallet_key = (SELECT wallet_key FROM w)) f
      GROUP BY market_key),
    effects AS (
      SELECT t.market_key, bool_or(l.kind = ${kindCode("transfer")}) AS is_transferred,
        bool_or(l.kind IN (${kindCode("convert")}, ${kindCode("migrate")})) AS is_converted,
        sum(l.amount_micros) FILTER (WHERE l.kind = ${kindCode("split")} AND t.outcome_index = 0) AS split_0,
        sum(l.amount_micros) FILTER (WHERE l.kind = ${kindCode("split")} AND t.outcome_index = 1) AS split_1
      FROM flow.unit u JOIN flow.token t USING (market_key)
      JOIN flow.lifecycle l ON l.token_key = t.token_key AND l.wallet_key = u.wallet_key
      WHERE u.wallet_key = (SELECT wallet_key FROM w) GROUP BY t.market_key)
    SELECT m.condition_id, u.opened_at, u.closed_at, u.is_incomplete, u.realised,
      coalesce(u.opened_at <= (SELECT max(last_at) FROM flow.archive_file WHERE content = 'fill' AND source = 'chain'),
        false) AS is_archived,
      coalesce(e.is_transferred, false) AS is_transferred, coalesce(e.is_converted, false) AS is_converted,
      coalesce(f.fees, 0) AS fees, coalesce(f.bought_0, 0) + coalesce(e.split_0, 0) AS bought_0,
      coalesce(f.bought_1, 0) + coalesce(e.split_1, 0) AS bought_1, coalesce(f.fee_shares_0, 0) AS fee_shares_0,
      coalesce(f.fee_shares_1, 0) AS fee_shares_1, r.numerator_0, r.numerator_1
    FROM flow.unit u JOIN flow.market m USING (market_key) LEFT JOIN fills f USING (market_key)
    LEFT JOIN effects e USING (market_key) LEFT JOIN flow.resolution r USING (market_key)
    WHERE u.wallet_key = (SELECT wallet_key FROM w) AND NOT u.is_combo ORDER BY u.opened_at`.execute(kysely);
  return rows.map(toUnit);
}

function toUnit(row: UnitRow): OwnUnit {
  const { numerator_0, numerator_1 } = row;
  const token = (bought: string, fee: string) => ({ bought: shares(BigInt(bought)), feeShares: shares(BigInt(fee)) });
  return {
    ...{ marketId: row.condition_id as MarketId, openedAt: row.opened_at, closedAt: row.closed_at },
    ...{ isIncomplete: row.is_incomplete, isArchived: row.is_archived },
    ...{ isTransferred: row.is_transferred, isConverted: row.is_converted },
    ...{ realised: usd(row.realised), fees: usd(BigInt(row.fees)) },
    tokens: [token(row.bought_0, row.fee_shares_0), token(row.bought_1, row.fee_shares_1)],
    payoutNumerators: numerator_0 === null || numerator_1 === null ? null : [BigInt(numerator_0), BigInt(numerator_1)],
  };
}

const dollars = (value: UsdMicros | null): string | null => (value === null ? null : formatUsd(value));

function insertRow(row: ReconciliationRow, at: EpochMs): RawBuilder<unknown> {
  const { measure, coveredFrom, walletsSampled, errors, notComparable } = row;
  const worst = errors.worst.map(({ wallet, ours, venue, units, cause, differences }) => ({
    ...{ wallet, ours_usd: formatUsd(ours), venue_usd: formatUsd(venue), units, cause },
    market_id: differences[0]?.marketId ?? null,
  }));
  const causes = errors.causes.map(({ cause, differences, sizeUsd }) => ({
    ...{ cause, differences, size_usd: formatUsd(sizeUsd) },
  }));
  const unexplained = errors.causes.find(({ cause }) => cause === "UNEXPLAINED")?.differences ?? 0;
  return sql`INSERT INTO flow.reconciliation (reconciled_at, covered_from, measure, wallets_sampled, wallets_compared,
      units_compared, median_error_usd, p90_error_usd, p99_error_usd, max_error_usd, median_relative, p90_relative,
      p99_relative, max_relative, share_within_1_pct, not_comparable, causes, unexplained, worst)
    VALUES (${ts(at)}, ${ts(coveredFrom)}, ${measure}, ${walletsSampled}, ${errors.wallets}, ${errors.units},
      ${dollars(errors.usd.median)}, ${dollars(errors.usd.p90)}, ${dollars(errors.usd.p99)}, ${dollars(errors.usd.max)},
      ${errors.relative.median}, ${errors.relative.p90}, ${errors.relative.p99}, ${errors.relative.max},
      ${errors.shareWithin1Pct}, ${json(Object.fromEntries(notComparable))}, ${json(causes)}, ${unexplained},
      ${json(worst)})`;
}

/** What is kept of a run; amounts are decimal text in dollars. */
export type Reconciliation = {
  readonly reconciledAt: EpochMs;
  readonly measure: Measure;
  readonly wallets: number;
  readonly units: number;
  readonly medianUsd: string | null;
  readonly p99Usd: string | null;
  readonly maxUsd: string | null;
  readonly shareWithin1Pct: number | null;
  readonly unexplained: number;
};

/** The newest of each measure: the figures of the dashboard and of `orderflow status`. */
export async function readReconciliations({ kysely }: Database): Promise<readonly Reconciliation[]> {
  const { rows } = await sql<Reconciliation>`
    SELECT DISTINCT ON (measure) reconciled_at AS "reconciledAt", measure, wallets_compared AS wallets,
      units_compared AS units, median_error_usd::text AS "medianUsd", p99_error_usd::text AS "p99Usd",
      max_error_usd::text AS "maxUsd", share_within_1_pct AS "shareWithin1Pct", unexplained
    FROM flow.reconciliation ORDER BY measure, id DESC`.execute(kysely);
  return rows;
}

import { sql } from "kysely";
import type { Address, MarketId } from "../../core/ids/ids.ts";
import { formatUsd, type UsdMicros, usd } from "../../core/money/amounts.ts";
import type { Compared, OwnUnit } from "../../core/reputation/reconcile.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { ReconciliationRow, ReconciliationStore } from "../../ports/reconciliation-store.ts";
import { bytes, json, ts } from "./codecs.ts";
import type { Database } from "./connect.ts";
import { kindCode } from "./lifecycle-rows.ts";

/** Conversions, migrations and transfers; splits, merges and redemptions come before them. */
const FIRST_MOVING_KIND = kindCode("convert");

type UnitRow = {
  condition_id: string;
  opened_at: EpochMs;
  closed_at: EpochMs | null;
  is_incomplete: boolean;
  is_moved: boolean;
  realised: bigint;
  fees: string;
};

/** Writes flow.reconciliation. */
export function createReconciliationStore(db: Database): ReconciliationStore {
  return {
    async coveredFrom() {
      const { rows } = await sql<{ occurred_at: EpochMs }>`
        SELECT f.occurred_at FROM flow.fill f
        WHERE f.block_number >= (SELECT unbroken_from_block FROM flow.coverage_summary)
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
        for (const row of rows) await sql`${insertRow(row, at)}`.execute(trx);
      }),
  };
}

async function loadUnits({ kysely }: Database, wallet: Address): Promise<readonly OwnUnit[]> {
  const { rows } = await sql<UnitRow>`
    WITH w AS (SELECT wallet_key FROM flow.wallet WHERE address = ${bytes(wallet)}),
    fees AS (
      SELECT t.market_key, sum(f.fee_micros) AS fees FROM flow.fill f JOIN flow.token t USING (token_key)
      WHERE f.wallet_key = (SELECT wallet_key FROM w) AND NOT f.fee_in_shares GROUP BY t.market_key)
    SELECT m.condition_id, u.opened_at, u.closed_at, u.is_incomplete, u.realised, coalesce(fees.fees, 0) AS fees,
      EXISTS (SELECT FROM flow.lifecycle l JOIN flow.token t USING (token_key) WHERE l.wallet_key = u.wallet_key
        AND t.market_key = u.market_key AND l.kind >= ${FIRST_MOVING_KIND}) AS is_moved
    FROM flow.unit u JOIN flow.market m USING (market_key) LEFT JOIN fees USING (market_key)
    WHERE u.wallet_key = (SELECT wallet_key FROM w) AND NOT u.is_combo ORDER BY u.opened_at`.execute(kysely);
  return rows.map((row) => ({
    ...{ marketId: row.condition_id as MarketId, openedAt: row.opened_at, closedAt: row.closed_at },
    ...{
      isIncomplete: row.is_incomplete,
      isMoved: row.is_moved,
      realised: usd(row.realised),
      fees: usd(BigInt(row.fees)),
    },
  }));
}

const dollars = (value: UsdMicros | null): string | null => (value === null ? null : formatUsd(value));

function insertRow({ measure, coveredFrom, walletsSampled, errors, notComparable }: ReconciliationRow, at: EpochMs) {
  const worst = errors.worst.map(({ wallet, ours, venue, units }: Compared) => ({
    ...{ wallet, ours_usd: formatUsd(ours), venue_usd: formatUsd(venue), units },
  }));
  return sql`INSERT INTO flow.reconciliation (reconciled_at, covered_from, measure, wallets_sampled, wallets_compared,
      units_compared, median_error_usd, p95_error_usd, median_relative, p95_relative, share_within_1_pct, not_comparable,
      worst)
    VALUES (${ts(at)}, ${ts(coveredFrom)}, ${measure}, ${walletsSampled}, ${errors.wallets}, ${errors.units},
      ${dollars(errors.medianUsd)}, ${dollars(errors.p95Usd)}, ${errors.medianRelative}, ${errors.p95Relative},
      ${errors.shareWithin1Pct}, ${json(Object.fromEntries(notComparable))}, ${json(worst)})`;
}

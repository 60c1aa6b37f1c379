import { createHash } from "node:crypto";
import { type Kysely, sql, type Transaction } from "kysely";
import { ConfigError } from "../../core/errors.ts";
import type { Database } from "./connect.ts";
import { LOCKS } from "./locks.ts";
import { chainSql } from "./migrations/0001_chain.ts";
import { reputationSql } from "./migrations/0002_reputation.ts";
import { executorSql } from "./migrations/0003_executor.ts";
import { archiveSql } from "./migrations/0004_archive.ts";
import { lifecycleSql } from "./migrations/0005_lifecycle.ts";
import { sourcesSql } from "./migrations/0006_sources.ts";
import { bootstrapSql } from "./migrations/0007_bootstrap.ts";
import { reputationRulesSql } from "./migrations/0008_reputation_rules.ts";
import { operatorSql } from "./migrations/0009_operator.ts";
import { reconciliationSql } from "./migrations/0010_reconciliation.ts";
import { liveSql } from "./migrations/0011_live.ts";
import { engineStateSql } from "./migrations/0012_engine_state.ts";
import { walletSumsSql } from "./migrations/0013_wallet_sums.ts";
import { significanceSql } from "./migrations/0014_significance.ts";
import { paperEstimatesSql } from "./migrations/0015_paper_estimates.ts";
import { walletDayAddedSql } from "./migrations/0016_wallet_day_added.ts";
import { controlsSql } from "./migrations/0017_controls.ts";
import { equitySql } from "./migrations/0018_equity.ts";
import { settlementSql } from "./migrations/0019_settlement.ts";
import { edgeOnReadSql } from "./migrations/0020_edge_on_read.ts";
import { rolesSql } from "./migrations/0021_roles.ts";
import { waitingRowsSql } from "./migrations/0022_waiting_rows.ts";
import { unitSumsJoinSql } from "./migrations/0023_unit_sums_join.ts";
import { commitRangeSql } from "./migrations/0024_commit_range.ts";
import { liveAccountSql } from "./migrations/0025_live_account.ts";
import { backtestSql } from "./migrations/0026_backtest.ts";
import { sweepSql } from "./migrations/0027_sweep.ts";
import { eligibleWalletsSql } from "./migrations/0028_eligible_wallets.ts";
import { modelSql } from "./migrations/0029_model.ts";
import { restingOrdersSql } from "./migrations/0030_resting_orders.ts";
import { reportsSql } from "./migrations/0031_reports.ts";
import { journalFillsSql } from "./migrations/0032_journal_fills.ts";
import { grantRoles } from "./roles.ts";
import type { Schema } from "./schema.ts";

export type Migration = {
  readonly name: string;
  readonly sql: string;
  /** It only adds: versions that do not know it may go on with what they know. Without it they stop. */
  readonly oldMayStay?: boolean;
};

/** Forward only; a name that was released is never edited, reordered or removed. */
export const migrations: readonly Migration[] = [
  { name: "0001_chain", sql: chainSql },
  { name: "0002_reputation", sql: reputationSql },
  { name: "0003_executor", sql: executorSql },
  { name: "0004_archive", sql: archiveSql },
  { name: "0005_lifecycle", sql: lifecycleSql },
  { name: "0006_sources", sql: sourcesSql },
  { name: "0007_bootstrap", sql: bootstrapSql },
  { name: "0008_reputation_rules", sql: reputationRulesSql },
  { name: "0009_operator", sql: operatorSql },
  { name: "0010_reconciliation", sql: reconciliationSql },
  { name: "0011_live", sql: liveSql },
  { name: "0012_engine_state", sql: engineStateSql },
  { name: "0013_wallet_sums", sql: walletSumsSql },
  { name: "0014_significance", sql: significanceSql },
  { name: "0015_paper_estimates", sql: paperEstimatesSql },
  { name: "0016_wallet_day_added", sql: walletDayAddedSql },
  { name: "0017_controls", sql: controlsSql },
  { name: "0018_equity", sql: equitySql },
  { name: "0019_settlement", sql: settlementSql },
  { name: "0020_edge_on_read", sql: edgeOnReadSql },
  { name: "0021_roles", sql: rolesSql },
  { name: "0022_waiting_rows", sql: waitingRowsSql },
  { name: "0023_unit_sums_join", sql: unitSumsJoinSql },
  { name: "0024_commit_range", sql: commitRangeSql },
  { name: "0025_live_account", sql: liveAccountSql },
  { name: "0026_backtest", sql: backtestSql },
  { name: "0027_sweep", sql: sweepSql },
  { name: "0028_eligible_wallets", sql: eligibleWalletsSql },
  { name: "0029_model", sql: modelSql },
  { name: "0030_resting_orders", sql: restingOrdersSql },
  { name: "0031_reports", sql: reportsSql },
  { name: "0032_journal_fills", sql: journalFillsSql },
];

const checksum = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Names and digests, as databases remember them. */
export const migrationList = (): readonly { readonly name: string; readonly checksum: string }[] =>
  migrations.map(({ name, sql: text }) => ({ name, checksum: checksum(text) }));

/**
 * Brings the database to the newest schema in one transaction, under a lock, so that services which start together
 * migrate once. (Kysely's migrator keeps no checksums and needs two more tables for the same work.)
 * @returns names applied now
 * @throws ConfigError when an applied migration was edited, or is of a newer version beside which this one must not work
 */
export function migrate(db: Database, list: readonly Migration[] = migrations): Promise<readonly string[]> {
  return db.transaction(async (trx) => {
    const applied = await migrateWithin(trx, list);
    if (applied.length > 0 && db.engine === "postgresql") await grantRoles(trx);
    return applied;
  });
}

/**
 * Migrations of a newer version that this one may work beside.
 * @throws ConfigError as `migrate`
 */
export async function newerMigrations(db: Database): Promise<readonly string[]> {
  return (await compare(db.kysely, migrations)).newer;
}

/** The same inside a transaction that does more. */
export async function migrateWithin(trx: Transaction<Schema>, list: readonly Migration[]): Promise<readonly string[]> {
  // A service that may write to its own tables only comes no further than this.
  if (await isUpToDate(trx, list)) return [];
  await sql`SELECT pg_advisory_xact_lock(${LOCKS.migration.toString()}::int8)`.execute(trx);
  await sql`CREATE SCHEMA IF NOT EXISTS flow`.execute(trx);
  await sql`CREATE TABLE IF NOT EXISTS flow.migration (
    name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`.execute(trx);
  // Not by a migration: older versions read it, whatever they know.
  await sql`ALTER TABLE flow.migration ADD COLUMN IF NOT EXISTS old_may_stay boolean NOT NULL DEFAULT false`.execute(
    trx,
  );
  const { pending } = await compare(trx, list);
  for (const { name, sql: text, oldMayStay = false } of pending) {
    await sql.raw(text).execute(trx);
    await sql`INSERT INTO flow.migration (name, checksum, old_may_stay)
      VALUES (${name}, ${checksum(text)}, ${oldMayStay})`.execute(trx);
  }
  return pending.map(({ name }) => name);
}

async function isUpToDate(trx: Transaction<Schema>, list: readonly Migration[]): Promise<boolean> {
  const { rows } = await sql<{ found: string | null }>`SELECT to_regclass('flow.migration')::text AS found`.execute(
    trx,
  );
  return rows[0]?.found != null && (await compare(trx, list)).pending.length === 0;
}

type Applied = { readonly name: string; readonly checksum: string; readonly old_may_stay: boolean };

/** What is to be applied, and what a newer version has applied that this one may work beside. */
async function compare(db: Kysely<Schema>, list: readonly Migration[]) {
  // Databases of before have no such column.
  const { rows } = await sql<Applied>`
    SELECT name, checksum, coalesce((to_jsonb(m) ->> 'old_may_stay')::boolean, false) AS old_may_stay
    FROM flow.migration m ORDER BY name`.execute(db);
  const problems: string[] = [];
  list.slice(0, rows.length).forEach((known, index) => {
    const applied = rows[index];
    if (applied?.name !== known.name)
      problems.push(`database: migration ${applied?.name} was applied but this version does not know it`);
    else if (checksum(known.sql) !== applied.checksum)
      problems.push(`database: migration ${known.name} was edited after it was applied`);
  });
  const newer = rows.slice(list.length);
  const breaking = newer.find(({ old_may_stay }) => !old_may_stay);
  if (breaking !== undefined) {
    problems.push(
      `database: its tables are those of a newer version (migration ${breaking.name}), which this version does not know and must not ` +
        "write to. Install that version, or restore the backup of before the upgrade",
    );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return { pending: list.slice(rows.length), newer: newer.map(({ name }) => name) };
}

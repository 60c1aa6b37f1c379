import { sql, type Transaction } from "kysely";
import type { Database } from "./connect.ts";
import type { Schema } from "./schema.ts";

/**
 * What each service may write; everybody may read everything. One role for each, without a login of its own: whoever runs
 * the server makes a user for each service and grants it the role. The embedded engine has one user and no use for them.
 */
export const WRITABLE = {
  listener: [
    ...["wallet", "market", "token", "resolution", "fill_packed", "quarantine", "block", "coverage", "coverage_part"],
    ...["chain_state", "ingest", "wallet_activity", "lifecycle", "lifecycle_coverage", "neg_risk_market"],
    ...["neg_risk_question", "protocol_event", "combo_leg", "wallet_owner", "wallet_label", "contract_upgrade"],
    ...["contract_halt", "endpoint", "hinted_fill", "archive_file", "alert_outbox"],
  ],
  reputation: [
    ...["unit", "wallet_day", "wallet_day_added", "wallet_score", "wallet_sums", "wallet_wash", "score_history"],
    ...[
      "score_due",
      "tier_before",
      "edge_prior",
      "edge_population",
      "ledger_state",
      "ledger_range",
      "ledger_market",
      "ledger_waiting",
      "ledger_due",
    ],
    ...["import_run", "import_wallet", "import_unit", "import_day", "reconciliation", "reader_cursor", "alert_outbox"],
  ],
  executor: [
    ...[
      "signal",
      "position",
      "trade_order",
      "own_fill",
      "live_order",
      "control",
      "journal",
      "executor_state",
      "command",
    ],
    ...["performance_day", "significance", "equity", "redemption", "claim", "reader_cursor", "alert_outbox"],
    ...["live_account", "live_arming", "live_difference"],
  ],
  dashboard: ["command"],
  backtest: ["variant", "sweep", "sweep_variant", "report", "model"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type ServiceRole = keyof typeof WRITABLE;

export const roleName = (service: ServiceRole): string => `orderflow_${service}`;

/** Written when the tables are made, and by nobody afterwards. */
export const READ_ONLY = ["exchange", "migration"];

const services = Object.keys(WRITABLE) as readonly ServiceRole[];

/**
 * Makes the roles where this user may, and grants each what it needs. A user that owns the tables and may make no roles grants
 * to those that exist.
 * @returns the roles that exist now
 */
export async function grantRoles(trx: Transaction<Schema>): Promise<readonly string[]> {
  const { rows: me } = await sql<{ may: boolean }>`
    SELECT rolsuper OR rolcreaterole AS may FROM pg_roles WHERE rolname = current_user`.execute(trx);
  if (me[0]?.may === true) for (const service of services) await sql.raw(createRole(roleName(service))).execute(trx);
  const { rows } = await sql<{ rolname: string }>`
    SELECT rolname FROM pg_roles WHERE rolname IN (${sql.join(services.map(roleName))})`.execute(trx);
  const existing = new Set(rows.map(({ rolname }) => rolname));
  for (const service of services)
    if (existing.has(roleName(service))) await sql.raw(grants(roleName(service), WRITABLE[service])).execute(trx);
  // Fills are copied into partitions, some of which are there already.
  await sql`SELECT flow.admit_writers(c.relname) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'flow.fill_packed'::regclass`.execute(trx);
  const listener = roleName("listener");
  if (existing.has(listener)) await sql.raw(`GRANT EXECUTE ON FUNCTION ${PARTITIONING} TO ${listener}`).execute(trx);
  return [...existing];
}

/**
 * The same on tables that are up to date: for roles that somebody has made since.
 * @returns the roles that have their rights now; none where this user does not own the tables, or on the embedded engine
 */
export async function renewGrants(db: Database): Promise<readonly string[]> {
  if (db.engine !== "postgresql") return [];
  return db.transaction(async (trx) => {
    const { rows } = await sql<{ owns: boolean }>`
      SELECT pg_has_role(relowner, 'USAGE') AS owns FROM pg_class WHERE oid = 'flow.migration'::regclass`.execute(trx);
    return rows[0]?.owns === true ? grantRoles(trx) : [];
  });
}

/** Done with the rights of the tables' owner; everybody else may not. */
const PARTITIONING = [
  ...["flow.ensure_fill_partition(int)", "flow.ensure_lifecycle_partition(int)"],
  ...["flow.lock_fill_partition(regclass)", "flow.drop_archived_partition(regclass)"],
].join(", ");

/** Roles belong to the whole server: another database of it may be making the same one at this moment. */
const createRole = (role: string): string => `DO $$ BEGIN
  CREATE ROLE ${role} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$`;

const grants = (role: string, tables: readonly string[]): string => `
  GRANT USAGE ON SCHEMA flow, public TO ${role};
  GRANT SELECT ON ALL TABLES IN SCHEMA flow, public TO ${role};
  ALTER DEFAULT PRIVILEGES IN SCHEMA flow GRANT SELECT ON TABLES TO ${role};
  GRANT INSERT, UPDATE, DELETE, TRUNCATE ON ${tables.map((table) => `flow.${table}`).join(", ")} TO ${role};`;

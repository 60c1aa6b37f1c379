import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { SERVER_SETTINGS } from "../../bench/support/server-settings.ts";
import { openDatabase } from "../../src/adapters/postgres/connect.ts";
import { startPostgres } from "../support/postgres-server.ts";
import { CLI, SERVICES } from "./services.ts";

export type Counts = Readonly<Record<"fills" | "wallets" | "signals" | "orders" | "positions", number>>;

/** Migrations that were made, and whether versions without them may go on. */
type Upgrade = { readonly made: readonly string[]; readonly oldMayStay: boolean };

/**
 * A PostgreSQL of its own with a user for each service, and what is asked of it. Its owner may do all.
 * @param cli of the version that makes the tables
 */
export async function createSoakDatabase(firstBlock: number, cli: string) {
  const server = await startPostgres(SERVER_SETTINGS);
  if (server === null) throw new Error("the soak needs PostgreSQL's binaries, and none were found");
  const { url } = server;
  const owner = await openDatabase({ url });
  await migrateWith(cli);
  for (const name of SERVICES) {
    await sql.raw(`CREATE USER flow_${name} IN ROLE orderflow_${name}`).execute(owner.kysely);
  }
  await sql`UPDATE flow.chain_state SET follow_from_block = ${firstBlock}`.execute(owner.kysely);

  async function one<Row>(query: string): Promise<Row> {
    const { rows } = await sql.raw<Row>(query).execute(owner.kysely);
    const [row] = rows;
    if (row === undefined) throw new Error(`no row: ${query}`);
    return row;
  }

  return {
    ownerUrl: server.url,
    version: server.version,
    /** Brings the tables to this version. */
    async upgrade(): Promise<Upgrade> {
      const before = (await applied()).length;
      await migrateWith(CLI);
      const made = (await applied()).slice(before);
      return { made: made.map(({ name }) => name), oldMayStay: made.every(({ old_may_stay }) => old_may_stay) };
    },
    urlOf: (service: string): string => server.url.replace("user=postgres", `user=flow_${service}`),

    /** @param read the newest entry of the ingest log that the executor has read */
    async progress(read: number): Promise<{ readonly covered: number; readonly executorLagSeconds: number }> {
      const { covered, waitingSince } = await one<{ covered: number; waitingSince: number | null }>(`
        SELECT coalesce((SELECT max(to_block) FROM flow.coverage), 0)::int AS covered,
          (SELECT extract(epoch FROM committed_at)::float8 FROM flow.ingest WHERE seq > greatest(${read},
            (SELECT max(seq) FROM flow.reader_cursor WHERE reader = 'executor:PAPER')) ORDER BY seq LIMIT 1)
            AS "waitingSince"`);
      return {
        covered,
        executorLagSeconds: waitingSince === null ? 0 : Math.max(0, Date.now() / 1_000 - waitingSince),
      };
    },

    counts: () =>
      one<Counts>(`SELECT (SELECT count(*)::int FROM flow.fill_packed) AS fills,
        (SELECT count(*)::int FROM flow.wallet) AS wallets, (SELECT count(*)::int FROM flow.signal) AS signals,
        (SELECT count(*)::int FROM flow.trade_order) AS orders, (SELECT count(*)::int FROM flow.position) AS positions`),

    /** Milliseconds from our knowledge of a fill to the decision on it, of what was seen since a moment. */
    decisions: (sinceMs: number) =>
      one<Record<"p50" | "p99", number | null>>(`
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::float8 AS p50,
          percentile_cont(0.99) WITHIN GROUP (ORDER BY ms)::float8 AS p99
        FROM (SELECT extract(epoch FROM created_at - trigger_known_at) * 1000 AS ms FROM flow.signal
          WHERE created_at > to_timestamp(${sinceMs / 1_000})) s`),

    async isDone(): Promise<boolean> {
      return (await leftOver()).length === 0;
    },
    whatIsLeft: () => leftOver(),

    /** Things that cannot be, whatever happened. */
    async problems(folder: string): Promise<readonly string[]> {
      const { doubled, unanswered, quarantined } = await one<Record<"doubled" | "unanswered" | "quarantined", number>>(`
        SELECT (SELECT count(*)::int FROM (SELECT 1 FROM flow.position GROUP BY signal_id HAVING count(*) > 1) d) AS doubled,
          (SELECT count(*)::int FROM flow.trade_order WHERE status = 'SUBMITTED') AS unanswered,
          (SELECT count(*)::int FROM flow.quarantine) AS quarantined`);
      const problems: string[] = [];
      if (doubled > 0) problems.push(`${doubled} signals have two positions`);
      if (unanswered > 0) problems.push(`${unanswered} orders were never answered`);
      if (quarantined > 0) problems.push(`${quarantined} logs in quarantine`);
      const { error, out } = await run(CLI, ["recompute"], folder, server.url);
      console.log(out);
      return error === null ? problems : [...problems, `recompute: ${error}`];
    },

    /** For whoever looks for the cause. @returns where it is, or why there is none */
    async backup(folder: string): Promise<string> {
      const to = join(folder, "backup");
      return (await run(CLI, ["backup", to], folder, server.url)).error ?? to;
    },

    async stop(): Promise<void> {
      await owner.close();
      await server.stop();
    },
  };

  async function applied() {
    return (
      await sql<{ name: string; old_may_stay: boolean }>`
        SELECT name, old_may_stay FROM flow.migration ORDER BY name`.execute(owner.kysely)
    ).rows;
  }

  async function migrateWith(version: string): Promise<void> {
    const { error } = await run(version, ["migrate"], tmpdir(), url);
    if (error !== null) throw new Error(`migrate ${error}`);
  }

  async function leftOver(): Promise<readonly string[]> {
    const row = await one<Record<"unread" | "unscored" | "unapplied" | "due", number>>(`
      SELECT (SELECT count(*)::int FROM flow.ingest WHERE seq > coalesce(
          (SELECT min(seq) FROM flow.reader_cursor WHERE reader = 'executor:PAPER'), 0)) AS unread,
        (SELECT count(*)::int FROM flow.ingest i JOIN flow.chain_state s ON i.to_block <= s.finalized_block
          WHERE seq > coalesce((SELECT min(seq) FROM flow.reader_cursor WHERE reader = 'reputation'), 0)) AS unscored,
        (SELECT coalesce(sum(r.to_block - r.from_block + 1), 0)::int FROM flow.ledger_range r JOIN flow.chain_state s
          ON r.from_block <= s.finalized_block WHERE NOT r.is_applied) AS unapplied,
        (SELECT count(*)::int FROM flow.score_due) AS due`);
    return Object.entries(row).flatMap(([what, count]) => (count > 0 ? [`${what}: ${count}`] : []));
  }
}

type Ran = { readonly out: string; readonly error: string | null };

function run(cli: string, args: readonly string[], folder: string, url: string): Promise<Ran> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH ?? "", DATABASE_URL: url, DATA_DIR: folder };
    execFile(process.execPath, [cli, ...args], { cwd: folder, env, maxBuffer: 1e8 }, (error, out, err) => {
      resolve({ out, error: error === null ? null : `ended with ${error.code}: ${(err || out).slice(0, 2_000)}` });
    });
  });
}

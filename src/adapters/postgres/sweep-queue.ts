/**
 * Variants of a sweep as jobs on the server, so that any number of machines take them. pg-boss keeps them in a schema of
 * its own; what counts is in `flow.sweep_variant`, and a queue that is lost is filled again.
 */
import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { PgBoss } from "pg-boss";
import { ConfigError } from "../../core/errors.ts";
import { SECOND_MS } from "../../core/time/time.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { VariantJobs } from "../../ports/sweep.ts";
import type { Database } from "./connect.ts";
import { roleName } from "./roles.ts";

const SCHEMA = "orderflow_queue";
/** A worker says so often that it is alive; one that has not for three times as long has lost its variant. */
const BEAT_MS = 10 * SECOND_MS;
const POLL_MS = SECOND_MS;
/** Longer than any variant takes; the heartbeat notices what has died. */
const EXPIRE_SECONDS = 23 * 3_600;
const RETRIES = 1_000;

type Boss = InstanceType<typeof PgBoss>;

async function createBoss(url: string, isOwner: boolean): Promise<Boss> {
  const { PgBoss: Queue } = await import("pg-boss");
  return new Queue({
    ...{ connectionString: url, schema: SCHEMA, max: 2, application_name: "orderflow sweep" },
    ...{ migrate: isOwner, createSchema: isOwner, schedule: false, reindex: false, monitorVacuum: false },
    ...{ supervise: !isOwner, monitorIntervalSeconds: 10, superviseIntervalSeconds: 10 },
  });
}

/** Makes or renews the queue's tables, as their owner. */
export async function installQueue(db: Database, url: string): Promise<void> {
  const boss = await createBoss(url, true);
  boss.on("error", () => undefined);
  await boss.start();
  await boss.stop({ graceful: false });
  const role = roleName("backtest");
  const { rows } = await sql`SELECT FROM pg_roles WHERE rolname = ${role}`.execute(db.kysely);
  if (rows.length === 0) return;
  await sql
    .raw(
      `GRANT USAGE ON SCHEMA ${SCHEMA} TO ${role};
       GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${SCHEMA} TO ${role};
       GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${SCHEMA} TO ${role};`,
    )
    .execute(db.kysely);
}

export type SweepQueueOptions = {
  readonly url: string;
  readonly sweepId: string;
  /** In the order in which they should be taken. */
  readonly hashes: readonly string[];
  /** Whether no variant of the sweep is left, by whomever. */
  readonly isOver: () => Promise<boolean>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
};

/** @throws ConfigError where the queue's tables are missing and this user may not make them */
export async function openSweepQueue(db: Database, options: SweepQueueOptions): Promise<VariantJobs> {
  const { url, sweepId, hashes, isOver, clock, logger, signal } = options;
  const boss = (await startBoss(url, logger)) ?? (await installAndStart(db, url, logger));
  const name = `sweep-${sweepId}`;
  await boss.createQueue(name, {
    ...{ policy: "standard", retryLimit: RETRIES, expireInSeconds: EXPIRE_SECONDS },
    heartbeatSeconds: (3 * BEAT_MS) / SECOND_MS,
  });
  await boss.insert(
    name,
    hashes.map((hash, place) => ({ id: jobId(sweepId, hash), data: { hash }, priority: hashes.length - place })),
  );
  const held = new Set<string>();
  const beat = setInterval(() => {
    if (held.size > 0) boss.touch(name, [...held]).catch((error: unknown) => logger.warn("job queue", { error }));
  }, BEAT_MS);
  return {
    async next() {
      while (!signal.aborted) {
        // Whoever finished the last variant has deleted the queue.
        const [job] = await boss.fetch<{ readonly hash: string }>(name).catch(async (error: unknown) => {
          if (await isOver()) return [];
          throw error;
        });
        if (job !== undefined) {
          held.add(job.id);
          return {
            hash: job.data.hash,
            async done() {
              held.delete(job.id);
              await boss.complete(name, job.id);
            },
            async giveBack() {
              held.delete(job.id);
              await boss.fail(name, job.id);
            },
          };
        }
        if (await isOver()) return null;
        await clock.sleep(POLL_MS, signal);
      }
      return null;
    },
    async close() {
      clearInterval(beat);
      if (await isOver()) await boss.deleteQueue(name).catch(() => undefined);
      await boss.stop({ graceful: false });
    },
  };
}

/** Null: its tables are not there, or of an older version. */
async function startBoss(url: string, logger: Logger): Promise<Boss | null> {
  const boss = await createBoss(url, false);
  boss.on("error", (error) => logger.warn("job queue", { error }));
  try {
    return await boss.start();
  } catch {
    await boss.stop({ graceful: false });
    return null;
  }
}

async function installAndStart(db: Database, url: string, logger: Logger): Promise<Boss> {
  try {
    await installQueue(db, url);
    const boss = await startBoss(url, logger);
    if (boss !== null) return boss;
    throw new Error("they are of another version");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError([
      `the job queue's tables cannot be used (${why}): run \`orderflow migrate\` as the owner of the tables`,
    ]);
  }
}

/** The same variant of the same sweep is one job, however often it is put in. */
function jobId(sweepId: string, hash: string): string {
  const hex = createHash("sha256").update(`${sweepId}/${hash}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

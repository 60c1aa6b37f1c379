import { AbortedError, ConfigError } from "../../core/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { Service } from "../../ports/service.ts";
import type { Database } from "./connect.ts";
import { type Migration, migrate, migrations, newerMigrations } from "./migrate.ts";

const LOOK_EVERY_MS = 10_000;
const WAIT_MS = 5_000;
const ASK_OWNER =
  "it has not the tables of this version, and this user may not make them: run `orderflow migrate` as their owner";

/** PostgreSQL: insufficient_privilege. */
const isNotAllowed = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "42501";

type GuardDeps = { readonly database: Database; readonly clock: Clock; readonly logger: Logger };

/**
 * Brings the tables up to date. Where this user may not, waits until their owner has.
 * @param signal ends the waiting; null: does not wait
 * @throws ConfigError as `migrate`, and where it does not wait; AbortedError
 */
export async function migrateOrWait(
  { database, clock, logger }: GuardDeps,
  signal: AbortSignal | null,
  list: readonly Migration[] = migrations,
): Promise<readonly string[]> {
  for (let isTold = false; ; isTold = true) {
    try {
      return await migrate(database, list);
    } catch (error) {
      if (!isNotAllowed(error)) throw error;
    }
    if (signal === null) throw new ConfigError([`database: ${ASK_OWNER}`]);
    if (!isTold) logger.warn("waiting for the database", { reason: ASK_OWNER });
    await clock.sleep(WAIT_MS, signal);
    if (signal.aborted) throw new AbortedError();
  }
}

/**
 * Ends the process when somebody has brought the database to tables that this version must not write to. Newer ones that
 * only add are told of once.
 */
export function createSchemaGuard({ database, clock, logger }: GuardDeps): Service {
  return {
    name: "schema guard",
    health: () => ({ ready: true, detail: "the tables are this version's" }),
    async run(signal) {
      let told = 0;
      while (!signal.aborted) {
        // The database may be away for a while: that is the others' affair.
        const newer = await newerMigrations(database).catch((error: unknown) => {
          if (error instanceof ConfigError) throw error;
          return [];
        });
        if (newer.length > told) logger.info("newer tables, which this version may use", { migrations: newer });
        told = Math.max(told, newer.length);
        await clock.sleep(LOOK_EVERY_MS, signal);
      }
    },
  };
}

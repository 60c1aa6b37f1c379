import type { Environment } from "../adapters/config/environment.ts";
import type { Metrics } from "../adapters/metrics/metrics.ts";
import type { Database } from "../adapters/postgres/connect.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { ListenerConfig } from "../services/listener/listener-config.ts";

/** What a composition root builds a service from. */
export type ServiceParts = {
  readonly environment: Environment;
  readonly database: Database;
  /** Where pages are read from; absent: `database`. */
  readonly readDatabase?: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /**
   * How many times as fast as the wall `clock` runs: 1 but for the demo. Limits that guard against the machine's own
   * delay (age of a fill, age of a book) are multiplied by it, so that the machine keeps the time it has in reality.
   */
  readonly machineTimeFactor: number;
  /** null: decisions depend on the environment alone. */
  readonly strategyFile?: string | null;
  /** Counts what this process does; absent: nobody asks. */
  readonly metrics?: Metrics;
  /** Whether the world is made up; then every page says so. */
  readonly simulated?: boolean;
  /** What the listener does otherwise than by default. */
  readonly listener?: Partial<Pick<ListenerConfig, "startBlock" | "infoBatch">>;
};

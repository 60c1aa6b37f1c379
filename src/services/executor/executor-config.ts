import type { EngineConfig } from "../../core/engine/state.ts";
import { DAY_MS, SECOND_MS } from "../../core/time/time.ts";

export type ExecutorConfig = {
  /** What decisions depend on; every change of it is a step in the journal. */
  readonly engine: EngineConfig;
  readonly timing: ExecutorTiming;
};

/** How the loop runs; decisions do not depend on it. */
export type ExecutorTiming = {
  /** Every so often the database is read, hint or no hint. */
  readonly pollMs: number;
  /** Every so often open positions are valued at the bid. */
  readonly markMs: number;
  /** Every so often a waiting executor tries to become the one that trades. */
  readonly lockRetryMs: number;
  /** Pause before an order without an answer is asked for again, and before a failed session begins anew. */
  readonly retryMs: number;
  readonly booksInFlightMax: number;
  /** A snapshot at least every so many steps bounds what a start has to repeat. */
  readonly snapshotSteps: number;
  /** Steps are kept so long, and longer while a start may need them. */
  readonly journalKeepMs: number;
};

export const DEFAULT_EXECUTOR_TIMING: ExecutorTiming = {
  pollMs: 3 * SECOND_MS,
  markMs: 10 * SECOND_MS,
  lockRetryMs: 3 * SECOND_MS,
  retryMs: 3 * SECOND_MS,
  booksInFlightMax: 8,
  snapshotSteps: 20_000,
  journalKeepMs: 30 * DAY_MS,
};

import type { EpochMs } from "../core/time/time.ts";

/**
 * The only source of "now". In the demo and in tests it runs faster than the wall, or stands still until moved;
 * durations handed to `sleep` are in the same time as `nowMs`.
 */
export type Clock = {
  nowMs(): EpochMs;
  /** Resolves after `ms`, or at once when `signal` aborts: callers look at the signal, they catch nothing. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

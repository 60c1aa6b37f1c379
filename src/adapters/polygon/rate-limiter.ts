import type { Clock } from "../../ports/clock.ts";

/** A token bucket for one endpoint. It knows no limit until the endpoint refuses, and then learns what is allowed. */
export type RateLimiter = {
  /** Waits until `calls` more may be made, or `signal` aborts. */
  take(calls: number, signal: AbortSignal): Promise<void>;
  /** The endpoint refused: waits at least so long, and asks more slowly from then on. */
  refused(retryAfterMs: number): void;
  /** Null: no limit has shown itself. */
  callsPerSecond(): number | null;
};

/** After a refusal: this much of what was asked per second before it. */
const BACK_OFF = 0.7;
/** Allowed again after a second in which the limit was used up without a refusal. */
const RECOVERY = 1.05;
const RATE_MIN = 0.5;
/** A limit that has grown this far beyond what was refused is none any more. */
const FORGET_AT = 20;
const WINDOW_MS = 5_000;

/** @param known calls per second that an earlier process learned; null: none */
export function createRateLimiter(clock: Clock, known: number | null = null): RateLimiter {
  let rate = known === null ? null : Math.max(RATE_MIN, known);
  let refusedAtRate = rate === null ? 0 : rate / BACK_OFF;
  let tokens = rate ?? 0;
  let refilledAt = clock.nowMs() as number;
  let pausedUntil = 0;
  let changedAt = 0;
  /** Calls of the current and of the last window, for the rate at which a first refusal came. */
  let windowFrom = clock.nowMs() as number;
  let inWindow = 0;
  let before = 0;

  function roll(now: number): void {
    if (now - windowFrom < WINDOW_MS) return;
    before = now - windowFrom < 2 * WINDOW_MS ? inWindow : 0;
    inWindow = 0;
    windowFrom = now;
  }

  function recentRate(now: number): number {
    roll(now);
    const elapsed = now - windowFrom + (before > 0 ? WINDOW_MS : 0);
    return ((inWindow + before) * 1_000) / Math.max(elapsed, 1_000);
  }

  function refill(now: number): void {
    if (rate === null) return;
    tokens = Math.min(Math.max(rate, 1), tokens + (rate * (now - refilledAt)) / 1_000);
    refilledAt = now;
  }

  /** Only a limit that is in the way grows: an idle endpoint has proven nothing. */
  function grow(now: number): void {
    if (rate === null || now - changedAt < 1_000) return;
    changedAt = now;
    rate *= RECOVERY;
    if (rate > refusedAtRate * FORGET_AT) rate = null;
  }

  return {
    async take(calls, signal) {
      for (;;) {
        const now = clock.nowMs();
        refill(now);
        const missing = rate === null ? 0 : Math.max(0, Math.min(1, rate) - tokens);
        const waitMs = Math.max(pausedUntil - now, rate === null ? 0 : Math.ceil((missing * 1_000) / rate));
        if (signal.aborted || waitMs <= 0) break;
        if (missing > 0) grow(now);
        await clock.sleep(waitMs, signal);
      }
      const now = clock.nowMs();
      roll(now);
      inWindow += calls;
      // A batch larger than what is left goes out whole and is paid for afterwards.
      if (rate !== null) tokens -= calls;
    },
    refused(retryAfterMs) {
      const now = clock.nowMs();
      pausedUntil = Math.max(pausedUntil, now + retryAfterMs);
      // Refusals of requests that were on their way together are one refusal.
      if (rate !== null && now - changedAt < 1_000 && refusedAtRate > 0) return;
      refusedAtRate = Math.max(RATE_MIN, rate ?? recentRate(now));
      rate = Math.max(RATE_MIN, refusedAtRate * BACK_OFF);
      tokens = 0;
      refilledAt = now;
      changedAt = now;
    },
    callsPerSecond: () => rate,
  };
}

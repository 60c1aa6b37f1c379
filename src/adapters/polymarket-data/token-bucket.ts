import { SECOND_MS } from "../../core/time/time.ts";
import type { Clock } from "../../ports/clock.ts";

export type TokenBucket = {
  /** Resolves when the next request may go; at once when `signal` aborts. First come, first served. */
  take(signal: AbortSignal): Promise<void>;
  /** The server asked for a pause: nothing goes for so long. */
  pause(ms: number): void;
};

/**
 * Requests at `perSecond` on average, `burst` of them at once after a rest. Takers queue up by reserving a time, so no
 * timer runs while nobody waits.
 */
export function createTokenBucket(
  clock: Clock,
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
): TokenBucket {
  const gapMs = SECOND_MS / perSecond;
  /** When the next request is due if requests came evenly; a burst may be ahead of it by `burst - 1` gaps. */
  let due = Number.NEGATIVE_INFINITY;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  return {
    async take(signal) {
      const now = clock.nowMs();
      due = Math.max(due, now - (burst - 1) * gapMs);
      const mine = due;
      due += gapMs;
      for (;;) {
        const waitMs = Math.max(mine, pausedUntil) - clock.nowMs();
        if (!(waitMs > 0) || signal.aborted) return;
        await clock.sleep(waitMs, signal);
      }
    },
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, clock.nowMs() + ms);
    },
  };
}

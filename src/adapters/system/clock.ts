import { type EpochMs, epochMs } from "../../core/time/time.ts";
import type { Clock } from "../../ports/clock.ts";

/** Node's timers hold a 32-bit number of milliseconds; anything longer is slept in pieces. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * Wall time that never jumps back; two processes on one machine agree to about a millisecond.
 * Not for long-lived programs: it does not see corrections of the system's clock, nor time spent suspended.
 */
export const wallNowMs = (): EpochMs => epochMs(performance.timeOrigin + performance.now());

/** Milliseconds of wall time since the process started: for measuring how long a person has waited. */
export const msSinceProcessStart = (): number => performance.now();

function wallSleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true || !(ms > 0)) return Promise.resolve();
  return new Promise((resolve) => {
    let left = ms;
    let timer: NodeJS.Timeout;
    const stop = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      resolve();
    };
    const next = (): void => {
      if (left <= 0) {
        stop();
        return;
      }
      const piece = Math.min(left, LONGEST_TIMER_MS);
      left -= piece;
      timer = setTimeout(next, piece);
    };
    signal?.addEventListener("abort", stop, { once: true });
    next();
  });
}

export const createSystemClock = (): Clock => ({
  nowMs: () => epochMs(Date.now()),
  sleep: wallSleep,
});

export type ScaledClockOptions = {
  /** Wall time at which simulated time equals wall time. Processes that share it share one simulated time. */
  readonly startedAt: EpochMs;
  /** Simulated seconds per wall second. */
  readonly speed: number;
};

/** The demo's clock: starts at the real now and runs `speed` times as fast; sleeps are shortened alike. */
export const createScaledClock = ({ startedAt, speed }: ScaledClockOptions): Clock => ({
  nowMs: () => epochMs(Math.trunc(startedAt + (wallNowMs() - startedAt) * speed)),
  sleep: (ms, signal) => wallSleep(ms / speed, signal),
});

import { type EpochMs, epochMs } from "../../src/core/time/time.ts";
import type { Clock } from "../../src/ports/clock.ts";

export type ManualClock = Clock & {
  /**
   * Moves time forward by `ms`, waking sleepers in the order of their time. A sleeper that sleeps again inside the
   * span is woken again. Pending promise callbacks run between two wakings; real IO is not waited for
   * (use `untilSleeping` for that).
   */
  advance(ms: number): Promise<void>;
  /** Resolves as soon as `count` sleepers wait: the code under test has done its pass and rests. */
  untilSleeping(count?: number): Promise<void>;
  sleeping(): number;
};

type Sleeper = { readonly wakeAt: number; readonly order: number; readonly wake: () => void };

/** One turn of the event loop: everything already runnable runs. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A clock that stands still until a test moves it. */
export function createManualClock(start: EpochMs = epochMs(0)): ManualClock {
  let now: number = start;
  let order = 0;
  const sleepers = new Set<Sleeper>();

  const nextDue = (until: number): Sleeper | undefined =>
    [...sleepers].filter((s) => s.wakeAt <= until).sort((a, b) => a.wakeAt - b.wakeAt || a.order - b.order)[0];

  return {
    nowMs: () => epochMs(now),
    sleep(ms, signal) {
      if (signal?.aborted === true || !(ms > 0)) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = (): void => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        order += 1;
        const sleeper: Sleeper = { wakeAt: now + ms, order, wake };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", wake, { once: true });
      });
    },
    async advance(ms) {
      const until = now + ms;
      await turn();
      for (let due = nextDue(until); due !== undefined; due = nextDue(until)) {
        now = due.wakeAt;
        due.wake();
        await turn();
      }
      now = until;
      await turn();
    },
    async untilSleeping(count = 1) {
      while (sleepers.size < count) await turn();
    },
    sleeping: () => sleepers.size,
  };
}

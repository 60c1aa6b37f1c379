import { epochMs } from "../../src/core/time/time.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { SimTime } from "./sim-time.ts";

/**
 * The life of a simulated process. When it is killed nothing of it runs on: whatever it waits for never comes, no
 * handler of its own is called, and nothing it does reaches the outside.
 */
export type Life = {
  readonly clock: Clock;
  isDead(): boolean;
  /** As a kill does: without a word to anybody inside. */
  kill(): void;
  /** What the outside does when the process is gone: connections break, transactions are rolled back. */
  onDeath(run: () => void): void;
  /** The answer of the outside; to a process that died meanwhile it never comes. */
  answer<T>(promise: Promise<T>): Promise<T>;
};

export const never = <T>(): Promise<T> => new Promise<T>(() => {});

export function createLife(time: SimTime): Life {
  const afterDeath: (() => void)[] = [];
  const sleepers = new Set<() => void>();
  let dead = false;

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (dead) return never();
    if (signal?.aborted === true || !(ms > 0)) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        sleepers.delete(cancel);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const cancel = time.at(time.now() + ms, wake);
      sleepers.add(cancel);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  return {
    clock: { nowMs: () => epochMs(Math.floor(time.now())), sleep },
    isDead: () => dead,
    kill() {
      if (dead) return;
      dead = true;
      for (const cancel of sleepers) cancel();
      for (const run of afterDeath) run();
    },
    onDeath: (run) => void afterDeath.push(run),
    async answer(promise) {
      try {
        const value = await promise;
        return dead ? never() : value;
      } catch (error) {
        if (dead) return never();
        throw error;
      }
    },
  };
}

/** Simulated time: it stands still while anything is going on, and then jumps to what is due next. */
export type SimTime = {
  now(): number;
  /** @returns a function that takes it back. */
  at(time: number, run: () => void): () => void;
  /** Jumps to what is due next and runs it. @returns false when nothing is. */
  next(): boolean;
  /** Work outside of this thread's own promises, which must be over before time may go on. */
  busy<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when everything that is going on has come to wait for time. */
  settled(): Promise<void>;
};

type Due = { readonly time: number; readonly order: number; readonly run: () => void };

/** Turns of the event loop without a sign of life after which nothing is going on. */
const QUIET_TURNS = 2;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function createSimTime(start: number): SimTime {
  const waiting = new Set<Due>();
  let now = start;
  let order = 0;
  let signs = 0;
  let busy = 0;
  let onFree: (() => void) | null = null;

  const earliest = (): Due | undefined => {
    let found: Due | undefined;
    for (const due of waiting) {
      if (found === undefined || due.time < found.time || (due.time === found.time && due.order < found.order)) {
        found = due;
      }
    }
    return found;
  };

  return {
    now: () => now,
    at(time, run) {
      order += 1;
      signs += 1;
      const due = { time: Math.max(now, time), order, run };
      waiting.add(due);
      return () => {
        signs += 1;
        waiting.delete(due);
      };
    },
    next() {
      const due = earliest();
      if (due === undefined) return false;
      waiting.delete(due);
      now = due.time;
      due.run();
      return true;
    },
    async busy(work) {
      busy += 1;
      signs += 1;
      try {
        return await work();
      } finally {
        busy -= 1;
        signs += 1;
        if (busy === 0) onFree?.();
      }
    },
    async settled() {
      for (let quiet = 0; quiet < QUIET_TURNS; ) {
        const before = signs;
        if (busy > 0) {
          await new Promise<void>((resolve) => {
            onFree = resolve;
          });
          onFree = null;
        }
        await turn();
        quiet = signs === before && busy === 0 ? quiet + 1 : 0;
      }
    },
  };
}

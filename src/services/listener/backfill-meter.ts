import { SECOND_MS } from "../../core/time/time.ts";
import type { Clock } from "../../ports/clock.ts";

export type BackfillProgress = {
  readonly blocks: number;
  readonly blocksDone: number;
  readonly fills: number;
  readonly fillsPerSecond: number;
  /** Null while the speed is unknown. */
  readonly leftMs: number | null;
  /** Blocks asked for at once. */
  readonly rangeBlocks: number;
};

type Sample = { readonly at: number; readonly blocks: number; readonly fills: number };

/** Speed is that of the last half minute: blocks of years ago hold far less than those of today. */
const WINDOW_MS = 30 * SECOND_MS;
const SAMPLE_MS = 500;

export function createBackfillMeter(clock: Clock, blocks: number) {
  const total = { blocks: 0, fills: 0 };
  let samples: readonly Sample[] = [{ at: clock.nowMs(), blocks: 0, fills: 0 }];

  return {
    total: () => ({ ...total }),
    add(moreBlocks: number, moreFills: number, rangeBlocks: number): BackfillProgress {
      total.blocks += moreBlocks;
      total.fills += moreFills;
      const now = clock.nowMs();
      if (now - (samples.at(-1)?.at ?? 0) >= SAMPLE_MS) {
        const kept = samples.filter(({ at }) => now - at <= WINDOW_MS);
        samples = [...(kept.length > 0 ? kept : samples.slice(-1)), { at: now, ...total }];
      }
      const since = samples[0] as Sample;
      const elapsedMs = now - since.at;
      const done = total.blocks - since.blocks;
      return {
        blocks,
        blocksDone: total.blocks,
        fills: total.fills,
        fillsPerSecond: elapsedMs > 0 ? Math.round(((total.fills - since.fills) * SECOND_MS) / elapsedMs) : 0,
        leftMs: elapsedMs > 0 && done > 0 ? Math.round(((blocks - total.blocks) * elapsedMs) / done) : null,
        rangeBlocks,
      };
    },
  };
}

import { SECOND_MS } from "../../core/time/time.ts";
import type { Clock } from "../../ports/clock.ts";

export type Rate = {
  readonly rows: number;
  readonly rowsPerSecond: number;
  /** Null while the total or the speed is unknown. */
  readonly leftMs: number | null;
};

/** Counts rows and tells how fast they come and how long the rest takes at that speed. */
export function createRateMeter(clock: Clock, expectedRows: number): { add(rows: number): Rate } {
  const startedAt = clock.nowMs();
  let rows = 0;
  return {
    add(more) {
      rows += more;
      const elapsedMs = clock.nowMs() - startedAt;
      const rowsPerSecond = elapsedMs > 0 ? (rows * SECOND_MS) / elapsedMs : 0;
      const left = Math.max(0, expectedRows - rows);
      const leftMs = expectedRows > 0 && rowsPerSecond > 0 ? Math.round((left / rowsPerSecond) * SECOND_MS) : null;
      return { rows, rowsPerSecond: Math.round(rowsPerSecond), leftMs };
    },
  };
}

import { AbortedError, TransientError } from "../core/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";

/** Being the only one of its kind in the whole system, until `lost` aborts or it is released. */
export type Place = { readonly lost: AbortSignal; readonly release: () => Promise<void> };

export type PlaceDeps = {
  /** @returns a function that gives the place up; null while another one has it. Throws TransientError. */
  readonly tryLock: (onLost: () => void) => Promise<(() => Promise<void>) | null>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly retryMs: number;
};

/** Waits until no other has the place; `onWaiting` is told at every look. @returns null when asked to stop before */
export async function takePlace(
  { tryLock, clock, logger, retryMs }: PlaceDeps,
  signal: AbortSignal,
  onWaiting: () => void,
): Promise<Place | null> {
  while (!signal.aborted) {
    const lost = new AbortController();
    try {
      const unlock = await tryLock(() => lost.abort());
      // A lock that went with its connection needs no releasing.
      if (unlock !== null) return { lost: lost.signal, release: () => unlock().catch(() => {}) };
      onWaiting();
    } catch (error) {
      if (!(error instanceof TransientError) && !(error instanceof AbortedError)) throw error;
      logger.warn("the lock could not be asked for", { reason: error.message });
    }
    await clock.sleep(retryMs, signal);
  }
  return null;
}

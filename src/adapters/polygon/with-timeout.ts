import { AbortedError } from "../../core/errors.ts";
import type { Clock } from "../../ports/clock.ts";

/**
 * Runs `work` with a signal that aborts when the caller's does, or after `ms`.
 * @throws AbortedError when the caller stopped; what `onTimeout` makes when time ran out.
 */
export async function withTimeout<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  onTimeout: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw new AbortedError();
  const done = new AbortController();
  const late = new AbortController();
  void clock.sleep(ms, done.signal).then(() => late.abort());
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    if (signal.aborted) throw new AbortedError();
    throw late.signal.aborted ? onTimeout() : error;
  } finally {
    done.abort();
  }
}

import { RateLimitError, TransientError } from "../../core/errors.ts";
import { SECOND_MS } from "../../core/time/time.ts";
import type { Clock } from "../../ports/clock.ts";
import type { VenueClient } from "../../ports/venue-client.ts";

export type CancelEverything = {
  readonly cancelled: number;
  /** Orders that the venue still has, with its reason where it gave one. */
  readonly left: readonly { readonly orderHash: string; readonly reason: string | null }[];
};

export type CancelDeps = {
  readonly client: Pick<VenueClient, "cancelAll" | "openOrders">;
  readonly clock: Clock;
  readonly tell: (line: string) => void;
};

const PAUSE_MS = SECOND_MS;
const PAUSE_MS_MAX = 10 * SECOND_MS;

/**
 * Cancels until the venue says that nothing rests any more, or `forMs` are over: a venue that restarts comes back.
 * @throws TransientError when it did not answer until then; RejectedError where it refuses us
 */
export async function cancelEverything(
  { client, clock, tell }: CancelDeps,
  forMs: number,
  signal: AbortSignal,
): Promise<CancelEverything> {
  const until = clock.nowMs() + forMs;
  const cancelled = new Set<string>();
  for (let tries = 0; ; tries++) {
    try {
      const answer = await client.cancelAll(signal);
      for (const hash of answer.cancelled) cancelled.add(hash);
      const open = await client.openOrders(signal);
      const left = open.map(({ orderHash }) => ({ orderHash, reason: answer.notCancelled.get(orderHash) ?? null }));
      if (left.length === 0 || clock.nowMs() >= until) return { cancelled: cancelled.size, left };
      tell(`${left.length} orders still rest; trying again`);
    } catch (error) {
      if (!(error instanceof TransientError) || clock.nowMs() >= until) throw error;
      tell(`${error.message}; trying again`);
      if (error instanceof RateLimitError) await clock.sleep(error.retryAfterMs, signal);
    }
    await clock.sleep(Math.min(PAUSE_MS * 2 ** tries, PAUSE_MS_MAX), signal);
  }
}

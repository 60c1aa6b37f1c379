import type { EpochMs } from "../../core/time/time.ts";
import type { AlertOutbox } from "../../ports/alert-outbox.ts";

/**
 * Tells when no new block has come for `silentMs`, and when the next one has. A chain that is being read up from far
 * behind moves on, so it is not silent, however old its newest block.
 */
export function createFeedWatch(outbox: AlertOutbox, silentMs: number): (now: EpochMs) => Promise<void> {
  let newest: EpochMs | null = null;
  let changedAt: EpochMs | null = null;
  let isTold = false;
  return async (now) => {
    const latest = await outbox.chainAsOf();
    if (changedAt === null || latest !== newest) {
      if (isTold && changedAt !== null) {
        await outbox.record(`feedBack-${newest}`, "feedBack", { silentMs: now - changedAt }, now);
      }
      newest = latest;
      changedAt = now;
      isTold = false;
    } else if (!isTold && newest !== null && now - changedAt >= silentMs) {
      // Of the same block, once: a restart while the feed is silent says nothing new.
      await outbox.record(`feedSilent-${newest}`, "feedSilent", { since: newest }, now);
      isTold = true;
    }
  };
}

import { AbortedError, RateLimitError, RejectedError } from "../../core/errors.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { Alert, AlertOutbox } from "../../ports/alert-outbox.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { Notifier } from "../../ports/notifier.ts";
import type { Health, Service } from "../../ports/service.ts";
import type { Wake } from "../../ports/wake.ts";
import { alertText, digestText } from "./alert-text.ts";
import { createFeedWatch } from "./feed-watch.ts";

export type AlertDeps = {
  readonly outbox: AlertOutbox;
  readonly notifier: Notifier;
  /** The program's time. */
  readonly clock: Clock;
  /** People read in wall time, whatever the program's clock: pauses are in it. */
  readonly wall: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly wake: Wake;
  /** How long no new block may come before people are told, in the program's time. */
  readonly feedSilentMs: number;
};

/** Until a hint comes, the outbox is looked at so often. */
const POLL_MS = 5_000;
const LOCK_RETRY_MS = 10_000;
/** More than this waiting are told in one message. */
const SINGLE_MAX = 5;
const READ_MAX = 500;
const BACKOFF_MS = 1_000;
const BACKOFF_MAX_MS = 5 * 60_000;
const CHANNEL_GONE_MS = 10 * 60_000;

/**
 * Sends what waits in the outbox, one message at a time and outside of every transaction, as fast as the channel lets
 * it. Nothing that goes wrong here ends the process: trading does not wait for its messengers.
 */
export function createAlertService(deps: AlertDeps): Service {
  const { outbox, wall, logger } = deps;
  let health: Health = { ready: false, detail: "not started" };
  return {
    name: "alerts",
    health: () => health,
    async run(signal) {
      while (!signal.aborted) {
        const lost = new AbortController();
        const release = await outbox.tryLock(() => lost.abort()).catch(() => null);
        if (release !== null) {
          health = { ready: true, detail: "sending alerts" };
          await sendAll(deps, AbortSignal.any([signal, lost.signal]));
          await release().catch(() => {});
        }
        health = { ready: true, detail: "another process sends the alerts" };
        await wall.sleep(LOCK_RETRY_MS, signal);
      }
      logger.debug("alerts stopped");
    },
  };
}

async function sendAll(deps: AlertDeps, signal: AbortSignal): Promise<void> {
  const { outbox, clock, wall, logger, wake } = deps;
  const watchFeed = createFeedWatch(outbox, deps.feedSilentMs);
  let hint = new AbortController();
  const unlisten = await wake.listen("orderflow_signals", () => hint.abort());
  let failures = 0;
  while (!signal.aborted) {
    hint = new AbortController();
    let restMs: number;
    try {
      await watchFeed(clock.nowMs());
      restMs = await sendNext(deps, signal);
      failures = 0;
    } catch (error) {
      if (error instanceof AbortedError) break;
      failures += 1;
      restMs = restAfter(error, failures, deps.random());
      logger.warn("alert not sent", { reason: error instanceof Error ? error.message : String(error), restMs });
      await wall.sleep(restMs, signal);
      continue;
    }
    if (restMs > 0) await wall.sleep(restMs, signal);
    else if (restMs < 0) await wall.sleep(POLL_MS, AbortSignal.any([signal, hint.signal]));
  }
  await unlisten();
}

/** @returns how long to rest before the next; negative: nothing waits */
async function sendNext({ outbox, notifier, clock, logger }: AlertDeps, signal: AbortSignal): Promise<number> {
  const waiting = await outbox.waiting(READ_MAX);
  const [first] = waiting;
  if (first === undefined) return -1;
  const alerts: readonly Alert[] = waiting.length > SINGLE_MAX ? waiting : [first];
  const ids = alerts.map(({ id }) => id);
  try {
    const { restMs } = await notifier.send(textOf(alerts, clock.nowMs(), notifier.lengthMax), signal);
    await outbox.markSent(ids, clock.nowMs());
    return restMs;
  } catch (error) {
    if (!(error instanceof RejectedError) || error.code === "CHANNEL_GONE") throw error;
    logger.error("alert refused", { kinds: [...new Set(alerts.map(({ kind }) => kind))], reason: error.message });
    await outbox.drop(ids, error.message, clock.nowMs());
    return 0;
  }
}

const textOf = (alerts: readonly Alert[], now: EpochMs, lengthMax: number): string =>
  alerts.length === 1 && alerts[0] !== undefined
    ? alertText(alerts[0], now).slice(0, lengthMax)
    : digestText(alerts, now, lengthMax);

function restAfter(error: unknown, failures: number, random: number): number {
  if (error instanceof RateLimitError) return error.retryAfterMs;
  if (error instanceof RejectedError) return CHANNEL_GONE_MS;
  return Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** Math.min(failures - 1, 20)) * (0.5 + random / 2);
}

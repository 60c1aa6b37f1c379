import { assert } from "../../core/assert.ts";
import { AbortedError, OutcomeUnknownError, TransientError } from "../../core/errors.ts";
import type { Health, Service } from "../../ports/service.ts";
import { type ExecutorDeps, runSession } from "./session.ts";

/**
 * Decides and trades. Exactly one executor does so at a time; others wait and take over when it ends. What may pass (the
 * database or the venue not reachable) is retried inside; a start, a restart and a recovery take the same road.
 */
export function createExecutorService(deps: ExecutorDeps): Service {
  assert(deps.venue.mode === deps.config.engine.mode, "orders go to a venue of the engine's own mode", {
    venue: deps.venue.mode,
    engine: deps.config.engine.mode,
  });
  let health: Health = { ready: false, detail: "not started" };
  return {
    name: "executor",
    health: () => health,
    async run(signal) {
      while (!signal.aborted) {
        health = { ready: false, detail: "waiting to become the executor that trades" };
        const place = await takePlace(deps, signal, () => {
          // Ready: what replaces containers one after the other ends the old one only then.
          health = { ready: true, detail: "another executor is trading; ready to take over" };
        });
        if (place === null) return;
        health = { ready: false, detail: "reading where the last one stopped" };
        const onReady = (): void => {
          health = { ready: true, detail: `trading (${deps.config.engine.mode})` };
        };
        try {
          await runSession(deps, { stop: signal, lost: place.lost }, onReady);
          if (!signal.aborted) deps.logger.warn("the executor's lock was lost");
        } catch (error) {
          health = { ready: false, detail: `recovering: ${describe(error)}` };
          if (!mayPass(error)) throw error;
          deps.logger.warn("executor starts again from what is stored", { reason: describe(error) });
        } finally {
          await place.release();
        }
        await deps.clock.sleep(deps.config.timing.retryMs, signal);
      }
    },
  };
}

type Place = { readonly lost: AbortSignal; readonly release: () => Promise<void> };

/** Waits until no other executor trades. @returns null when asked to stop before. */
async function takePlace(
  { store, clock, logger, config }: ExecutorDeps,
  signal: AbortSignal,
  onWaiting: () => void,
): Promise<Place | null> {
  let told = false;
  while (!signal.aborted) {
    const lost = new AbortController();
    try {
      const unlock = await store.tryLock(() => lost.abort());
      if (unlock !== null) return { lost: lost.signal, release: () => unlock().catch(ignoreLost) };
      onWaiting();
      if (!told) logger.info("another executor is trading; waiting to take over");
      told = true;
    } catch (error) {
      if (!mayPass(error)) throw error;
      logger.warn("the executor's lock could not be asked for", { reason: describe(error) });
    }
    await clock.sleep(config.timing.lockRetryMs, signal);
  }
  return null;
}

/** A lock that went with its connection needs no releasing. */
const ignoreLost = (): void => {};

/** After an unknown commit the state is loaded again, and with it the answer. */
const mayPass = (error: unknown): boolean =>
  error instanceof TransientError || error instanceof OutcomeUnknownError || error instanceof AbortedError;

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

import { assert } from "../../core/assert.ts";
import { AbortedError, OutcomeUnknownError, TransientError } from "../../core/errors.ts";
import type { Health, Service } from "../../ports/service.ts";
import { takePlace } from "../take-place.ts";
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
        const place = await takePlace(
          { ...deps, ...deps.store, retryMs: deps.config.timing.lockRetryMs },
          signal,
          () => {
            if (!health.ready) deps.logger.info("another executor is trading; waiting to take over");
            // Ready: what replaces containers one after the other ends the old one only then.
            health = { ready: true, detail: "another executor is trading; ready to take over" };
          },
        );
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

/** After an unknown commit the state is loaded again, and with it the answer. */
const mayPass = (error: unknown): boolean =>
  error instanceof TransientError || error instanceof OutcomeUnknownError || error instanceof AbortedError;

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

import { AbortedError, InvariantError } from "../core/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Service } from "../ports/service.ts";

/** How long services may take to stop before the process gives up on them; a restart recovers whatever they held. */
const STOP_WITHIN_MS = 10_000;

export type RunOptions = {
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Wall time, also where the services run on a faster one. */
  readonly clock: Clock;
  /** Told of a service that died, before the others are stopped. What it throws is logged and changes nothing. */
  readonly onDeath?: (service: string, reason: string) => Promise<void>;
};

/** The service named here died or did not stop; its own error was logged where it happened and is the `cause`. */
export class ServiceFailure extends Error {
  override readonly name = "ServiceFailure";
}

async function runOne(service: Service, signal: AbortSignal, { logger, onDeath }: RunOptions): Promise<void> {
  try {
    await service.run(signal);
    if (!signal.aborted) throw new InvariantError("SERVICE_ENDED", `${service.name} ended without being asked to`);
  } catch (error) {
    if (signal.aborted && error instanceof AbortedError) return;
    logger.error("service died", { service: service.name, error });
    const reason = error instanceof Error ? error.message : String(error);
    await onDeath?.(service.name, reason).catch((cause: unknown) =>
      logger.warn("death not recorded", { error: cause }),
    );
    throw new ServiceFailure(`${service.name} died: ${reason}`, { cause: error });
  }
}

/**
 * Runs services until `signal` aborts. When one dies the others are stopped, for half a system trades on stale facts.
 * @throws ServiceFailure of the first that died, or naming those that did not stop in time
 */
export async function runServices(services: readonly Service[], options: RunOptions): Promise<void> {
  const { signal, logger, clock } = options;
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const running = new Set(services.map((service) => service.name));
  const failures: unknown[] = [];

  const all = Promise.all(
    services.map(async (service) => {
      try {
        await runOne(service, stop, options);
      } catch (error) {
        failures.push(error);
        failed.abort();
      } finally {
        running.delete(service.name);
      }
    }),
  );

  signal.addEventListener("abort", () => logger.info("stopping"), { once: true });
  const finished = new AbortController();
  const deadline = new Promise<void>((resolve) => {
    const arm = (): void => void clock.sleep(STOP_WITHIN_MS, finished.signal).then(resolve);
    if (stop.aborted) arm();
    else stop.addEventListener("abort", arm, { once: true });
  });
  await Promise.race([all, deadline]);
  finished.abort();

  if (failures.length > 0) throw failures[0];
  if (running.size > 0) {
    throw new ServiceFailure(`${[...running].join(", ")} did not stop within ${STOP_WITHIN_MS / 1_000} s`);
  }
}

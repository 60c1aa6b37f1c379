import { MINUTE_MS } from "../../core/time/time.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { Service } from "../../ports/service.ts";

export type PulseDeps = {
  /** Tells somebody outside that all is well. @throws TransientError when it did not arrive */
  readonly ping: (signal: AbortSignal) => Promise<void>;
  readonly services: readonly Service[];
  readonly wall: Clock;
  readonly logger: Logger;
};

/**
 * Pings while every service has what it waits for. Whoever is pinged sounds the alarm when it stops, so it also
 * tells of a machine that is gone; nothing that goes wrong here harms the process.
 */
export function createPulseService({ ping, services, wall, logger }: PulseDeps): Service {
  let detail = "has not pinged yet";
  return {
    name: "pulse",
    // Never in the way of readiness: it watches the others.
    health: () => ({ ready: true, detail }),
    async run(signal) {
      while (!signal.aborted) {
        const unwell = services.filter((service) => !service.health().ready).map(({ name }) => name);
        detail =
          unwell.length > 0 ? `does not ping: ${unwell.join(", ")} not ready` : await tryPing(ping, logger, signal);
        await wall.sleep(MINUTE_MS, signal);
      }
    },
  };
}

async function tryPing(ping: PulseDeps["ping"], logger: Logger, signal: AbortSignal): Promise<string> {
  try {
    await ping(signal);
    return "pings";
  } catch (error) {
    if (!signal.aborted) logger.warn("ping did not arrive", { error });
    return "the last ping did not arrive";
  }
}

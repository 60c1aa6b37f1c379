import { TransientError } from "../../core/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EndpointStore } from "../../ports/endpoint-store.ts";
import type { LogSource } from "../../ports/log-source.ts";
import type { Logger } from "../../ports/logger.ts";

export type EndpointReportDeps = {
  readonly logSource: LogSource;
  readonly endpointStore: EndpointStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: { readonly summaryMs: number };
};

/** Writes down how the endpoints do, now and then, until `signal` aborts. */
export async function reportEndpoints(deps: EndpointReportDeps, signal: AbortSignal): Promise<void> {
  const { logSource, endpointStore, clock, logger, config } = deps;
  while (!signal.aborted) {
    try {
      await endpointStore.save(logSource.endpoints(), clock.nowMs());
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      logger.debug("endpoints not written down", { error });
    }
    await clock.sleep(config.summaryMs, signal);
  }
}

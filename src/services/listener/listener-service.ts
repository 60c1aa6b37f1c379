import type { ChainStore } from "../../ports/chain-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EndpointStore } from "../../ports/endpoint-store.ts";
import type { LogSource } from "../../ports/log-source.ts";
import type { Logger } from "../../ports/logger.ts";
import type { MarketCatalog } from "../../ports/market-catalog.ts";
import type { Service } from "../../ports/service.ts";
import type { HintStore, TradeHintSource } from "../../ports/trade-hint.ts";
import { type ActivityLog, createActivityLog } from "./activity-log.ts";
import { reportEndpoints } from "./endpoint-report.ts";
import { createHintGate } from "./hint-gate.ts";
import { createInfoRefresher } from "./info-refresher.ts";
import { createIngestLoop } from "./ingest-loop.ts";
import { createIngestor } from "./ingestor.ts";
import type { ListenerConfig } from "./listener-config.ts";
import { createMarketTitles } from "./market-titles.ts";
import { createTradeHints } from "./trade-hints.ts";

export type ListenerDeps = {
  readonly logSource: LogSource;
  readonly catalog: MarketCatalog;
  /** Hints to its readers by itself after every commit. */
  readonly store: ChainStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: ListenerConfig;
  /** Where the health of the endpoints is written down, for other processes to see. */
  readonly endpointStore?: EndpointStore;
  /** Faster sources of trades than the log, and where what they say is kept. */
  readonly hints?: { readonly sources: readonly TradeHintSource[]; readonly store: HintStore };
};

/** Follows the chain into the store, and the catalog beside it. */
export function createListenerService(deps: ListenerDeps): Service {
  const { logSource, clock, config } = deps;
  const logger = deps.logger.with({ service: "listener" });
  const titles = createMarketTitles();
  const gate = createHintGate(clock);
  const activity = createActivityLog(clock, logger, titles, config);
  const { hints: hintDeps, endpointStore } = deps;
  const hints =
    hintDeps === undefined
      ? null
      : createTradeHints({ sources: hintDeps.sources, hintStore: hintDeps.store, clock, logger, config });
  const observed: ActivityLog = {
    report(step, lagBlocks) {
      hints?.observe(step);
      activity.report(step, lagBlocks);
    },
  };
  const loop = createIngestLoop({ ingestor: createIngestor(deps), gate, activity: observed, clock, logger, config });
  const refresher = createInfoRefresher({ ...deps, logger, titles });

  return {
    name: "listener",
    health: () => ({ ...loop.health(), endpoints: logSource.endpoints() }),
    async run(signal) {
      const stop = new AbortController();
      const onAbort = (): void => stop.abort();
      signal.addEventListener("abort", onAbort, { once: true });
      if (signal.aborted) stop.abort();
      logSource.subscribe(gate.hint, stop.signal);
      const loops = [loop.run(stop.signal), refresher.run(stop.signal)];
      if (hints !== null) loops.push(hints.run(stop.signal));
      if (endpointStore !== undefined) {
        loops.push(reportEndpoints({ logSource, endpointStore, clock, logger, config }, stop.signal));
      }
      try {
        // Whichever ends first, on request or by a failure, ends the others.
        await Promise.race(loops);
      } finally {
        stop.abort();
        signal.removeEventListener("abort", onAbort);
        await Promise.allSettled(loops);
      }
    },
  };
}

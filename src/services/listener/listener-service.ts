import { SECOND_MS } from "../../core/time/time.ts";
import type { ChainStore } from "../../ports/chain-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EndpointStore } from "../../ports/endpoint-store.ts";
import type { LogSource } from "../../ports/log-source.ts";
import type { Logger } from "../../ports/logger.ts";
import type { MarketCatalog } from "../../ports/market-catalog.ts";
import type { Health, Service } from "../../ports/service.ts";
import type { HintStore, TradeHintSource } from "../../ports/trade-hint.ts";
import { takePlace } from "../take-place.ts";
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

/** As long as nobody reads, decisions wait: a standby looks often. */
const LOCK_RETRY_MS = SECOND_MS;

/**
 * Follows the chain into the store, and the catalog beside it. One listener does so at a time; others wait and take over
 * when it ends, by the road of every start.
 */
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
  let health: () => Health = () => ({ ready: false, detail: "waiting to become the listener that reads" });
  const refresher = createInfoRefresher({ ...deps, logger, titles });

  return {
    name: "listener",
    health: () => ({ ...health(), endpoints: logSource.endpoints() }),
    async run(signal) {
      const lock = { ...deps, logger, tryLock: deps.store.tryLock, retryMs: LOCK_RETRY_MS };
      while (!signal.aborted) {
        const place = await takePlace(lock, signal, () => {
          if (!health().ready) logger.info("another listener is reading; waiting to take over");
          // Ready: what replaces containers one after the other ends the old one only then.
          health = () => ({ ready: true, detail: "another listener is reading; ready to take over" });
        });
        if (place === null) return;
        await follow(AbortSignal.any([signal, place.lost])).finally(place.release);
        if (!signal.aborted) logger.warn("the listener's lock was lost");
      }
    },
  };

  async function follow(signal: AbortSignal): Promise<void> {
    const loop = createIngestLoop({ ingestor: createIngestor(deps), gate, activity: observed, clock, logger, config });
    health = loop.health;
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
  }
}

import {
  AbortedError,
  PayloadError,
  ProviderInconsistencyError,
  RateLimitError,
  RejectedError,
  TransientError,
} from "../../core/errors.ts";
import type { ChainStore } from "../../ports/chain-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LogSource } from "../../ports/log-source.ts";
import type { Logger } from "../../ports/logger.ts";
import type { MarketCatalog } from "../../ports/market-catalog.ts";
import type { Health, Service } from "../../ports/service.ts";
import type { Wake } from "../../ports/wake.ts";
import { createActivityLog } from "./activity-log.ts";
import { highestCovered } from "./chain-view.ts";
import { createHintGate } from "./hint-gate.ts";
import { createInfoRefresher } from "./info-refresher.ts";
import { createIngestor, type StepResult } from "./ingestor.ts";
import type { ListenerConfig } from "./listener-config.ts";
import { LISTENER_FILTER } from "./log-filter.ts";
import { createMarketTitles } from "./market-titles.ts";

export type ListenerDeps = {
  readonly logSource: LogSource;
  readonly catalog: MarketCatalog;
  readonly store: ChainStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly wake: Wake;
  readonly config: ListenerConfig;
};

const PAUSE_MS = 1_000;
const PAUSE_MAX_MS = 30_000;
/** Further behind than this, decisions would rest on old data. */
const LAG_MAX_BLOCKS = 20;

/** Follows the chain into the store, and the catalog beside it. */
export function createListenerService(deps: ListenerDeps): Service {
  const { logSource, store, clock, wake, config } = deps;
  const logger = deps.logger.with({ service: "listener" });
  const titles = createMarketTitles();
  const ingestor = createIngestor(deps);
  const activity = createActivityLog(clock, logger, titles, config);
  const refresher = createInfoRefresher({ ...deps, logger, titles });
  const gate = createHintGate(clock);
  let waitingFor: string | null = "the first answer of the endpoint";
  let failures = 0;
  let contradictions = 0;
  let isOpen = false;
  let isFollowing = false;

  const lagBlocks = (): number => Math.max(0, ingestor.view().head - highestCovered(ingestor.view()));

  async function notify(): Promise<void> {
    try {
      await wake.notify("orderflow_chain");
    } catch (error) {
      // Readers poll besides: a hint that is not given costs them a moment.
      logger.debug("hint not given", { error });
    }
  }

  async function onStep(step: StepResult): Promise<void> {
    failures = 0;
    contradictions = 0;
    waitingFor = null;
    activity.report(step, lagBlocks());
    if (step.kind === "extended" || step.kind === "retracted") await notify();
  }

  /** Pauses after what may pass. @throws what this process cannot outlive: our own mistakes, and a provider that keeps contradicting itself. */
  async function onFailure(error: unknown, signal: AbortSignal): Promise<void> {
    const isContradiction = error instanceof ProviderInconsistencyError || error instanceof PayloadError;
    const mayPass = error instanceof TransientError || error instanceof RejectedError || isContradiction;
    if (!mayPass) throw error;
    if (isContradiction) contradictions += 1;
    if (contradictions >= config.contradictionsMax) throw error;
    failures += 1;
    waitingFor = error.message;
    const backoffMs = Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** Math.min(failures - 1, 10));
    const pauseMs = error instanceof RateLimitError ? Math.max(error.retryAfterMs, backoffMs) : backoffMs;
    logger.warn("reading failed", { error, failures, pauseMs });
    await clock.sleep(pauseMs, signal);
  }

  /** @returns true when there is nothing to do until the next block. */
  async function advance(signal: AbortSignal, hintedHead: number | null): Promise<boolean> {
    if (!isOpen) {
      const opened = await ingestor.open(signal);
      isOpen = true;
      await onStep(opened);
      logger.info("listening", { block: highestCovered(ingestor.view()), headBlock: ingestor.view().head });
      return false;
    }
    const step = await ingestor.step(signal, hintedHead);
    await onStep(step);
    const isAtTip = step.kind === "idle" || (step.kind === "extended" && lagBlocks() === 0);
    if (isAtTip && !isFollowing) logger.info("following", { block: highestCovered(ingestor.view()) });
    isFollowing ||= isAtTip;
    return isAtTip;
  }

  async function ingest(signal: AbortSignal): Promise<void> {
    let hintedHead: number | null = null;
    while (!signal.aborted) {
      try {
        const mayRest = await advance(signal, hintedHead);
        hintedHead = mayRest ? await gate.wait(config.pollMs, signal) : null;
      } catch (error) {
        if (error instanceof AbortedError || signal.aborted) return;
        await onFailure(error, signal);
      }
    }
  }

  async function run(signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const onAbort = (): void => stop.abort();
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) stop.abort();
    try {
      logSource.subscribe(LISTENER_FILTER, gate.hint, stop.signal);
      const loops = [ingest(stop.signal), refresher.run(stop.signal)];
      // Whichever ends first, by failure or on request, ends the other; its failure is the service's.
      await Promise.race(loops);
      stop.abort();
      await Promise.all(loops);
    } finally {
      stop.abort();
      signal.removeEventListener("abort", onAbort);
    }
  }

  function health(): Health {
    const view = ingestor.view();
    const newest = highestCovered(view);
    const block = view.remembered.get(newest);
    const time = block === undefined ? "no block yet" : new Date(block.timestamp * 1_000).toISOString();
    const where = `${lagBlocks()} blocks behind ${view.head}, last block ${newest} of ${time}`;
    return {
      ready: isFollowing && waitingFor === null && lagBlocks() <= LAG_MAX_BLOCKS,
      detail: waitingFor === null ? where : `${where}; waiting after: ${waitingFor}`,
    };
  }

  return { name: "listener", run, health };
}

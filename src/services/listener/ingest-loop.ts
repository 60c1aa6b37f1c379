import {
  AbortedError,
  PayloadError,
  ProviderInconsistencyError,
  RateLimitError,
  RejectedError,
  TransientError,
} from "../../core/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { Health } from "../../ports/service.ts";
import type { ActivityLog } from "./activity-log.ts";
import { type ChainView, highestCovered } from "./chain-view.ts";
import type { HintGate } from "./hint-gate.ts";
import type { Ingestor, StepResult } from "./ingestor.ts";
import type { ListenerConfig } from "./listener-config.ts";

export type IngestLoop = {
  /** Steps until `signal` aborts. @throws what this process cannot outlive */
  run(signal: AbortSignal): Promise<void>;
  health(): Health;
};

export type IngestLoopDeps = {
  readonly ingestor: Ingestor;
  readonly gate: HintGate;
  readonly activity: ActivityLog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: ListenerConfig;
};

const PAUSE_MS = 1_000;
const PAUSE_MAX_MS = 30_000;
/** Further behind than this, decisions would rest on old data. */
const LAG_MAX_BLOCKS = 20;

const lagOf = (view: ChainView): number => Math.max(0, view.head - highestCovered(view));

/** Drives the ingestor: as fast as it goes while there is something to read, then from hint to hint. */
export function createIngestLoop({ ingestor, gate, activity, clock, logger, config }: IngestLoopDeps): IngestLoop {
  let waitingFor: string | null = "the first answer of the endpoint";
  let failures = 0;
  let contradictions = 0;
  let isOpen = false;
  let isFollowing = false;

  async function openOrStep(signal: AbortSignal, hintedHead: number | null): Promise<StepResult | null> {
    if (isOpen) return ingestor.step(signal, hintedHead);
    const opened = await ingestor.open(signal);
    isOpen = true;
    logger.info("listening", { fromBlock: ingestor.nextBlock(), headBlock: ingestor.view().head });
    return opened.kind === "retracted" ? opened : null;
  }

  /** @returns true when there is nothing to do until the next block. */
  async function advance(signal: AbortSignal, hintedHead: number | null): Promise<boolean> {
    const step = await openOrStep(signal, hintedHead);
    failures = 0;
    contradictions = 0;
    waitingFor = null;
    if (step === null) return false;
    const lagBlocks = lagOf(ingestor.view());
    activity.report(step, lagBlocks);
    const isAtTip = step.kind === "idle" || (step.kind === "extended" && lagBlocks === 0);
    if (isAtTip && !isFollowing) logger.info("following", { block: highestCovered(ingestor.view()) });
    isFollowing ||= isAtTip;
    return isAtTip;
  }

  /** Pauses after what may pass. @throws our own mistakes, and the contradiction of a provider that keeps making them */
  async function onFailure(error: unknown, signal: AbortSignal): Promise<void> {
    const isContradiction = error instanceof ProviderInconsistencyError || error instanceof PayloadError;
    if (!isContradiction && !(error instanceof TransientError) && !(error instanceof RejectedError)) throw error;
    if (isContradiction) contradictions += 1;
    if (contradictions >= config.contradictionsMax) throw error;
    failures += 1;
    waitingFor = error.message;
    const backoffMs = Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** Math.min(failures - 1, 10));
    const pauseMs = error instanceof RateLimitError ? Math.max(error.retryAfterMs, backoffMs) : backoffMs;
    logger.warn("reading failed", { error, failures, pauseMs });
    await clock.sleep(pauseMs, signal);
  }

  return {
    async run(signal) {
      let hintedHead: number | null = null;
      while (!signal.aborted) {
        try {
          const mayRest = await advance(signal, hintedHead);
          hintedHead = mayRest ? await gate.wait(config.pollMs, signal) : null;
        } catch (error) {
          hintedHead = null;
          if (error instanceof AbortedError) return;
          await onFailure(error, signal);
        }
      }
    },
    health() {
      const view = ingestor.view();
      const newest = highestCovered(view);
      const block = view.remembered.get(newest);
      const time = block === undefined ? "" : ` of ${new Date(block.timestamp * 1_000).toISOString()}`;
      const behind = lagOf(view);
      const where =
        newest < 0
          ? "no block yet"
          : `${behind === 1 ? "1 block" : `${behind} blocks`} behind, last block ${newest}${time}`;
      return {
        ready: isFollowing && waitingFor === null && behind <= LAG_MAX_BLOCKS,
        detail: waitingFor === null ? where : `${where}; waiting after: ${waitingFor}`,
      };
    },
  };
}

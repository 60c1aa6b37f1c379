import { type BlockRange, missingRanges } from "../../core/chain/missing-ranges.ts";
import {
  AbortedError,
  PayloadError,
  ProviderInconsistencyError,
  RangeTooLargeError,
  RateLimitError,
  RejectedError,
  TimeoutError,
  TransientError,
} from "../../core/errors.ts";
import type { ChainStore } from "../../ports/chain-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LogSource } from "../../ports/log-source.ts";
import type { Logger } from "../../ports/logger.ts";
import { type BackfillProgress, createBackfillMeter } from "./backfill-meter.ts";
import { createBlockQueue } from "./block-queue.ts";
import { warnOfContracts } from "./contract-halts.ts";
import type { ListenerConfig } from "./listener-config.ts";
import { createRangeReader } from "./range-reader.ts";
import type { ReadRange } from "./range-record.ts";
import { createRangeRecorder, depthOf } from "./range-recorder.ts";
import { grown, rangeSize, saidBlocksMax, shrunk } from "./range-size.ts";

export type BackfillDeps = {
  readonly logSource: LogSource;
  readonly store: ChainStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: ListenerConfig;
};

/** The range must be final: what can still be replaced is the business of following. */
export type BackfillRequest = BlockRange & {
  /** Ranges read at once. */
  readonly concurrency: number;
};

export type BackfillReport = {
  /** Read now, and held before. */
  readonly blocksRead: number;
  readonly blocksBefore: number;
  readonly fills: number;
  readonly durationMs: number;
  /** What is still missing: empty unless it was stopped. */
  readonly missing: readonly BlockRange[];
};

const PAUSE_MS = 1_000;
const PAUSE_MAX_MS = 30_000;
/** Failures in a row, over all readers, after which it gives up; what was read stays. */
const FAILURES_MAX = 25;
const SETTLE_MS = 5_000;

/**
 * Reads history into the store on the road that following takes: the same reading, decoding and committing of a range.
 * Ranges are read side by side and committed in their order, so that what a block says of contracts and markets holds for
 * those behind it as when following. What is covered is skipped: the same request goes on where it stopped. When
 * `signal` aborts, what has been read is still committed, up to the first range that has not.
 * @throws what the source and the store keep throwing
 */
export async function backfill(
  deps: BackfillDeps,
  request: BackfillRequest,
  onProgress: (progress: BackfillProgress) => void,
  signal: AbortSignal,
): Promise<BackfillReport> {
  const { logSource, store, clock, config } = deps;
  const { fromBlock, toBlock } = request;
  const missing = missingRanges(await store.coverage(), fromBlock, toBlock);
  const reader = createRangeReader(logSource, clock, depthOf(config));
  const recorder = createRangeRecorder(store, config);
  const stop = new AbortController();
  const reading = AbortSignal.any([signal, stop.signal]);
  const queue = createBlockQueue(missing, reading);
  const blocks = queue.blocks();
  const meter = createBackfillMeter(clock, blocks);
  const patience = createPatience(deps, reading);
  const settle = createSettling(deps);
  let size = rangeSize(config.rangeBlocks, config.rangeBlocksMax);

  async function commit(read: ReadRange): Promise<void> {
    const record = await recorder.record(read, read.toBlock + 1, clock.nowMs());
    // Final blocks need not be remembered: nothing will replace them.
    const { fills } = await store.extend({ ...record, blocks: [] });
    recorder.changed(record);
    warnOfContracts(deps.logger, record.facts);
    await settle.committed(read.toBlock);
    onProgress(meter.add(read.toBlock - read.fromBlock + 1, fills, size.current));
  }

  async function readOne(range: BlockRange): Promise<void> {
    const asked = range.toBlock - range.fromBlock + 1;
    let isRead = false;
    try {
      const read = await reader.read({ ...range, headersFrom: range.toBlock + 1, mustBeFinal: true }, reading);
      isRead = true;
      if (asked >= size.current) size = grown(size, read.answer.logs.length);
      if (!(await queue.isNext(range))) return queue.putBack(range);
      await commit(read);
      queue.done(range);
      patience.succeeded();
    } catch (error) {
      queue.putBack(range);
      if (error instanceof AbortedError) return;
      const isTooLarge = error instanceof RangeTooLargeError || error instanceof TimeoutError;
      if (isRead || !isTooLarge || asked === 1) return patience.failed(error, range);
      // Others that asked for as much have perhaps shrunk it already.
      if (asked <= size.current) size = shrunk(size, asked, saidBlocksMax(error));
    }
  }

  async function work(): Promise<void> {
    try {
      while (!reading.aborted) {
        const range = queue.take(size.current);
        if (range === null) return;
        await readOne(range);
      }
    } finally {
      // Whoever ends with something left has failed or was stopped, and so the others end too.
      if (queue.blocks() > 0) stop.abort();
    }
  }

  const startedAt = clock.nowMs();
  onProgress(meter.add(0, 0, size.current));
  const outcomes = await Promise.allSettled(Array.from({ length: Math.max(1, request.concurrency) }, work));
  await settle.end();
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  const { blocks: blocksRead, fills } = meter.total();
  return {
    blocksRead,
    blocksBefore: toBlock - fromBlock + 1 - blocks,
    fills,
    durationMs: clock.nowMs() - startedAt,
    missing: missingRanges(await store.coverage(), fromBlock, toBlock),
  };
}

/** Waits after what may pass, longer each time; throws what does not pass. */
function createPatience({ clock, logger, config }: BackfillDeps, signal: AbortSignal) {
  let failures = 0;
  let contradictions = 0;
  return {
    succeeded() {
      failures = 0;
      contradictions = 0;
    },
    async failed(error: unknown, range: BlockRange): Promise<void> {
      const isContradiction = error instanceof ProviderInconsistencyError || error instanceof PayloadError;
      if (!isContradiction && !(error instanceof TransientError) && !(error instanceof RejectedError)) throw error;
      failures += 1;
      if (isContradiction) contradictions += 1;
      if (failures >= FAILURES_MAX || contradictions >= config.contradictionsMax) throw error;
      const backoffMs = Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** Math.min(failures - 1, 10));
      const pauseMs = error instanceof RateLimitError ? Math.max(error.retryAfterMs, backoffMs) : backoffMs;
      logger.warn("reading failed", { ...range, error, failures, pauseMs });
      await clock.sleep(pauseMs, signal);
    },
  };
}

/** Moves the mark of what is final over what was committed, now and then and at the end. */
function createSettling({ store, clock }: BackfillDeps) {
  let newest = -1;
  let settledAt = clock.nowMs() as number;
  let isMoving = false;

  async function settle(): Promise<void> {
    if (newest < 0 || isMoving) return;
    isMoving = true;
    settledAt = clock.nowMs();
    try {
      await store.settle(newest, clock.nowMs());
    } finally {
      isMoving = false;
    }
  }

  return {
    async committed(toBlock: number): Promise<void> {
      newest = Math.max(newest, toBlock);
      if (clock.nowMs() - settledAt >= SETTLE_MS) await settle();
    },
    end: settle,
  };
}

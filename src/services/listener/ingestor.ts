import type { BlockRef } from "../../core/chain/fill.ts";
import type { BlockRange } from "../../core/chain/missing-ranges.ts";
import { ConfigError, ProviderInconsistencyError, RangeTooLargeError, TimeoutError } from "../../core/errors.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { BlockRangeRecord, ChainStore } from "../../ports/chain-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LogSource } from "../../ports/log-source.ts";
import {
  type ChainView,
  extended,
  highestCovered,
  isOfOtherChain,
  neighbours,
  nextRange,
  replaceableFrom,
} from "./chain-view.ts";
import { createHeldChain, type Retraction } from "./held-chain.ts";
import type { ListenerConfig } from "./listener-config.ts";
import { createRangeReader, type WantedRange } from "./range-reader.ts";
import { createRangeRecorder, depthOf } from "./range-recorder.ts";
import { grown, rangeSize, saidBlocksMax, shrunk } from "./range-size.ts";

/** What is kept of a range that was read: its logs are let go of before the commit is waited for. */
type TakenRange = {
  readonly record: BlockRangeRecord;
  readonly receivedAt: EpochMs;
  readonly matches: number;
  readonly finalized: BlockRef | null | undefined;
  /** What follows it as far as is known now; null: nothing. */
  readonly next: WantedRange | null;
};

export type StepResult =
  /** A range was read and committed. */
  | ({ readonly kind: "extended" } & Omit<TakenRange, "finalized" | "next">)
  /** Blocks were replaced: everything above `lastGoodBlock` was taken back. */
  | ({ readonly kind: "retracted" } & Retraction)
  /** The range was too large for the source: it will be read in smaller pieces. */
  | { readonly kind: "shrunk"; readonly rangeBlocks: number }
  /** Everything up to the head is covered. */
  | { readonly kind: "idle" };

export type Ingestor = {
  /**
   * Start and restart alike: what is covered, what was replaced meanwhile (and is taken back), where the head is.
   * @throws ConfigError when the store holds another chain; what the source and the store throw.
   */
  open(signal: AbortSignal): Promise<StepResult>;
  /**
   * Does one thing; at most one range is committed.
   * @param hintedHead a head that a subscription announced; null: none. Throws what the source and the store throw.
   */
  step(signal: AbortSignal, hintedHead: number | null): Promise<StepResult>;
  view(): ChainView;
  /** The first block that is still to be read. */
  nextBlock(): number;
};

export type IngestorDeps = {
  readonly logSource: LogSource;
  readonly store: ChainStore;
  readonly clock: Clock;
  readonly config: ListenerConfig;
};

/** A hint further ahead than this is not believed without asking. */
const HINT_LEAP_MAX = 100;

/** Keeps the store equal to the chain, from the first wanted block to the head, one committed range at a time. */
export function createIngestor({ logSource, store, clock, config }: IngestorDeps): Ingestor {
  const reader = createRangeReader(logSource, clock, depthOf(config));
  const recorder = createRangeRecorder(store, config);
  const held = createHeldChain(logSource, store, clock);
  let size = rangeSize(config.rangeBlocks, config.rangeBlocksMax);
  let start = 0;

  const planned = (view: ChainView) => nextRange(view, start, size.current);

  async function load(): Promise<void> {
    reader.forget();
    recorder.changed(null);
    await held.load();
  }

  async function open(signal: AbortSignal): Promise<StepResult> {
    await load();
    await held.lookAtHead(signal);
    const { head, remembered } = held.view();
    start = config.startBlock ?? (await store.followFrom(Math.max(0, head - config.startBlocks)));
    if (remembered.size === 0) return { kind: "idle" };
    try {
      const retraction = await held.recover(signal);
      return retraction === null ? { kind: "idle" } : { kind: "retracted", ...retraction };
    } catch (error) {
      const isOther = error instanceof ProviderInconsistencyError && error.code === "NO_COMMON_BLOCK";
      throw isOther ? new ConfigError([otherChain(highestCovered(held.view()))]) : error;
    }
  }

  /** @throws ProviderInconsistencyError when all that we hold still stands: then the answer was wrong. */
  async function recover(signal: AbortSignal): Promise<StepResult> {
    reader.forget();
    recorder.changed(null);
    const retraction = await held.recover(signal);
    if (retraction !== null) return { kind: "retracted", ...retraction };
    throw forkNotFound(highestCovered(held.view()));
  }

  async function readNext(signal: AbortSignal): Promise<StepResult> {
    const view = held.view();
    const range = planned(view);
    if (range === null) {
      // What was held above the finalized block may have become final without anything new to read.
      await held.moveFinalized(signal);
      return { kind: "idle" };
    }
    const taken = await take(view, range, signal);
    if (taken === null) return recover(signal);
    const { finalized, next, ...kept } = taken;
    // Not before the database has all it needs: it would wait for this thread with every question in between.
    const readOn = (): void => reader.prefetch(next, signal);
    await held.extend(kept.record, finalized, readOn);
    readOn();
    recorder.changed(kept.record);
    return { kind: "extended", ...kept };
  }

  /** @returns null when the range is of another chain than what we hold beside it */
  async function take(view: ChainView, range: BlockRange, signal: AbortSignal): Promise<TakenRange | null> {
    const wanted = wantedOf(view, range);
    const read = await reader.read(wanted, signal);
    const { finalized, logs } = read.answer;
    if (isOfOtherChain(view, range, read.answer)) return null;
    if (range.toBlock - range.fromBlock + 1 >= size.current) size = grown(size, logs.length);
    const record = await recorder.record(read, wanted.headersFrom, clock.nowMs());
    const after = extended(view, record, record.blocks);
    const blocksAfter = planned(after);
    const next = blocksAfter === null ? null : wantedOf(after, blocksAfter);
    return { record, finalized, next, receivedAt: read.receivedAt, matches: read.decoded.matches.length };
  }

  async function step(signal: AbortSignal, hintedHead: number | null): Promise<StepResult> {
    if (held.isUnsure()) await load();
    const { head } = held.view();
    if (hintedHead !== null && hintedHead > head && hintedHead <= head + HINT_LEAP_MAX) held.assumeHead(hintedHead);
    const mustLook = planned(held.view()) === null;
    if (mustLook) await held.lookAtHead(signal);
    if (held.isDoubtful()) return recover(signal);
    const asked = planned(held.view());
    try {
      return await readNext(signal);
    } catch (error) {
      // A head that was only hinted at may not exist: the next step asks.
      held.assumeHead(null);
      const blocks = asked === null ? 1 : asked.toBlock - asked.fromBlock + 1;
      const isTooLarge = error instanceof RangeTooLargeError || error instanceof TimeoutError;
      if (!isTooLarge || blocks === 1) throw error;
      size = shrunk(size, blocks, saidBlocksMax(error));
      return { kind: "shrunk", rangeBlocks: size.current };
    }
  }

  return { open, step, view: held.view, nextBlock: () => planned(held.view())?.fromBlock ?? held.view().head + 1 };
}

const wantedOf = (view: ChainView, range: BlockRange): WantedRange => ({
  ...range,
  headersFrom: replaceableFrom(view),
  neighbours: neighbours(view, range),
});

const forkNotFound = (newest: number): ProviderInconsistencyError =>
  new ProviderInconsistencyError("FORK_NOT_FOUND", "the endpoint contradicted blocks that still stand", { newest });

const otherChain = (newest: number): string =>
  `The database holds blocks up to ${newest} of another chain than the endpoint serves: use another database or endpoint.`;

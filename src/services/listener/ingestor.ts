import type { BlockRef } from "../../core/chain/fill.ts";
import { ConfigError, ProviderInconsistencyError, RangeTooLargeError, TimeoutError } from "../../core/errors.ts";
import type { BlockRangeRecord, ChainStore } from "../../ports/chain-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LogSource } from "../../ports/log-source.ts";
import {
  type ChainView,
  contradicts,
  emptyView,
  extended,
  highestCovered,
  isReplacement,
  nextRange,
  replaceableFrom,
  retracted,
} from "./chain-view.ts";
import { findFork } from "./find-fork.ts";
import type { ListenerConfig } from "./listener-config.ts";
import { createRangeReader } from "./range-reader.ts";
import { type ReadRange, rangeRecord } from "./range-record.ts";
import { grown, rangeSize, shrunk } from "./range-size.ts";

export type StepResult =
  /** A range was read and committed. */
  | { readonly kind: "extended"; readonly read: ReadRange; readonly record: BlockRangeRecord }
  /** Blocks were replaced: everything above `lastGoodBlock` was taken back. */
  | { readonly kind: "retracted"; readonly lastGoodBlock: number; readonly depth: number }
  /** The range was too large for the source: it will be read in smaller pieces. */
  | { readonly kind: "shrunk"; readonly rangeBlocks: number }
  /** Everything up to the head is covered. */
  | { readonly kind: "idle" };

export type Ingestor = {
  /** Start and restart alike: what is covered, what was replaced meanwhile (and is taken back), where the head is. */
  open(signal: AbortSignal): Promise<StepResult>;
  /**
   * Does one thing; at most one range is committed.
   * @param hintedHead a head that a subscription announced; null: none. Throws what the source and the store throw.
   */
  step(signal: AbortSignal, hintedHead: number | null): Promise<StepResult>;
  view(): ChainView;
};

export type IngestorDeps = {
  readonly logSource: LogSource;
  readonly store: ChainStore;
  readonly clock: Clock;
  readonly config: ListenerConfig;
};

const REMEMBERED_MAX = 512;
/** A hint further ahead than this is not believed without asking. */
const HINT_LEAP_MAX = 100;

/** Keeps the store equal to the chain, from the first wanted block to the head, one committed range at a time. */
export function createIngestor({ logSource, store, clock, config }: IngestorDeps): Ingestor {
  const reader = createRangeReader(logSource, clock);
  let view: ChainView = emptyView;
  let size = rangeSize(config.rangeBlocks, config.rangeBlocksMax);
  let start = 0;
  /** Set when something contradicted what we hold: the next step finds out what. */
  let isDoubtful = false;

  async function open(signal: AbortSignal): Promise<StepResult> {
    reader.forget();
    const [covered, remembered] = await Promise.all([store.coverage(), store.recentBlocks(REMEMBERED_MAX)]);
    const held = new Map(remembered.map((block) => [block.number, block]));
    view = { ...emptyView, covered: [...covered].sort((a, b) => a.fromBlock - b.fromBlock), remembered: held };
    await lookAtHead(signal);
    start = config.startBlock ?? view.covered[0]?.fromBlock ?? Math.max(0, view.head - config.startBlocks);
    const newest = remembered[0];
    if (newest === undefined) return { kind: "idle" };
    const fork = await findFork(logSource, remembered, signal);
    if (fork === null) throw new ConfigError([otherChain(newest.number)]);
    return fork.number < newest.number ? retract(fork) : { kind: "idle" };
  }

  async function lookAtHead(signal: AbortSignal): Promise<void> {
    const [head, finalized] = await Promise.all([logSource.head(signal), logSource.finalized(signal)]);
    isDoubtful ||= contradicts(view, head) || contradicts(view, finalized);
    view = { ...view, head: Math.max(head.number, highestCovered(view)), sourceFinalized: finalized };
  }

  async function retract(fork: BlockRef): Promise<StepResult> {
    const depth = highestCovered(view) - fork.number;
    if (fork.number < view.finalized) {
      const context = { forkBlock: fork.number, finalizedBlock: view.finalized };
      throw new ProviderInconsistencyError("FINALIZED_BLOCK_REPLACED", "a final block has another hash now", context);
    }
    reader.forget();
    await store.retract(fork.number, clock.nowMs());
    view = retracted(view, fork.number);
    isDoubtful = false;
    return { kind: "retracted", lastGoodBlock: fork.number, depth };
  }

  /** @throws ProviderInconsistencyError when our newest block still stands: then the answer was wrong, not our blocks. */
  async function recover(signal: AbortSignal): Promise<StepResult> {
    isDoubtful = false;
    const remembered = [...view.remembered.values()].sort((a, b) => b.number - a.number);
    const fork = await findFork(logSource, remembered, signal);
    if (fork !== null && fork.number < highestCovered(view)) return retract(fork);
    const code = fork === null ? "NO_COMMON_BLOCK" : "FORK_NOT_FOUND";
    throw new ProviderInconsistencyError(code, "the endpoint contradicts our blocks, but no fork is found", {
      newest: remembered[0]?.number ?? null,
    });
  }

  /** What the source calls final is final here as far as it is covered and the same. */
  async function moveFinalized(): Promise<void> {
    const { sourceFinalized, head } = view;
    if (sourceFinalized === null) return;
    if (contradicts(view, sourceFinalized)) {
      isDoubtful = true;
      return;
    }
    const mark = Math.min(sourceFinalized.number, highestCovered(view));
    if (mark <= view.finalized) return;
    await store.finalize(mark, head, clock.nowMs());
    view = { ...view, finalized: mark };
  }

  async function commit(read: ReadRange, rememberFrom: number, signal: AbortSignal): Promise<StepResult> {
    const record = rangeRecord(read, rememberFrom, clock.nowMs(), config);
    const after = extended(view, record, record.blocks);
    const next = nextRange(after, start, size.current);
    if (next !== null) reader.prefetch({ ...next, headersFrom: replaceableFrom(after) }, signal);
    await store.extend(record);
    view = after;
    await moveFinalized();
    return { kind: "extended", read, record };
  }

  async function readNext(signal: AbortSignal, hasLooked: boolean): Promise<StepResult> {
    const range = nextRange(view, start, size.current);
    if (range === null) {
      // What was held above the finalized block may have become final without anything new being read.
      await moveFinalized();
      return { kind: "idle" };
    }
    const headersFrom = replaceableFrom(view);
    const isAtTip = range.toBlock === view.head && !hasLooked;
    const [read, finalized] = await Promise.all([
      reader.read({ ...range, headersFrom }, signal),
      isAtTip ? logSource.finalized(signal) : view.sourceFinalized,
    ]);
    if (isReplacement(view, read.answer.blocks[0] as BlockRef)) return recover(signal);
    view = { ...view, sourceFinalized: finalized };
    const blocks = range.toBlock - range.fromBlock + 1;
    if (blocks >= size.current) size = grown(size, read.answer.logs.length);
    return commit(read, headersFrom, signal);
  }

  async function step(signal: AbortSignal, hintedHead: number | null): Promise<StepResult> {
    if (hintedHead !== null && hintedHead > view.head && hintedHead <= view.head + HINT_LEAP_MAX) {
      view = { ...view, head: hintedHead };
    }
    const mustLook = nextRange(view, start, size.current) === null;
    if (mustLook) await lookAtHead(signal);
    if (isDoubtful) return recover(signal);
    const asked = nextRange(view, start, size.current);
    try {
      return await readNext(signal, mustLook);
    } catch (error) {
      // A head that was only hinted at may not exist: the next step asks.
      view = { ...view, head: highestCovered(view) };
      const blocks = asked === null ? 1 : asked.toBlock - asked.fromBlock + 1;
      const isTooLarge = error instanceof RangeTooLargeError || error instanceof TimeoutError;
      if (!isTooLarge || blocks === 1) throw error;
      size = shrunk(size, blocks);
      return { kind: "shrunk", rangeBlocks: size.current };
    }
  }

  return { open, step, view: () => view };
}

const otherChain = (newest: number): string =>
  `The database holds blocks up to ${newest} of another chain than the endpoint serves: use another database or endpoint.`;

import type { BlockRef } from "../../core/chain/fill.ts";
import { missingRanges } from "../../core/chain/missing-ranges.ts";
import { ProviderInconsistencyError } from "../../core/errors.ts";
import type { BlockRangeRecord, ChainStore, FinalizedMark } from "../../ports/chain-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LogSource } from "../../ports/log-source.ts";
import {
  type ChainView,
  contradicts,
  emptyView,
  extended,
  highestCovered,
  REORG_DEPTH_MAX,
  retracted,
} from "./chain-view.ts";
import { type Fork, findFork } from "./find-fork.ts";

export type Retraction = { readonly lastGoodBlock: number; readonly depth: number };

/**
 * What we hold of the chain, in memory and in the store alike, and what the source says about it. Three things together
 * keep rows of a replaced block from becoming final:
 * - Remembered blocks are one chain: whoever delivers a range has, in the same answer, the nearest that we remember below
 *   and above it. So whatever lies between them, and whoever read that, a replaced one shows at the next range.
 * - What is not remembered was final to the node that it came from.
 * - The mark moves over what is remembered only with a node that has both: up to what the node that delivered a range called
 *   final as it did, to a final block that is remembered itself, or to one that is asked for together with the nearest
 *   below it.
 */
export type HeldChain = {
  view(): ChainView;
  /** True when the source contradicted what we hold; `recover` finds out what is behind it. */
  isDoubtful(): boolean;
  /** True after a write failed: it may have been committed and the answer lost, and only `load` tells. */
  isUnsure(): boolean;
  /** Reads from the store what it holds. */
  load(): Promise<void>;
  lookAtHead(signal: AbortSignal): Promise<void>;
  /** Takes a head for granted until it turns out otherwise; null: no longer. */
  assumeHead(head: number | null): void;
  /**
   * Commits, and moves the mark of what is final.
   * @param finalized what the node that the record comes from called final as it answered; undefined: it was not asked
   * @param onWriting as the store calls it
   */
  extend(record: BlockRangeRecord, finalized: BlockRef | null | undefined, onWriting: () => void): Promise<void>;
  /** Where there is nothing to read: the same, also over what somebody else has read. */
  moveFinalized(signal: AbortSignal): Promise<void>;
  /**
   * Takes back what the source has no more.
   * @returns null when all that we hold still stands.
   * @throws ProviderInconsistencyError when nothing we remember stands, or what was final does not.
   */
  recover(signal: AbortSignal): Promise<Retraction | null>;
};

const REMEMBERED_MAX = 2 * REORG_DEPTH_MAX;

export function createHeldChain(logSource: LogSource, store: ChainStore, clock: Clock): HeldChain {
  let view: ChainView = emptyView;
  let isDoubtful = false;
  let isUnsure = false;

  async function write(work: Promise<unknown>): Promise<void> {
    isUnsure = true;
    await work;
    isUnsure = false;
  }

  /**
   * What the source calls final is final here where we hold that very block: it may have been named by another node
   * than the one we read from.
   * @param delivered up to here a range was read from a node to which that is final
   * @returns null when what is final stays as it was
   */
  function newMark(held: ChainView, delivered: number): number | null {
    const { sourceFinalized: final } = held;
    isDoubtful ||= contradicts(held, final);
    const isHeld = final !== null && held.remembered.get(final.number)?.hash === final.hash;
    const mark = Math.max(delivered, isHeld ? final.number : -1);
    return isDoubtful || mark <= held.finalized ? null : mark;
  }

  /**
   * The final block may be one that somebody else read, as final, and that nobody remembers. Then it is enough that the
   * newest block below it that we remember is of the same chain, for which one node is asked for both.
   */
  async function markBeyond(signal: AbortSignal): Promise<number | null> {
    const { sourceFinalized: final, finalized, covered, remembered } = view;
    if (isDoubtful || final === null || final.number <= finalized || remembered.has(final.number)) return null;
    const below = Math.max(finalized, ...[...remembered.keys()].filter((number) => number < final.number));
    if (missingRanges(covered, below, final.number).length > 0) return null;
    const blocks = await logSource.blocks([below, final.number], signal);
    if (blocks.length < 2 || blocks.at(-1)?.hash !== final.hash) return null;
    isDoubtful = blocks.some((block) => contradicts(view, block));
    return isDoubtful ? null : final.number;
  }

  return {
    view: () => view,
    isDoubtful: () => isDoubtful,
    isUnsure: () => isUnsure,
    async moveFinalized(signal) {
      const mark = newMark(view, -1) ?? (await markBeyond(signal));
      if (mark === null) return;
      await store.finalize(mark, view.head, clock.nowMs());
      view = { ...view, finalized: mark };
    },
    async load() {
      const [covered, remembered, finalized] = await Promise.all([
        store.coverage(),
        store.recentBlocks(REMEMBERED_MAX),
        store.finalizedBlock(),
      ]);
      view = {
        ...emptyView,
        finalized,
        covered: [...covered].sort((a, b) => a.fromBlock - b.fromBlock),
        remembered: new Map(remembered.map((block) => [block.number, block])),
      };
      isUnsure = false;
    },
    async lookAtHead(signal) {
      const [head, finalized] = await Promise.all([logSource.head(signal), logSource.finalized(signal)]);
      isDoubtful ||= contradicts(view, head) || contradicts(view, finalized);
      view = { ...view, head: Math.max(head.number, highestCovered(view)), sourceFinalized: finalized };
    },
    assumeHead(head) {
      view = { ...view, head: head ?? highestCovered(view) };
    },
    async extend(record, finalized, onWriting) {
      const sourceFinalized = newer(view.sourceFinalized, finalized ?? null);
      const after = { ...extended(view, record, record.blocks), sourceFinalized };
      const mark = newMark(after, Math.min(record.finalizedBlock ?? -1, record.toBlock));
      await write(store.extend(record, markOf(mark, after.head), onWriting));
      view = { ...after, finalized: mark ?? after.finalized };
    },
    async recover(signal) {
      const fork = await findFork(logSource, newestFirst(view), signal);
      view = { ...view, finalized: await store.finalizedBlock() };
      const lastGoodBlock = lastGood(view, fork);
      const depth = highestCovered(view) - lastGoodBlock;
      const isReplaced = fork.replacedFrom !== null && depth > 0;
      if (isReplaced) {
        await write(store.retract(lastGoodBlock, clock.nowMs()));
        view = retracted(view, lastGoodBlock);
      }
      isDoubtful = false;
      return isReplaced ? { lastGoodBlock, depth } : null;
    },
  };
}

const newestFirst = ({ remembered }: ChainView): readonly BlockRef[] =>
  [...remembered.values()].sort((a, b) => b.number - a.number);

const markOf = (finalizedBlock: number | null, headBlock: number): FinalizedMark | null =>
  finalizedBlock === null ? null : { finalizedBlock, headBlock };

const newer = (a: BlockRef | null, b: BlockRef | null): BlockRef | null =>
  a === null || (b !== null && b.number > a.number) ? b : a;

/**
 * The newest block that stays, after a reorg. What is final stays without being remembered: it may have come from
 * somebody who reads history beside us. Where nothing that we remember is left, a reorg replaced all of it, as far
 * as it is young.
 * @throws ProviderInconsistencyError when something final was replaced, or it is another chain
 */
function lastGood(view: ChainView, { standing, replacedFrom }: Fork): number {
  const { finalized } = view;
  // Of what lies above, somebody else read that it is final.
  const newest = newestFirst(view)[0]?.number ?? -1;
  const lowest = view.covered[0]?.fromBlock ?? 0;
  const isFinalReplaced = replacedFrom !== null && replacedFrom <= finalized;
  const good = Math.max(standing?.number ?? lowest - 1, finalized);
  if (standing === null && (isFinalReplaced || newest - good > REORG_DEPTH_MAX)) {
    throw new ProviderInconsistencyError("NO_COMMON_BLOCK", "the endpoint has none of our blocks", { newest });
  }
  if (isFinalReplaced) {
    const context = { replacedFrom, finalizedBlock: finalized };
    throw new ProviderInconsistencyError("FINALIZED_BLOCK_REPLACED", "a final block has another hash now", context);
  }
  return good;
}

import { addShares, addUsd, type ShareMicros, type UsdMicros } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";
import type { ObservedFill } from "./observed-fill.ts";

/**
 * A wallet's fills of one token and side with gaps of at most ten minutes: thirty fills of one order are one bet.
 * It gives one signal at most, however long it goes on.
 */
export type Episode = {
  readonly size: ShareMicros;
  readonly cash: UsdMicros;
  /** Absent where an older version began it. */
  readonly fills?: number;
  readonly lastAt: EpochMs;
  readonly lastBlock: number;
  readonly signalled: boolean;
};

/** @param isUsed the fill's order has given a signal before: an episode with a fill of such a one gives none */
export function extendEpisode(
  episode: Episode | undefined,
  fill: ObservedFill,
  gapMs: number,
  isUsed = false,
): Episode {
  const joins = episode !== undefined && isRemembered(episode, fill.occurredAt, gapMs);
  return {
    size: joins ? addShares(episode.size, fill.size) : fill.size,
    cash: joins ? addUsd(episode.cash, fill.cash) : fill.cash,
    fills: (joins ? (episode.fills ?? 0) : 0) + 1,
    lastAt: joins && episode.lastAt > fill.occurredAt ? episode.lastAt : fill.occurredAt,
    lastBlock: joins && episode.lastBlock > fill.blockNumber ? episode.lastBlock : fill.blockNumber,
    signalled: isUsed || (joins && episode.signalled),
  };
}

/** Whether a later fill may still belong to it. */
export const isRemembered = (episode: Episode, at: EpochMs, gapMs: number): boolean => at - episode.lastAt <= gapMs;

/**
 * After a reorg the fills above `fromBlock` come again, or never happened. An episode that has signalled keeps its
 * mark, so that the same order mined again is not a second bet; any other starts anew.
 */
export const survivesRetraction = (episode: Episode, fromBlock: number): boolean =>
  episode.signalled || episode.lastBlock < fromBlock;

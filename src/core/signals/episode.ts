import type { EpochMs } from "../time/time.ts";
import { addFill, type FillSum, retractFills } from "./fill-sum.ts";
import type { ObservedFill } from "./observed-fill.ts";

/**
 * A wallet's fills of one token and side with gaps of at most ten minutes: thirty fills of one order are one bet.
 * It gives one signal at most, however long it goes on.
 */
export type Episode = FillSum & { readonly signalled: boolean };

/** @param isUsed the fill's order has given a signal before: an episode with a fill of such a one gives none */
export function extendEpisode(
  episode: Episode | undefined,
  fill: ObservedFill,
  gapMs: number,
  isUsed = false,
): Episode {
  const joined = episode !== undefined && isRemembered(episode, fill.occurredAt, gapMs) ? episode : null;
  const signalled = isUsed || joined?.signalled === true;
  const { blocks, ...sum } = addFill(joined, fill);
  return signalled ? { ...sum, signalled } : { ...sum, blocks, signalled };
}

/** Whether a later fill may still belong to it. */
export const isRemembered = ({ lastAt }: Episode, at: EpochMs, gapMs: number): boolean => at - lastAt <= gapMs;

/**
 * After a reorg the fills above `fromBlock` come again, or never happened. An episode that has signalled keeps its
 * mark, so that the same order mined again is not a second bet.
 */
export const retractEpisode = (episode: Episode, fromBlock: number): Episode | null =>
  episode.signalled ? episode : retractFills(episode, fromBlock);

import type { BlockRef } from "../../core/chain/fill.ts";
import { forkPoint } from "../../core/chain/fork-point.ts";
import { TransientError } from "../../core/errors.ts";
import type { LogSource } from "../../ports/log-source.ts";

/** Most reorgs are a few blocks deep; the deepest on record needs a few more rounds. */
const ROUND = 16;

export type Fork = {
  /** The newest remembered block that stands; null: the chain has other blocks in all these places. */
  readonly standing: BlockRef | null;
  /** The lowest block above it in whose place the chain has another one; null: there is none. */
  readonly replacedFrom: number | null;
};

/**
 * Looks for the newest remembered block that the chain still has. Blocks that a source lacks at its end are no sign of a
 * reorg: it may be behind, and then our newest block counts as standing until the source has another one in its place.
 * @param remembered newest first
 * @throws TransientError when the source has none of these blocks at all: it is behind.
 */
export async function findFork(source: LogSource, remembered: readonly BlockRef[], signal: AbortSignal): Promise<Fork> {
  let replacedFrom: number | null = null;
  for (let at = 0; at < remembered.length; at += ROUND) {
    const round = remembered.slice(at, at + ROUND);
    const numbers = round.map((block) => block.number);
    const current = await source.blocks(numbers, signal);
    const found = forkPoint(round, current);
    replacedFrom = current.find((block) => block.number > (found?.number ?? -1))?.number ?? replacedFrom;
    if (found !== null) return { standing: replacedFrom === null ? (remembered[0] ?? found) : found, replacedFrom };
  }
  if (replacedFrom === null && remembered.length > 0) {
    throw new TransientError("SOURCE_BEHIND", "the endpoint has none of the blocks that were read before", {
      newest: remembered[0]?.number ?? null,
    });
  }
  return { standing: null, replacedFrom };
}

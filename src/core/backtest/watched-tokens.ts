import { leaderOf } from "../copy/copy-rules.ts";
import type { EngineState } from "../engine/state.ts";
import type { MarketId } from "../ids/ids.ts";
import type { OutcomeIndex } from "../market/market.ts";

/** Tokens whose leaders' sales matter: those held, and those of entries that have brought nothing yet. */
export function watchedTokens(
  { signals, positions }: EngineState,
  tokenOf: (marketId: MarketId, outcome: OutcomeIndex) => number,
): ReadonlySet<number> {
  const entries = Object.values(signals).filter((signal) => leaderOf(signal) !== null);
  const followed = [...Object.values(positions), ...entries];
  return new Set(followed.map(({ marketId, outcomeIndex }) => tokenOf(marketId, outcomeIndex)));
}

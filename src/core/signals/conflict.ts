import type { SignalId } from "../ids/ids.ts";
import type { OutcomeIndex } from "../market/market.ts";
import type { EpochMs } from "../time/time.ts";

/** A whale's signal in a market, remembered for as long as another may contradict it. */
export type RecentTrigger = {
  readonly signalId: SignalId;
  readonly outcomeIndex: OutcomeIndex;
  /** When the whale bought, however late it was read. */
  readonly at: EpochMs;
};

/** Signals on the other outcome within the window: two whales who disagree tell us nothing. */
export const findConflicts = (
  recent: readonly RecentTrigger[],
  outcomeIndex: OutcomeIndex,
  at: EpochMs,
  windowMs: number,
): readonly RecentTrigger[] =>
  recent.filter((trigger) => trigger.outcomeIndex !== outcomeIndex && at - trigger.at <= windowMs);

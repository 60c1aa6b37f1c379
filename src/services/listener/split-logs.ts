import { type RawLog, topicOf } from "../../core/chain/fill.ts";
import { classOfTopic } from "../../core/chain/topic-classes.ts";

/** The logs of a range by what they are read for, each in chain order. */
export type SplitLogs = {
  /** With those that nobody asked for: their decoder refuses them. */
  readonly trades: readonly RawLog[];
  readonly facts: readonly RawLog[];
  readonly lifecycle: readonly RawLog[];
};

export function splitLogs(logs: readonly RawLog[]): SplitLogs {
  const trades: RawLog[] = [];
  const facts: RawLog[] = [];
  const lifecycle: RawLog[] = [];
  for (const log of logs) {
    const kind = classOfTopic(topicOf(log));
    if (kind === "lifecycle") lifecycle.push(log);
    else if (kind === "fact") facts.push(log);
    else trades.push(log);
  }
  return { trades, facts, lifecycle };
}

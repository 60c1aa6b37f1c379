import { PayloadError } from "../errors.ts";
import {
  type ConditionPrepared,
  type ConditionResolved,
  decodeConditionPreparation,
  decodeConditionResolution,
} from "./decode-condition.ts";
import { decodeFill, isFillTopic } from "./decode-fill.ts";
import { decodeMatch, isMatchTopic, type MatchSummary } from "./decode-match.ts";
import { applyRefunds, decodeRefund, type FeeRefund, isRefundTopic } from "./fee-refunds.ts";
import { type Fill, type LogPosition, type RawLog, topicOf } from "./fill.ts";
import { groupMatches, type Match } from "./group-matches.ts";
import { malformed } from "./hex-words.ts";
import { TOPICS } from "./topics.ts";

/** What the logs of whole blocks say. */
export type DecodedLogs = {
  /** In chain order; each with the match it belongs to, and with its effective fee: refunds are off it. */
  readonly fills: readonly Fill[];
  readonly matches: readonly Match[];
  readonly prepared: readonly ConditionPrepared[];
  readonly resolved: readonly ConditionResolved[];
  /** Malformed logs, which have no fill; and logs whose match breaks an invariant, whose fill is among `fills`. */
  readonly quarantined: readonly { readonly log: RawLog; readonly reason: string }[];
  /** Logs seem to be missing from matches: worth asking again before it is believed. */
  readonly isIncomplete: boolean;
};

type Collected = {
  readonly fills: Fill[];
  readonly summaries: MatchSummary[];
  readonly refunds: FeeRefund[];
  readonly prepared: ConditionPrepared[];
  readonly resolved: ConditionResolved[];
  readonly reasons: Map<number, string[]>;
};

/** @param logs of whole blocks: a match is never cut by the edge of a range. Never throws for what a log holds. */
export function decodeLogs(logs: readonly RawLog[]): DecodedLogs {
  const collected: Collected = {
    ...{ fills: [], summaries: [], refunds: [], prepared: [], resolved: [] },
    reasons: new Map(),
  };
  logs.forEach((log, index) => {
    try {
      collect(log, collected);
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      note(collected.reasons, index, `MALFORMED: ${error.message}`);
    }
  });
  const indexAt = logFinder(logs);
  const grouped = groupMatches(collected.fills, collected.summaries);
  const refunded = applyRefunds(grouped.fills, collected.refunds);
  for (const problem of [...grouped.problems, ...refunded.problems])
    note(collected.reasons, indexAt(problem), problem.reason);
  const fills = refunded.fills.filter((fill) => {
    const priced = isPriced(fill);
    if (!priced) note(collected.reasons, indexAt(fill), "FILL_WITHOUT_A_PRICE");
    return priced;
  });
  return {
    fills,
    matches: grouped.matches,
    prepared: collected.prepared,
    resolved: collected.resolved,
    quarantined: [...collected.reasons]
      .sort(([a], [b]) => a - b)
      .map(([index, reasons]) => ({ log: logs[index] as RawLog, reason: reasons.join("; ") })),
    isIncomplete: grouped.problems.some((problem) => problem.isIncomplete),
  };
}

const keyOf = ({ blockNumber, logIndex }: LogPosition): string => `${blockNumber}:${logIndex}`;

/** Where the log of a place is; the index of all is made when it is first needed, which is rarely. */
function logFinder(logs: readonly RawLog[]): (place: LogPosition) => number | undefined {
  let indexOf: Map<string, number> | null = null;
  return (place) => {
    indexOf ??= new Map(logs.map((log, index) => [keyOf(log), index]));
    return indexOf.get(keyOf(place));
  };
}

function note(reasons: Map<number, string[]>, index: number | undefined, reason: string): void {
  if (index === undefined) return;
  const known = reasons.get(index);
  if (known === undefined) reasons.set(index, [reason]);
  else known.push(reason);
}

/** Dust that was rounded to nothing has no price between 0 and 1, and nothing downstream could value it. */
const isPriced = ({ size, cash }: Fill): boolean => size > 0n && cash <= size;

function collect(log: RawLog, into: Collected): void {
  const topic = topicOf(log);
  if (isFillTopic(topic)) into.fills.push(decodeFill(log));
  else if (isMatchTopic(topic)) into.summaries.push(decodeMatch(log));
  else if (isRefundTopic(topic)) into.refunds.push(decodeRefund(log));
  else if (topic === TOPICS.conditionPreparation) {
    const prepared = decodeConditionPreparation(log);
    if (prepared !== null) into.prepared.push(prepared);
  } else if (topic === TOPICS.conditionResolution) {
    const resolved = decodeConditionResolution(log);
    if (resolved !== null) into.resolved.push(resolved);
  } else throw malformed("a log that was not asked for");
}

import { NEG_RISK_ADAPTER } from "./contracts.ts";
import { type DecodedEvent, decodeEvent } from "./decode-event.ts";
import { decodeNegRisk, type NegRiskEvent } from "./decode-neg-risk.ts";
import { decodeTransfer, isTransferTopic, type Movement } from "./decode-transfer.ts";
import type { RawLog } from "./fill.ts";
import { TOPICS } from "./topics.ts";

/** Everything that changes holdings without being a fill, and what the venue says about its markets besides. */
export type LifecycleEvent =
  | DecodedEvent
  | { readonly name: "negRisk"; readonly event: NegRiskEvent }
  | { readonly name: "transfer"; readonly movements: readonly Movement[] };

const NEG_RISK_TOPICS: ReadonlySet<string> = new Set([
  TOPICS.negRiskPositionSplit,
  TOPICS.negRiskPositionsMerge,
  TOPICS.negRiskPositionsConverted,
]);

/**
 * @returns null for a log that is no lifecycle event, or one of a contract that is not the venue's.
 * @throws PayloadError for a lifecycle event of another shape: it is never skipped.
 */
export function decodeLifecycle(log: RawLog): LifecycleEvent | null {
  const topic = log.topics[0] ?? "";
  if (isTransferTopic(topic)) {
    const movements = decodeTransfer(log);
    return movements === null ? null : { name: "transfer", movements };
  }
  if (NEG_RISK_TOPICS.has(topic)) {
    return log.address === NEG_RISK_ADAPTER ? { name: "negRisk", event: decodeNegRisk(log) } : null;
  }
  return decodeEvent(log);
}

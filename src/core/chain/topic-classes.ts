import { EVENT_TOPICS, type EventName } from "./decode-event.ts";
import { isFillTopic } from "./decode-fill.ts";
import { isMatchTopic } from "./decode-match.ts";
import { isOwnerTopic } from "./decode-owner.ts";
import { isTransferTopic, TRANSFER_BATCH, TRANSFER_SINGLE } from "./decode-transfer.ts";
import { isRefundTopic } from "./fee-refunds.ts";
import { TOPICS } from "./topics.ts";

/**
 * What a log is read for. trade: fills, their fees and the markets of Conditional Tokens. fact: what is known of markets,
 * wallets and contracts besides. lifecycle: everything that changes holdings without being a fill.
 */
export type TopicClass = "trade" | "fact" | "lifecycle";

const FACTS: readonly EventName[] = [
  "conditionResolved",
  "remainingDerivableAsNo",
  "syntheticDerivableAsYes",
  "eventPrepared",
  "comboPrepared",
  "negRiskMarketPrepared",
  "negRiskQuestionPrepared",
  "moduleAdded",
  "upgraded",
];

/** Repeated by another event, or about nobody's holdings. */
const UNUSED: readonly EventName[] = [
  "resultReported",
  "negRiskOutcomeReported",
  "operatorMarketPrepared",
  "operatorQuestionPrepared",
  "feeWithdrawn",
  "migrationRegistered",
  "migrationResolved",
  "legacyCollateralSettled",
  "moduleRemoved",
];

const ADMIN = [TOPICS.newAdmin, TOPICS.newOperator, TOPICS.removedAdmin, TOPICS.removedOperator];

const classes: ReadonlyMap<string, TopicClass> = classify();

function classify(): ReadonlyMap<string, TopicClass> {
  const found = new Map<string, TopicClass>();
  for (const topic of Object.values(TOPICS)) found.set(topic, "lifecycle");
  for (const topic of Object.values(TOPICS)) {
    const isCondition = topic === TOPICS.conditionPreparation || topic === TOPICS.conditionResolution;
    if (isFillTopic(topic) || isMatchTopic(topic) || isCondition) found.set(topic, "trade");
    if (isOwnerTopic(topic) || ADMIN.some((each) => each === topic)) found.set(topic, "fact");
  }
  for (const topic of [TRANSFER_SINGLE, TRANSFER_BATCH]) found.set(topic, "lifecycle");
  for (const [topic, name] of EVENT_TOPICS) {
    if (UNUSED.includes(name)) continue;
    found.set(topic, isRefundTopic(topic) ? "trade" : FACTS.includes(name) ? "fact" : "lifecycle");
  }
  return found;
}

/** @returns null for a topic that nobody asked for. */
export function classOfTopic(topic: string | undefined): TopicClass | null {
  if (isTransferTopic(topic)) return "lifecycle";
  return classes.get(topic ?? "") ?? null;
}

/** Topic 0 of every event of these classes, for log filters. */
export const topicsOfClass = (...wanted: readonly TopicClass[]): readonly string[] =>
  [...classes].filter(([, each]) => wanted.includes(each)).map(([topic]) => topic);

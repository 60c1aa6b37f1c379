import type { Address, MarketId } from "../ids/ids.ts";
import { CONDITIONAL_TOKENS } from "./contracts.ts";
import type { LogPosition, RawLog } from "./fill.ts";
import { addressOfTopic, DATA_START, malformed, requireHash, requireShape, uint256At, WORD } from "./hex-words.ts";
import { conditionId } from "./token-ids.ts";
import { TOPICS } from "./topics.ts";

/** `ConditionPreparation`: a market exists from here on, before its first fill. */
export type ConditionPrepared = LogPosition & {
  readonly marketId: MarketId;
  readonly oracle: Address;
  readonly questionId: string;
};

/** `ConditionResolution`: written once per condition. Token i pays `numerators[i] / Σ numerators`. */
export type ConditionResolved = ConditionPrepared & { readonly payoutNumerators: readonly [bigint, bigint] };

/** Anybody may prepare conditions; those with another number of outcomes are not markets of the venue. */
const OUTCOMES = 2n;

/**
 * @returns null for a condition with more or fewer than two outcomes.
 * @throws PayloadError for another shape, or an id that is not the hash of its parts.
 */
export function decodeConditionPreparation(log: RawLog): ConditionPrepared | null {
  requireTopic(log, TOPICS.conditionPreparation);
  requireShape(log, 4, 1);
  return uint256At(log.data, DATA_START) === OUTCOMES ? conditionOf(log) : null;
}

/**
 * @returns null for a condition with more or fewer than two outcomes.
 * @throws PayloadError for another shape, an id that is not the hash of its parts, or a payout of nothing.
 */
export function decodeConditionResolution(log: RawLog): ConditionResolved | null {
  requireTopic(log, TOPICS.conditionResolution);
  if (log.topics.length !== 4) throw malformed(`${log.topics.length} topics instead of 4`);
  if (uint256At(log.data, DATA_START) !== OUTCOMES) return null;
  requireShape(log, 4, 5);
  const offset = uint256At(log.data, DATA_START + WORD);
  const length = uint256At(log.data, DATA_START + 2 * WORD);
  if (offset !== 64n || length !== OUTCOMES) throw malformed("payouts that do not match the number of outcomes");
  const first = uint256At(log.data, DATA_START + 3 * WORD);
  const second = uint256At(log.data, DATA_START + 4 * WORD);
  if (first === 0n && second === 0n) throw malformed("a resolution that pays nothing");
  return { ...conditionOf(log), payoutNumerators: [first, second] };
}

function requireTopic(log: RawLog, topic: string): void {
  if (log.address !== CONDITIONAL_TOKENS || log.topics[0] !== topic)
    throw malformed("not this event of Conditional Tokens");
}

function conditionOf(log: RawLog): ConditionPrepared {
  const marketId = requireHash(log.topics[1] as string, "the condition id") as MarketId;
  const oracle = addressOfTopic(log.topics[2] as string);
  const questionId = requireHash(log.topics[3] as string, "the question id");
  if (conditionId(oracle, questionId) !== marketId) throw malformed("a condition id that is not the hash of its parts");
  return { blockNumber: log.blockNumber, logIndex: log.logIndex, marketId, oracle, questionId };
}

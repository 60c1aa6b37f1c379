import type { MarketId } from "../ids/ids.ts";
import type { DecodedEvent } from "./decode-event.ts";
import type { LogPosition } from "./fill.ts";
import { malformed } from "./hex-words.ts";
import type { ProtocolEventId } from "./position-id.ts";

/** Token i pays `payoutNumerators[i] / RESULT_DENOMINATOR`. */
export type ProtocolResolution = LogPosition & {
  readonly marketId: MarketId;
  readonly payoutNumerators: readonly [bigint, bigint];
  /** True when the contract stores no result for it, but would answer with this one. */
  readonly isDerived: boolean;
};

export const RESULT_DENOMINATOR = 1_000_000n;

const YES_WINS = [RESULT_DENOMINATOR, 0n] as const;
const NO_WINS = [0n, RESULT_DENOMINATOR] as const;

/**
 * `ConditionResolved` of a Protocol V2 module. `ResultReported` and `MigrationResolved` repeat it.
 * @throws PayloadError unless there are two results that make up the whole.
 */
export function protocolResolution(event: DecodedEvent<"conditionResolved">): ProtocolResolution {
  const [first, second, ...more] = event.args.result;
  if (first === undefined || second === undefined || more.length > 0 || first + second !== RESULT_DENOMINATOR) {
    throw malformed("a result that does not make up the whole");
  }
  return resolved(event, event.args.conditionId as MarketId, [first, second], false);
}

export type DerivedFrom = DecodedEvent<"remainingDerivableAsNo" | "syntheticDerivableAsYes">;

/**
 * Resolutions that follow from another one in the same neg-risk event of Protocol V2 and have no log of their own
 * (on-chain sheet, section 4): after a winner every other market pays NO, "Other" at index = arity included; when all
 * of them paid NO, "Other" pays YES.
 * @param isResolved markets with a resolution of their own so far, the winner among them.
 * @param isMigrated whether the event was prepared from a legacy one (`EventPrepared`): its real markets get results
 * of their own, read from Conditional Tokens, and only "Other" is derived.
 */
export function deriveResolutions(
  event: DerivedFrom,
  isResolved: (marketId: MarketId) => boolean,
  isMigrated: boolean,
): readonly ProtocolResolution[] {
  if (event.name === "syntheticDerivableAsYes") {
    const marketId = event.args.conditionId as MarketId;
    return isResolved(marketId) ? [] : [resolved(event, marketId, YES_WINS, true)];
  }
  const markets = marketsOfEvent(event.args.eventId as ProtocolEventId);
  return (isMigrated ? markets.slice(-1) : markets)
    .filter((marketId) => !isResolved(marketId))
    .map((marketId) => resolved(event, marketId, NO_WINS, true));
}

/** All markets of a neg-risk event, by condition index; the last is the synthetic "Other". */
export function marketsOfEvent(eventId: ProtocolEventId): readonly MarketId[] {
  const arity = Number((BigInt(eventId) >> 80n) & 0xffffn);
  return Array.from(
    { length: arity + 1 },
    (_, index) => `${eventId}${index.toString(16).padStart(4, "0")}` as MarketId,
  );
}

const resolved = (
  { blockNumber, logIndex }: LogPosition,
  marketId: MarketId,
  payoutNumerators: readonly [bigint, bigint],
  isDerived: boolean,
): ProtocolResolution => ({ blockNumber, logIndex, marketId, payoutNumerators, isDerived });

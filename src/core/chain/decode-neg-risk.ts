import type { Address, MarketId } from "../ids/ids.ts";
import { type ShareMicros, shares } from "../money/amounts.ts";
import { NEG_RISK_ADAPTER } from "./contracts.ts";
import type { LogPosition, RawLog } from "./fill.ts";
import { addressOfTopic, amountAt, DATA_START, malformed, requireHash, requireShape, uint256At } from "./hex-words.ts";
import { TOPICS } from "./topics.ts";

/**
 * What the NegRiskAdapter does to holdings without a fill (on-chain sheet, section 5.2). `stakeholder` is often an
 * exchange or a collateral adapter: then the log belongs to a match and to no wallet.
 */
export type NegRiskEvent = LogPosition & { readonly stakeholder: Address; readonly amount: ShareMicros } & (
    | { readonly kind: "split" | "merge"; readonly marketId: MarketId }
    | {
        readonly kind: "convert";
        /** The id of the group of markets, not of one of them. */
        readonly negRiskMarketId: string;
        /** Bit i is set when the NO of question i was given. */
        readonly indexSet: bigint;
      }
  );

/** @throws PayloadError for a log that is none of the three, or has another shape. */
export function decodeNegRisk(log: RawLog): NegRiskEvent {
  if (log.address !== NEG_RISK_ADAPTER) throw malformed("not a log of the NegRiskAdapter");
  const topic = log.topics[0];
  const isSplit = topic === TOPICS.negRiskPositionSplit;
  if (!isSplit && topic !== TOPICS.negRiskPositionsMerge && topic !== TOPICS.negRiskPositionsConverted) {
    throw malformed("not a split, merge or convert");
  }
  const isConvert = topic === TOPICS.negRiskPositionsConverted;
  requireShape(log, isConvert ? 4 : 3, 1);
  const common = {
    blockNumber: log.blockNumber,
    logIndex: log.logIndex,
    stakeholder: addressOfTopic(log.topics[1] as string),
    amount: shares(amountAt(log.data, DATA_START)),
  };
  const id = requireHash(log.topics[2] as string, "the market id");
  if (!isConvert) return { ...common, kind: isSplit ? "split" : "merge", marketId: id as MarketId };
  const indexSet = uint256At(log.topics[3] as string, DATA_START);
  requireHash(log.topics[3] as string, "the index set");
  return { ...common, kind: "convert", negRiskMarketId: id, indexSet };
}

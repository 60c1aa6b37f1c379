import { shares, usd } from "../money/amounts.ts";
import { exchangeVersion } from "./contracts.ts";
import { type Fill, type RawLog, topicOf } from "./fill.ts";
import { DATA_START, malformed, requireHash, requireShape, WORD } from "./hex-words.ts";
import { TOPICS } from "./topics.ts";
import { addressOfTopic, amountOfWord, assetOfPair, assetOfSide, loadTrade, orderHashOfTopic } from "./trade-words.ts";

export const isFillTopic = (topic: string | undefined): boolean =>
  topic === TOPICS.orderFilledV2 || topic === TOPICS.orderFilledV1;

/**
 * Decodes one `OrderFilled` of V1, V2 or V3 (on-chain sheet, sections 2.1 and 3.1).
 * `matchLogIndex` stays null: a single log does not say which match it belongs to.
 * @throws PayloadError for a known topic with another shape: it is never skipped.
 */
export function decodeFill(log: RawLog): Fill {
  const { address } = log;
  const version = exchangeVersion(address);
  if (version === null) throw malformed("a fill of a contract that is no exchange");
  const v1 = version === 1;
  if (topicOf(log) !== (v1 ? TOPICS.orderFilledV1 : TOPICS.orderFilledV2)) {
    throw malformed("a fill topic that this exchange does not emit");
  }
  loadTrade(log, 4, v1 ? 5 : 7);
  const { side, tokenId } = v1 ? assetOfPair(log) : assetOfSide(log);
  const isBuy = side === "BUY";
  const given = amountOfWord(2);
  const received = amountOfWord(3);
  const taker = addressOfTopic(log, 3);
  const isTaker = taker === address;
  return {
    blockNumber: log.blockNumber,
    logIndex: log.logIndex,
    txHash: log.txHash,
    txIndex: log.txIndex,
    exchange: address,
    exchangeVersion: version,
    orderHash: orderHashOfTopic(log, 1),
    wallet: addressOfTopic(log, 2),
    counterparty: isTaker ? null : taker,
    role: isTaker ? "taker" : "maker",
    side,
    tokenId,
    size: shares(isBuy ? received : given),
    cash: usd(isBuy ? given : received),
    fee: amountOfWord(4),
    feeAsset: v1 && isBuy ? "shares" : "collateral",
    matchLogIndex: null,
  };
}

const BUILDER = DATA_START + 5 * WORD;
const METADATA = DATA_START + 6 * WORD;

/** Who placed the order: front end and free text of a V2 or V3 fill, both zero for most. */
export type OrderTags = { readonly builder: string; readonly metadata: string };

/** @throws PayloadError */
export function decodeOrderTags(log: RawLog): OrderTags {
  if (log.topics[0] !== TOPICS.orderFilledV2) throw malformed("only a V2 fill carries a builder");
  requireShape(log, 4, 7);
  return {
    builder: requireHash(`0x${log.data.slice(BUILDER, METADATA)}`, "the builder"),
    metadata: requireHash(`0x${log.data.slice(METADATA)}`, "the metadata"),
  };
}

import type { Address, OrderHash, TokenId } from "../ids/ids.ts";
import { type ShareMicros, shares, type UsdMicros, usd } from "../money/amounts.ts";
import { exchangeVersion } from "./contracts.ts";
import { type LogPosition, type RawLog, type Side, topicOf } from "./fill.ts";
import { malformed } from "./hex-words.ts";
import { TOPICS } from "./topics.ts";
import { addressOfTopic, amountOfWord, assetOfPair, assetOfSide, loadTrade, orderHashOfTopic } from "./trade-words.ts";

/**
 * `OrdersMatched`: repeats the taker's own leg at the end of a match. It is used as a check and stored nowhere;
 * counting it as well would double the volume.
 */
export type MatchSummary = LogPosition & {
  readonly exchange: Address;
  readonly takerOrderHash: OrderHash;
  readonly takerWallet: Address;
  readonly side: Side;
  readonly tokenId: TokenId;
  readonly size: ShareMicros;
  readonly cash: UsdMicros;
};

export const isMatchTopic = (topic: string | undefined): boolean =>
  topic === TOPICS.ordersMatchedV2 || topic === TOPICS.ordersMatchedV1;

/** @throws PayloadError for a known topic with another shape. */
export function decodeMatch(log: RawLog): MatchSummary {
  const version = exchangeVersion(log.address);
  if (version === null) throw malformed("a match of a contract that is no exchange");
  const v1 = version === 1;
  if (topicOf(log) !== (v1 ? TOPICS.ordersMatchedV1 : TOPICS.ordersMatchedV2)) {
    throw malformed("a match topic that this exchange does not emit");
  }
  loadTrade(log, 3, 4);
  const { side, tokenId } = v1 ? assetOfPair(log) : assetOfSide(log);
  const given = amountOfWord(2);
  const received = amountOfWord(3);
  return {
    blockNumber: log.blockNumber,
    logIndex: log.logIndex,
    exchange: log.address,
    takerOrderHash: orderHashOfTopic(log, 1),
    takerWallet: addressOfTopic(log, 2),
    side,
    tokenId,
    size: shares(side === "BUY" ? received : given),
    cash: usd(side === "BUY" ? given : received),
  };
}

import type { OrderHash, TokenId } from "../ids/ids.ts";
import { shares, usd } from "../money/amounts.ts";
import { exchangeVersion } from "./contracts.ts";
import type { Fill, RawLog, Side } from "./fill.ts";
import {
  addressOfTopic,
  amountAt,
  bitAt,
  DATA_START,
  isZeroAt,
  malformed,
  requireHash,
  requireShape,
  tokenIdAt,
  WORD,
} from "./hex-words.ts";
import { TOPICS } from "./topics.ts";

const at = (word: number): number => DATA_START + word * WORD;
const W0 = at(0);
const W1 = at(1);
const W2 = at(2);
const W3 = at(3);
const W4 = at(4);
const W5 = at(5);
const W6 = at(6);

export const isFillTopic = (topic: string | undefined): boolean =>
  topic === TOPICS.orderFilledV2 || topic === TOPICS.orderFilledV1;

/**
 * Decodes one `OrderFilled` of V1, V2 or V3 (on-chain sheet, sections 2.1 and 3.1).
 * `matchLogIndex` stays null: a single log does not say which match it belongs to.
 * @throws PayloadError for a known topic with another shape: it is never skipped.
 */
export function decodeFill(log: RawLog): Fill {
  const topic = log.topics[0];
  const version = exchangeVersion(log.address);
  if (version === null) throw malformed("a fill of a contract that is no exchange");
  if (version === 1 ? topic !== TOPICS.orderFilledV1 : topic !== TOPICS.orderFilledV2) {
    throw malformed("a fill topic that this exchange does not emit");
  }
  const v1 = version === 1;
  requireShape(log, 4, v1 ? 5 : 7);
  const { data, topics } = log;
  const side = v1 ? sideOfAssets(data) : bitAt(data, W0) === 0 ? "BUY" : "SELL";
  const given = amountAt(data, W2);
  const received = amountAt(data, W3);
  const taker = addressOfTopic(topics[3] as string);
  const isTaker = taker === log.address;
  return {
    blockNumber: log.blockNumber,
    logIndex: log.logIndex,
    txHash: log.txHash,
    txIndex: log.txIndex,
    exchange: log.address,
    exchangeVersion: version,
    orderHash: requireHash(topics[1] as string, "the order hash") as OrderHash,
    wallet: addressOfTopic(topics[2] as string),
    counterparty: isTaker ? null : taker,
    role: isTaker ? "taker" : "maker",
    side,
    tokenId: v1 ? tokenOfAssets(data, side) : tokenIdAt(data, W1),
    size: shares(side === "BUY" ? received : given),
    cash: usd(side === "BUY" ? given : received),
    fee: amountAt(data, W4),
    feeAsset: v1 && side === "BUY" ? "shares" : "collateral",
    matchLogIndex: null,
  };
}

/** V1 names an asset on each side; the one that is zero is the collateral. */
export function sideOfAssets(data: string): Side {
  const paysCollateral = isZeroAt(data, W0);
  if (paysCollateral === isZeroAt(data, W1)) throw malformed("not exactly one of the two assets is collateral");
  return paysCollateral ? "BUY" : "SELL";
}

export const tokenOfAssets = (data: string, side: Side): TokenId => tokenIdAt(data, side === "BUY" ? W1 : W0);

/** Who placed the order: front end and free text of a V2 or V3 fill, both zero for most. */
export type OrderTags = { readonly builder: string; readonly metadata: string };

/** @throws PayloadError */
export function decodeOrderTags(log: RawLog): OrderTags {
  if (log.topics[0] !== TOPICS.orderFilledV2) throw malformed("only a V2 fill carries a builder");
  requireShape(log, 4, 7);
  return {
    builder: requireHash(`0x${log.data.slice(W5, W6)}`, "the builder"),
    metadata: requireHash(`0x${log.data.slice(W6)}`, "the metadata"),
  };
}

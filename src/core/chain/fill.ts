import type { Address, BlockHash, OrderHash, TokenId, TxHash } from "../ids/ids.ts";
import type { ShareMicros, UsdMicros } from "../money/amounts.ts";

/** As `eth_getLogs` and `eth_subscribe("logs")` deliver it; hex quantities already read as numbers. */
export type RawLog = {
  readonly address: Address;
  /** Each 32 bytes, lower-case `0x…`: checked where logs come in. */
  readonly topics: readonly string[];
  /** Lower-case `0x…`, otherwise unchecked: decoders check what they read. */
  readonly data: string;
  readonly blockNumber: number;
  readonly blockHash: BlockHash;
  readonly txHash: TxHash;
  readonly txIndex: number;
  readonly logIndex: number;
  /** Absent where nothing but the text is there. */
  readonly digits?: LogDigits;
};

/**
 * Topics and data as the hex digits they came in: lower-case ASCII, of the topics nothing else. What is decoded from here
 * needs no text of them, and that is nearly everything of nearly every log.
 */
export type LogDigits = {
  readonly view: DataView;
  readonly topic: string;
  readonly topicCount: number;
  /** Of topic 0; each other topic begins `TOPIC_STRIDE` bytes behind the one before. */
  readonly topicsAt: number;
  readonly dataAt: number;
  readonly dataDigits: number;
  /** The bytes from `at` up to `end` as text. */
  text(at: number, end: number): string;
};

/** 64 digits and `","0x`. */
export const TOPIC_STRIDE = 69;

/** Topic 0, which says what a log is. */
export const topicOf = (log: RawLog): string | undefined =>
  log.digits === undefined ? log.topics[0] : log.digits.topic;

/** Where a log stands; the total order of the chain. */
export type LogPosition = { readonly blockNumber: number; readonly logIndex: number };

export const compareLogPosition = (a: LogPosition, b: LogPosition): number =>
  a.blockNumber - b.blockNumber || a.logIndex - b.logIndex;

/** Nearly everything comes in order already, and then nothing is copied. */
export function inChainOrder<Item>(items: readonly Item[], placeOf: (item: Item) => LogPosition): readonly Item[] {
  for (let index = 1; index < items.length; index += 1) {
    if (compareLogPosition(placeOf(items[index - 1] as Item), placeOf(items[index] as Item)) > 0)
      return [...items].sort((a, b) => compareLogPosition(placeOf(a), placeOf(b)));
  }
  return items;
}

/** A block as far as the system needs it. */
export type BlockRef = {
  readonly number: number;
  readonly hash: BlockHash;
  readonly parentHash: BlockHash;
  /** Unix seconds, from the header: blocks are never turned into time by a constant. */
  readonly timestamp: number;
};

export type ExchangeVersion = 1 | 2 | 3;
export type Side = "BUY" | "SELL";
export type FillRole = "maker" | "taker";

/**
 * One order's execution in one `OrderFilled` log. It belongs to `wallet`, the log's `maker` topic,
 * on both the maker's and the taker's leg (on-chain sheet, sections 2.1 and 3.1).
 */
export type Fill = {
  readonly blockNumber: number;
  readonly logIndex: number;
  readonly txHash: TxHash;
  readonly txIndex: number;
  readonly exchange: Address;
  readonly exchangeVersion: ExchangeVersion;
  readonly orderHash: OrderHash;
  readonly wallet: Address;
  /** The taker order's wallet on a maker leg; null on the taker's own leg (there the log names the exchange). */
  readonly counterparty: Address | null;
  readonly role: FillRole;
  readonly side: Side;
  readonly tokenId: TokenId;
  /** Gross of the fee. */
  readonly size: ShareMicros;
  /** Gross of the fee. */
  readonly cash: UsdMicros;
  /** In shares where `feeAsset` is "shares" (V1 BUY), otherwise in collateral. */
  readonly fee: bigint;
  readonly feeAsset: "collateral" | "shares";
  /** Log index of the taker's own leg of the same match; null for `fillOrder`, which has none. */
  readonly matchLogIndex: number | null;
};

import type { Leg, Match } from "../exchange/match.ts";
import { uniqueHash } from "../random/noise.ts";
import type { SimMarket } from "../world/market.ts";
import { sharesOf } from "../world/units.ts";
import type { SimWallet } from "../world/wallets.ts";
import { TOPIC } from "./contracts.ts";
import { addressTopic, type EventLog, tokenWords, wordOf } from "./event-log.ts";
import { createWordBuffer } from "./word-buffer.ts";

/** What an exchange and its fee module say of the orders of a match. */
export type OrderEncoder = {
  addressOf(leg: Leg): string;
  /** `OrderFilled`. @param counterparty as a topic */
  filled(match: Match, leg: Leg, counterparty: string, exchange: string): EventLog;
  /** The taker topic of a maker's leg. */
  takerTopic(match: Match): string;
  /** `OrdersMatched`. */
  matched(match: Match, exchange: string): EventLog;
  /** `FeeRefunded` of V1. */
  refunded(match: Match, leg: Leg, feeModule: string): EventLog;
};

/** @param orderKey as given to the encoder */
export const orderHashOf = (orderKey: number, market: SimMarket, { wallet, key, orderHash }: Leg): string =>
  orderHash ?? uniqueHash(orderKey, wallet * 0x10_0000 + market.index, ...key);

const ZERO_WORD = new Uint8Array(32);
/** `OrderFilled` of V2 has the most words. */
const WORDS_MAX = 7;

/** @param orderKey seeds the order hashes. */
export function createOrderEncoder(wallets: readonly SimWallet[], orderKey: number): OrderEncoder {
  const data = createWordBuffer(WORDS_MAX);
  const traders = wallets.map(({ address, builder }) => ({
    address,
    topic: addressTopic(address),
    builder: builder === null ? ZERO_WORD : wordOf(builder.slice(2)),
  }));
  const topicOf = (leg: Leg): string => traders[leg.wallet]?.topic ?? "0x";
  const hashOf = ({ market }: Match, leg: Leg): string => orderHashOf(orderKey, market, leg);

  /** Assets (V1 names both, 0 being the collateral; V2 names side and token), what the order gives, what it gets. */
  function terms({ market, version }: Match, leg: Leg): void {
    const token = tokenWords(market)[leg.outcome];
    const isBuy = leg.side === "BUY";
    data.start();
    if (version === 2) data.number(isBuy ? 0 : 1);
    else data.bytes(isBuy ? ZERO_WORD : token);
    data.bytes(version === 2 || isBuy ? token : ZERO_WORD);
    data.number(isBuy ? leg.cash : sharesOf(leg.lots));
    data.number(isBuy ? sharesOf(leg.lots) : leg.cash);
  }

  return {
    addressOf: (leg) => traders[leg.wallet]?.address ?? "0x",
    takerTopic: ({ taker }) => topicOf(taker),
    filled(match, leg, counterparty, exchange) {
      terms(match, leg);
      data.number(leg.fee);
      if (match.version === 2) {
        data.bytes(traders[leg.wallet]?.builder ?? ZERO_WORD);
        data.bytes(ZERO_WORD);
      }
      const topic = match.version === 1 ? TOPIC.orderFilledV1 : TOPIC.orderFilledV2;
      return {
        address: exchange,
        topics: [topic, hashOf(match, leg), topicOf(leg), counterparty],
        data: data.finish(),
      };
    },
    matched(match, exchange) {
      const { taker, version } = match;
      terms(match, taker);
      const topic = version === 1 ? TOPIC.ordersMatchedV1 : TOPIC.ordersMatchedV2;
      return { address: exchange, topics: [topic, hashOf(match, taker), topicOf(taker)], data: data.finish() };
    },
    refunded(match, leg, feeModule) {
      data.start();
      data.bytes(leg.side === "BUY" ? tokenWords(match.market)[leg.outcome] : ZERO_WORD);
      data.number(leg.refund);
      const charged = `0x${(leg.fee - leg.refund).toString(16).padStart(64, "0")}`;
      const topics = [TOPIC.feeRefunded, hashOf(match, leg), topicOf(leg), charged];
      return { address: feeModule, topics, data: data.finish() };
    },
  };
}

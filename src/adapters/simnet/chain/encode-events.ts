import type { Leg, Match } from "../exchange/match.ts";
import { uniqueHash } from "../random/noise.ts";
import type { SimMarket } from "../world/market.ts";
import { sharesOf } from "../world/units.ts";
import type { SimWallet } from "../world/wallets.ts";
import { CONDITIONAL_TOKENS, exchangeAddress, TOPIC } from "./contracts.ts";
import { createWordBuffer } from "./word-buffer.ts";

/** What a contract emits; where it stands is the block's business. */
export type EventLog = { readonly address: string; readonly topics: readonly string[]; readonly data: string };

export type EventEncoder = {
  /**
   * The logs of one match in the contract's order: every maker's `OrderFilled`, the taker's own (whose taker topic is
   * the exchange), then `OrdersMatched`, which repeats the taker's amounts (on-chain sheet, section 2.2).
   */
  match(match: Match): readonly EventLog[];
  preparation(market: SimMarket): EventLog;
  resolution(market: SimMarket): EventLog;
};

const ZERO_WORD = new Uint8Array(32);
/** `OrderFilled` of V2 has the most words. */
const WORDS_MAX = 7;

const addressTopic = (address: string): string => `0x${address.slice(2).padStart(64, "0")}`;
const wordOf = (hex: string): Uint8Array => Buffer.from(hex.padStart(64, "0"), "hex");

/** @param orderKey seeds the order hashes. */
export function createEventEncoder(wallets: readonly SimWallet[], orderKey: number): EventEncoder {
  const data = createWordBuffer(WORDS_MAX);
  const traders = wallets.map(({ address, builder }) => ({
    topic: addressTopic(address),
    builder: builder === null ? ZERO_WORD : wordOf(builder.slice(2)),
  }));
  const topicOf = (leg: Leg): string => traders[leg.wallet]?.topic ?? "0x";
  const hashOf = ({ market }: Match, leg: Leg): string =>
    uniqueHash(orderKey, leg.wallet * 0x10_0000 + market.index, ...leg.key);

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

  function filled(match: Match, leg: Leg, counterparty: string, address: string): EventLog {
    terms(match, leg);
    data.number(leg.fee);
    if (match.version === 2) {
      data.bytes(traders[leg.wallet]?.builder ?? ZERO_WORD);
      data.bytes(ZERO_WORD);
    }
    const topic = match.version === 1 ? TOPIC.orderFilledV1 : TOPIC.orderFilledV2;
    return { address, topics: [topic, hashOf(match, leg), topicOf(leg), counterparty], data: data.finish() };
  }

  return {
    match(match) {
      const { taker, makers, version } = match;
      const address = exchangeAddress(version, match.market.negRisk);
      const logs = makers.map((maker) => filled(match, maker, topicOf(taker), address));
      logs.push(filled(match, taker, addressTopic(address), address));
      terms(match, taker);
      const topic = version === 1 ? TOPIC.ordersMatchedV1 : TOPIC.ordersMatchedV2;
      logs.push({ address, topics: [topic, hashOf(match, taker), topicOf(taker)], data: data.finish() });
      return logs;
    },
    preparation(market) {
      data.start();
      data.number(2);
      return conditionLog(TOPIC.conditionPreparation, market, data.finish());
    },
    resolution(market) {
      data.start();
      // outcomeSlotCount, offset of the array, its length, its items.
      for (const value of [2, 64, 2, ...market.payout]) data.number(value);
      return conditionLog(TOPIC.conditionResolution, market, data.finish());
    },
  };
}

const conditionLog = (topic: string, market: SimMarket, data: string): EventLog => ({
  address: CONDITIONAL_TOKENS,
  topics: [topic, market.conditionId, addressTopic(market.oracle), market.questionId],
  data,
});

const known = new WeakMap<SimMarket, readonly [Uint8Array, Uint8Array]>();

function tokenWords(market: SimMarket): readonly [Uint8Array, Uint8Array] {
  let words = known.get(market);
  if (words === undefined) {
    const [first, second] = market.tokenIds();
    words = [wordOf(BigInt(first).toString(16)), wordOf(BigInt(second).toString(16))];
    known.set(market, words);
  }
  return words;
}

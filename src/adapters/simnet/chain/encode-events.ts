import type { SimMarket } from "../world/market.ts";
import type { SimWallet } from "../world/wallets.ts";
import {
  CONDITIONAL_TOKENS,
  NEG_RISK_ADAPTER,
  NEG_RISK_OPERATOR,
  OPERATOR,
  PROXY_FACTORY,
  RELAY_HUB,
  SAFE_FACTORY,
  TOPIC,
} from "./contracts.ts";
import { addressTopic, type EventLog, wordOf } from "./event-log.ts";
import { createWordBuffer } from "./word-buffer.ts";

export type EventEncoder = {
  /** The markets of one event: conditions, and for a neg-risk event what the NegRiskAdapter says of its questions. */
  preparation(markets: readonly SimMarket[]): readonly EventLog[];
  resolution(market: SimMarket): EventLog;
  /** The first sign of whose wallet it is. */
  owner(wallet: SimWallet): readonly EventLog[];
};

const WORDS_MAX = 5;

export function createEventEncoder(): EventEncoder {
  const data = createWordBuffer(WORDS_MAX);
  const numbers = (...values: readonly number[]): string => {
    data.start();
    for (const value of values) data.number(value);
    return data.finish();
  };
  const told = (topics: readonly string[], ...values: readonly number[]): EventLog => ({
    address: NEG_RISK_ADAPTER,
    topics,
    data: numbers(...values),
  });

  return {
    preparation(markets) {
      const id = markets[0]?.event.negRiskMarketId ?? null;
      const conditions = markets.map((market) => conditionLog(TOPIC.conditionPreparation, market, numbers(2)));
      if (id === null) return conditions;
      const fee = markets[0]?.event.conversionFeeBips ?? 0;
      // The bytes that describe the market and its questions are left empty: an offset and a length.
      return [
        told([TOPIC.negRiskMarketPrepared, id, addressTopic(NEG_RISK_OPERATOR)], fee, 64, 0),
        ...markets.flatMap(({ questionId }, index) => [
          conditions[index] as EventLog,
          told([TOPIC.negRiskQuestionPrepared, id, questionId], index, 64, 0),
        ]),
      ];
    },
    // outcomeSlotCount, offset of the array, its length, its items.
    resolution: (market) => conditionLog(TOPIC.conditionResolution, market, numbers(2, 64, 2, ...market.payout)),
    owner({ family, address }) {
      if (family === null) return [];
      if (family.kind === "proxy") {
        const topics = [OPERATOR, family.owner, PROXY_FACTORY].map(addressTopic);
        return [{ address: RELAY_HUB, topics: [TOPIC.transactionRelayed, ...topics], data: numbers(0, 0, 0) }];
      }
      data.start();
      for (const each of [address, family.owner]) data.bytes(wordOf(each.slice(2)));
      return [{ address: SAFE_FACTORY, topics: [TOPIC.proxyCreation], data: data.finish() }];
    },
  };
}

const conditionLog = (topic: string, market: SimMarket, data: string): EventLog => ({
  address: CONDITIONAL_TOKENS,
  topics: [topic, market.conditionId, addressTopic(market.oracle), market.questionId],
  data,
});

import type { SimMarket } from "../world/market.ts";
import { CONDITIONAL_TOKENS, TOPIC } from "./contracts.ts";
import { addressTopic, type EventLog, tokenWords } from "./event-log.ts";
import { createWordBuffer } from "./word-buffer.ts";

/** Who asks for tokens to be moved, and between whom. */
export type Move = { readonly operator: string; readonly from: string; readonly to: string };

/** Movements of Conditional Tokens. Every method appends to `logs`; amounts in micros. */
export type TransferEncoder = {
  single(logs: EventLog[], move: Move, market: SimMarket, outcome: 0 | 1, micros: number): void;
  /** Both outcomes of one market. */
  pair(logs: EventLog[], move: Move, market: SimMarket, micros: readonly [number, number]): void;
  /** One outcome of several markets. */
  batch(logs: EventLog[], move: Move, markets: readonly SimMarket[], outcome: 0 | 1, micros: number): void;
};

/** Two offsets, two lengths, and ids and values of as many questions as an event may have. */
const WORDS_MAX = 4 + 2 * 16;

export function createTransferEncoder(): TransferEncoder {
  const data = createWordBuffer(WORDS_MAX);

  function moved(topic: string, { operator, from, to }: Move): EventLog {
    const topics = [topic, addressTopic(operator), addressTopic(from), addressTopic(to)];
    return { address: CONDITIONAL_TOKENS, topics, data: data.finish() };
  }
  function many(logs: EventLog[], move: Move, ids: readonly Uint8Array[], micros: readonly number[]): void {
    data.start();
    data.number(64);
    data.number(96 + 32 * ids.length);
    data.number(ids.length);
    for (const id of ids) data.bytes(id);
    data.number(micros.length);
    for (const each of micros) data.number(each);
    logs.push(moved(TOPIC.transferBatch, move));
  }

  return {
    single(logs, move, market, outcome, micros) {
      data.start();
      data.bytes(tokenWords(market)[outcome]);
      data.number(micros);
      logs.push(moved(TOPIC.transferSingle, move));
    },
    pair: (logs, move, market, micros) => many(logs, move, tokenWords(market), micros),
    batch(logs, move, markets, outcome, micros) {
      if (markets.length === 0) return;
      const ids = markets.map((market) => tokenWords(market)[outcome]);
      const amounts = markets.map(() => micros);
      many(logs, move, ids, amounts);
    },
  };
}

import { uniqueHash } from "../random/noise.ts";
import { hashText, type Seed } from "../random/prng.ts";
import type { SimWallet } from "../world/wallets.ts";
import type { BlockStore, MinedTransaction } from "./block-store.ts";
import { createEventEncoder, type EventLog } from "./encode-events.ts";
import type { Headers } from "./headers.ts";
import { quantity, type RpcLog } from "./log.ts";

/** Logs are encoded when somebody asks: blocks keep only what happened. */
export type BlockLogs = {
  logsOf(number: number): readonly RpcLog[];
  hashOf(transaction: MinedTransaction): string;
};

/** Between two fills of a match stand transfers that nobody here needs: their places in the block stay empty. */
const LOG_INDEX_STEP = 2;
const MATCHED_TOPICS = 3;

export function createBlockLogs(
  seed: Seed,
  wallets: readonly SimWallet[],
  store: BlockStore,
  headers: Headers,
): BlockLogs {
  const encoder = createEventEncoder(wallets, hashText(`${seed}/orders`));
  const transactionKey = hashText(`${seed}/transactions`);
  const hashOf = (transaction: MinedTransaction): string => uniqueHash(transactionKey, transaction.serial, 0, 0, 0);

  function eventsOf({ content }: MinedTransaction): readonly EventLog[] {
    if (content.kind === "matches") return content.matches.flatMap(encoder.match);
    if (content.kind === "preparation") return content.markets.map(encoder.preparation);
    return [encoder.resolution(content.market)];
  }

  return {
    hashOf,
    logsOf(number) {
      const transactions = store.transactions(number);
      if (transactions.length === 0) return [];
      const { hash, timestamp } = headers.header(number);
      const [blockNumber, blockTimestamp] = [quantity(number), quantity(timestamp)];
      const logs: RpcLog[] = [];
      let logIndex = 0;
      for (const [index, transaction] of transactions.entries()) {
        const transactionHash = hashOf(transaction);
        for (const event of eventsOf(transaction)) {
          // `OrdersMatched` follows its fill directly.
          logIndex += event.topics.length === MATCHED_TOPICS ? 1 : LOG_INDEX_STEP;
          logs.push({
            ...event,
            blockNumber,
            blockHash: hash,
            blockTimestamp,
            transactionHash,
            transactionIndex: quantity(index),
            logIndex: quantity(logIndex),
            removed: false,
          });
        }
      }
      return logs;
    },
  };
}

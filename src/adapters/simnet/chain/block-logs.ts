import { uniqueHash } from "../random/noise.ts";
import { hashText, type Seed } from "../random/prng.ts";
import type { SimWallet } from "../world/wallets.ts";
import type { Transaction } from "../world/world.ts";
import type { BlockStore, MinedTransaction } from "./block-store.ts";
import { createEventEncoder } from "./encode-events.ts";
import { createMatchEncoder } from "./encode-match.ts";
import { encodeOperation } from "./encode-operation.ts";
import { createOrderEncoder } from "./encode-order.ts";
import { createTokenEncoder } from "./encode-tokens.ts";
import type { EventLog } from "./event-log.ts";
import type { Headers } from "./headers.ts";
import { quantity, type RpcLog } from "./log.ts";

/** Logs are encoded when somebody asks: blocks keep only what happened. */
export type BlockLogs = {
  logsOf(number: number): readonly RpcLog[];
  hashOf(transaction: MinedTransaction): string;
};

/** What the hashes of orders that nobody signed follow from. */
export const orderKey = (seed: Seed): number => hashText(`${seed}/orders`);

/** Between logs stand those of the collateral, which nobody here needs: their places in the block stay empty. */
const LOG_INDEX_STEP = 2;
const MATCHED_TOPICS = 3;

/** Of a transaction that somebody outside signed. */
const outsideHash = (content: Transaction): string | undefined =>
  content.kind === "operation" && content.operation.kind === "redeem" ? content.operation.via?.hash : undefined;

export function createBlockLogs(
  seed: Seed,
  wallets: readonly SimWallet[],
  store: BlockStore,
  headers: Headers,
): BlockLogs {
  const events = createEventEncoder();
  const tokens = createTokenEncoder();
  const encodeMatch = createMatchEncoder(createOrderEncoder(wallets, orderKey(seed)), tokens);
  const transactionKey = hashText(`${seed}/transactions`);
  const hashOf = ({ serial, content }: MinedTransaction): string =>
    outsideHash(content) ?? uniqueHash(transactionKey, serial, 0, 0, 0);

  function eventsOf({ content }: MinedTransaction): readonly EventLog[] {
    switch (content.kind) {
      case "matches":
        return content.matches.flatMap(encodeMatch);
      case "preparation":
        return events.preparation(content.markets);
      case "resolution":
        return [events.resolution(content.market)];
      case "operation":
        return encodeOperation(content.operation, wallets, tokens);
      case "owner":
        return events.owner(content.wallet);
    }
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

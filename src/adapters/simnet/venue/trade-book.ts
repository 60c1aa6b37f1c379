import { createHash } from "node:crypto";
import type { Chain, PendingTransaction } from "../chain/chain.ts";
import type { Match } from "../exchange/match.ts";
import { legsOf, type OrderRecord, type TradeRecord, type TradeStatus } from "./records.ts";

/** Trades of customers and how far each has come: MATCHED → MINED → CONFIRMED with the chain, or RETRYING → FAILED. */
export type TradeBook = {
  record(match: Match, at: number, fails: boolean): void;
  /** From now on with the chain. */
  follow(): void;
  /** Oldest first. */
  trades(): readonly TradeRecord[];
};

/** Blocks after which a settlement that reverts is tried again, and given up. */
const RETRIED_AFTER_BLOCKS = 2;
const FAILED_AFTER_BLOCKS = 4;

/** @param orderOf the customer's order of a hash */
export function createTradeBook(
  chain: Chain,
  orderOf: (hash: string) => OrderRecord | null,
  tell: (trade: TradeRecord) => void,
): TradeBook {
  const trades: TradeRecord[] = [];
  const byMatch = new WeakMap<Match, TradeRecord>();
  const unfinished = new Set<TradeRecord>();

  const ordersIn = (match: Match): readonly OrderRecord[] =>
    legsOf(match).flatMap(({ orderHash }) => (orderHash === null ? [] : (orderOf(orderHash) ?? [])));

  function record(match: Match, at: number, fails: boolean): TradeRecord {
    const trade: TradeRecord = {
      ...{ id: tradeId(match, trades.length), match, matchedAt: at, fails },
      ...{ status: "MATCHED", updatedAt: at, hash: null, block: fails ? chain.head() : null },
    };
    trades.push(trade);
    byMatch.set(match, trade);
    unfinished.add(trade);
    for (const order of ordersIn(match)) order.tradeIds.push(trade.id);
    tell(trade);
    return trade;
  }

  function move(trade: TradeRecord, status: TradeStatus, at: number): void {
    if (trade.status === status) return;
    trade.status = status;
    trade.updatedAt = at;
    if (status === "CONFIRMED" || status === "FAILED") unfinished.delete(trade);
    tell(trade);
  }

  /** A simulated taker may have hit a customer's resting order: that is known here first. */
  function onPending(transactions: readonly PendingTransaction[]): void {
    for (const { hash, content } of transactions) {
      for (const match of content.kind === "matches" ? content.matches : []) {
        if (ordersIn(match).length === 0) continue;
        const trade = byMatch.get(match) ?? record(match, content.at, false);
        trade.hash = hash;
      }
    }
  }

  function onBlock(number: number): void {
    const at = chain.header(number).timestamp * 1_000;
    const mined = new Set(unfinished.size === 0 ? [] : chain.transactionHashes(number));
    for (const trade of unfinished) {
      if (trade.hash !== null && mined.has(trade.hash)) {
        trade.block = number;
        move(trade, "MINED", at);
      }
      if (trade.block === null) continue;
      if (trade.fails && number >= trade.block + FAILED_AFTER_BLOCKS) move(trade, "FAILED", at);
      else if (trade.fails && number >= trade.block + RETRIED_AFTER_BLOCKS) move(trade, "RETRYING", at);
      else if (!trade.fails && chain.finalized() >= trade.block) move(trade, "CONFIRMED", at);
    }
  }

  return {
    record: (...args) => void record(...args),
    follow() {
      chain.listen({
        onPending,
        onBlock: ({ number }) => onBlock(number),
        onOrphaned(logs) {
          const gone = new Set(logs.map(({ transactionHash }) => transactionHash));
          for (const trade of unfinished) {
            if (trade.hash === null || !gone.has(trade.hash)) continue;
            trade.block = null;
            move(trade, "RETRYING", trade.updatedAt);
          }
        },
      });
    },
    trades: () => trades,
  };
}

function tradeId({ taker, market }: Match, count: number): string {
  const hex = createHash("sha256").update(`${market.conditionId} ${taker.orderHash} ${count}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

import { onchainTable } from "ponder";

export const fill = onchainTable("fill", (t) => ({
  id: t.text().primaryKey(),
  blockNumber: t.bigint().notNull(),
  logIndex: t.integer().notNull(),
  timestamp: t.bigint().notNull(),
  txHash: t.hex().notNull(),
  orderHash: t.hex().notNull(),
  maker: t.hex().notNull(),
  taker: t.hex().notNull(),
  side: t.integer().notNull(),
  tokenId: t.bigint().notNull(),
  makerAmountFilled: t.bigint().notNull(),
  takerAmountFilled: t.bigint().notNull(),
  fee: t.bigint().notNull(),
}));

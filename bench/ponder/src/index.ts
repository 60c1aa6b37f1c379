import { ponder } from "ponder:registry";
import { fill } from "ponder:schema";

ponder.on("Exchange:OrderFilled", async ({ event, context }) => {
  const { args, block, log, transaction } = event;
  await context.db.insert(fill).values({
    id: event.id,
    blockNumber: block.number,
    logIndex: log.logIndex,
    timestamp: block.timestamp,
    txHash: transaction.hash,
    orderHash: args.orderHash,
    maker: args.maker,
    taker: args.taker,
    side: args.side,
    tokenId: args.tokenId,
    makerAmountFilled: args.makerAmountFilled,
    takerAmountFilled: args.takerAmountFilled,
    fee: args.fee,
  });
});

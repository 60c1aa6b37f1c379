import { z } from "zod";
import type { TradeStatus, VenueOrder, VenueTrade } from "../../core/execution/venue-answer.ts";
import { parseOrderHash, parseTokenId, parseTxHash } from "../../core/ids/ids.ts";
import { parsePrice, parseShares } from "../../core/money/amounts.ts";
import { fromUnixSeconds } from "../../core/time/time.ts";

/** Decimal text, perhaps without a leading zero. */
function decimal<T>(parse: (text: string) => T | null, label: string) {
  return z.string().transform((text, context): T => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue({ code: "custom", message: `not ${label}` });
    return z.NEVER;
  });
}
const shares = decimal(parseShares, "a number of shares");
const price = decimal(parsePrice, "a price");
const seconds = z
  .union([z.string().regex(/^\d{1,12}$/), z.int().nonnegative()])
  .transform((at) => fromUnixSeconds(Number(at)));
const side = z.literal(["BUY", "SELL"]);
const prefixed = (prefix: string) => z.string().transform((text) => text.toUpperCase().replace(prefix, ""));

const ORDER_STATUS: Readonly<Record<string, VenueOrder["status"]>> = {
  ...{ LIVE: "live", UNMATCHED: "live", DELAYED: "delayed", MATCHED: "matched" },
  ...{ CANCELED: "gone", CANCELED_MARKET_RESOLVED: "gone", INVALID: "gone" },
};
const TRADE_STATUS: Readonly<Record<string, TradeStatus>> = {
  ...{ MATCHED: "MATCHED", MATCHED_NOT_BROADCASTED: "MATCHED", MINED: "MINED" },
  ...{ CONFIRMED: "CONFIRMED", RETRYING: "RETRYING", FAILED: "FAILED" },
};
function known<T>(statuses: Readonly<Record<string, T>>, prefix: string) {
  return prefixed(prefix).transform((text, context): T => {
    const status = statuses[text];
    if (status !== undefined) return status;
    context.addIssue({ code: "custom", message: `a status that nobody knows: ${text.slice(0, 40)}` });
    return z.NEVER;
  });
}

/** `GET /data/order/{id}` and the rows of `GET /data/orders`. */
export const orderRow = z
  .object({
    id: z.string().transform(parseOrderHash),
    status: known(ORDER_STATUS, "ORDER_STATUS_"),
    asset_id: z.string().transform(parseTokenId),
    side,
    price,
    original_size: shares,
    size_matched: shares,
    associate_trades: z.array(z.string()).nullish(),
  })
  .transform(
    (row): VenueOrder => ({
      ...{ orderHash: row.id, status: row.status, tokenId: row.asset_id, side: row.side, price: row.price },
      ...{ size: row.original_size, matched: row.size_matched, tradeIds: row.associate_trades ?? [] },
    }),
  );

/** The rows of `GET /data/trades` and the `trade` events of the user channel. */
const tradeRow = z.object({
  id: z.string().min(1),
  taker_order_id: z.string(),
  asset_id: z.string().transform(parseTokenId),
  side,
  size: shares,
  price,
  status: known(TRADE_STATUS, "TRADE_STATUS_"),
  match_time: seconds,
  transaction_hash: z.string().nullish(),
  trader_side: z.literal(["TAKER", "MAKER"]),
  maker_orders: z.array(
    z.object({
      order_id: z.string(),
      owner: z.string(),
      asset_id: z.string().transform(parseTokenId),
      side: side.nullish(),
      matched_amount: shares,
      price,
    }),
  ),
});

/**
 * Our side of one trade: the taker's order, or each of our resting orders in it.
 * @param apiKey marks our orders among the makers'
 */
export const ownTrades = (apiKey: string) =>
  tradeRow.transform((row): readonly VenueTrade[] => {
    const { transaction_hash: hash } = row;
    const shared = {
      ...{ id: row.id, status: row.status, matchedAt: row.match_time },
      txHash: hash === null || hash === undefined || hash === "" ? null : parseTxHash(hash),
    };
    if (row.trader_side === "TAKER") {
      const { asset_id: tokenId, size } = row;
      return [
        {
          ...shared,
          orderHash: parseOrderHash(row.taker_order_id),
          tokenId,
          side: row.side,
          role: "taker",
          price: row.price,
          size,
        },
      ];
    }
    return row.maker_orders
      .filter(({ owner }) => owner === apiKey)
      .map((maker) => ({
        ...{ ...shared, orderHash: parseOrderHash(maker.order_id), tokenId: maker.asset_id, role: "maker" },
        // Two BUYs of opposite outcomes match too, so the side of the maker is its own; old rows leave it out.
        ...{
          side: maker.side ?? (row.side === "BUY" ? "SELL" : "BUY"),
          price: maker.price,
          size: maker.matched_amount,
        },
      }));
  });
export const cancelAnswer = z.object({
  canceled: z.array(z.string().transform(parseOrderHash)),
  not_canceled: z.record(z.string(), z.string()),
});

const baseUnits = z
  .string()
  .regex(/^\d{1,78}$/)
  .transform(BigInt);
export const balanceAnswer = z.object({ balance: baseUnits, allowances: z.record(z.string(), baseUnits).optional() });
export const closedOnlyAnswer = z.object({ closed_only: z.boolean() });
export const timeAnswer = z.union([z.int().positive(), z.string().regex(/^\d+$/).transform(Number)]);
/** Answers of which only the arrival counts. */
export const anything = z.unknown();

import { orderHashOf } from "../chain/encode-order.ts";
import type { Leg } from "../exchange/match.ts";
import { legsOf, matchedLots, type OrderRecord, statusOf, type TradeRecord } from "../venue/records.ts";
import { LOTS_PER_SHARE, PIPS_PER_USD } from "../world/units.ts";
import type { World } from "../world/world.ts";

const seconds = (ms: number): string => String(Math.floor(ms / 1_000));
const sharesText = (lots: number): string => String(lots / LOTS_PER_SHARE);
const priceText = ({ cash, lots }: Leg): string => String(cash / lots / PIPS_PER_USD);

/** Rows of `/data/orders` and the `order` events, which share their fields (samples `open_orders_page`, `events`). */
export function orderFields(order: OrderRecord, at: number) {
  return {
    id: order.hash,
    status: statusOf(order, at),
    owner: order.apiKey,
    maker_address: order.account.wallet,
    market: order.market.conditionId,
    asset_id: order.market.tokenIds()[order.outcome],
    side: order.side,
    original_size: String(order.sharesMicros / 1e6),
    size_matched: sharesText(matchedLots(order)),
    price: String(order.limitPips / PIPS_PER_USD),
    outcome: order.market.outcomes[order.outcome],
    expiration: String(order.expiration),
    order_type: order.kind,
    associate_trades: order.tradeIds,
  };
}

/**
 * A row of `/data/trades` and a `trade` event, as the owner of an API key sees it: from the taker's side if the taker
 * is his. Each price is a trade of its own: that is assumed, not known, of the venue.
 * @param orderKey what the hashes of simulated orders follow from
 * @param orderOf customers' orders
 */
export function tradeFields(
  world: World,
  orderKey: number,
  orderOf: (hash: string) => OrderRecord | null,
  trade: TradeRecord,
  apiKey: string,
) {
  const { match } = trade;
  const { market, taker, makers } = match;
  const hashOf = (leg: Leg): string => orderHashOf(orderKey, market, leg);
  const ownerOf = (leg: Leg): string => orderOf(hashOf(leg))?.apiKey ?? "";
  const wallet = (leg: Leg): string => world.wallets[leg.wallet]?.address ?? "";
  return {
    id: trade.id,
    taker_order_id: hashOf(taker),
    market: market.conditionId,
    asset_id: market.tokenIds()[taker.outcome],
    side: taker.side,
    size: sharesText(taker.lots),
    fee_rate_bps: "0",
    price: priceText(taker),
    status: trade.status,
    match_time: seconds(trade.matchedAt),
    last_update: seconds(trade.updatedAt),
    outcome: market.outcomes[taker.outcome],
    bucket_index: 0,
    owner: ownerOf(taker),
    maker_address: wallet(taker),
    transaction_hash: trade.block === null || trade.fails ? "" : (trade.hash ?? ""),
    trader_side: ownerOf(taker) === apiKey ? "TAKER" : "MAKER",
    maker_orders: makers.map((maker) => ({
      order_id: hashOf(maker),
      owner: ownerOf(maker),
      maker_address: wallet(maker),
      matched_amount: sharesText(maker.lots),
      price: priceText(maker),
      fee_rate_bps: "0",
      asset_id: market.tokenIds()[maker.outcome],
      outcome: market.outcomes[maker.outcome],
      side: maker.side,
    })),
  };
}

/** API keys whose orders are in the trade. */
export const ownersOf = (trade: TradeRecord, orderOf: (hash: string) => OrderRecord | null): ReadonlySet<string> =>
  new Set(
    legsOf(trade.match).flatMap(({ orderHash }) => (orderHash === null ? [] : (orderOf(orderHash)?.apiKey ?? []))),
  );

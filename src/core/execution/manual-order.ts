import type { ExchangeOrder } from "../chain/exchange-order.ts";
import type { ClientOrderId, PositionId } from "../ids/ids.ts";
import type { MarketInfo, OrderBook, OutcomeIndex } from "../market/market.ts";
import { type PriceMicros, priceOf, type ShareMicros, shares, type UsdMicros, usd } from "../money/amounts.ts";
import type { ApprovedOrder } from "../risk/check-order.ts";
import { addMs, type EpochMs, epochMs, MINUTE_MS } from "../time/time.ts";
import type { MarketTerms } from "./market-view.ts";
import type { OrderRequest } from "./order.ts";

/** What of a market an order of a person's own needs. */
export type ManualMarket = Pick<MarketInfo, "marketId" | "tokenIds"> & {
  readonly outcomeIndex: OutcomeIndex;
  readonly book: OrderBook;
  readonly terms: MarketTerms;
};

export type ManualOrder = { readonly limitPrice: PriceMicros; readonly at: EpochMs } & (
  | { readonly side: "BUY"; readonly stakeUsd: UsdMicros }
  | { readonly side: "SELL"; readonly size: ShareMicros }
);

/** Known by it in the store: none of them belongs to a signal or a position of the engine. */
export const MANUAL_PREFIX = "M";
const GOOD_FOR_MS = MINUTE_MS;

/** What is kept of an order that was signed. */
type Kept = {
  readonly clientOrderId: ClientOrderId;
  readonly signed: { readonly order: Pick<ExchangeOrder, "side" | "makerAmount" | "takerAmount"> };
};

/** The order as it was asked for, from what is kept of it: one that was cut short can be followed to its end. */
export function manualOrderAgain(market: ManualMarket, { clientOrderId, signed: { order } }: Kept): ApprovedOrder {
  const at = epochMs(Number(clientOrderId.split("-")[1]));
  const { side, makerAmount, takerAmount } = order;
  return side === "BUY"
    ? manualOrder(market, {
        side,
        at,
        stakeUsd: usd(makerAmount),
        limitPrice: priceOf(usd(makerAmount), shares(takerAmount), "ceil"),
      })
    : manualOrder(market, {
        side,
        at,
        size: shares(makerAmount),
        limitPrice: priceOf(usd(takerAmount), shares(makerAmount), "floor"),
      });
}

/** An order that a person has looked at and said yes to, which stands for the risk check; the signer's policy holds. */
export function manualOrder(
  { marketId, tokenIds, outcomeIndex, book, terms }: ManualMarket,
  { at, limitPrice, ...what }: ManualOrder,
): ApprovedOrder {
  const id = `${MANUAL_PREFIX}-${at}-${what.side}`;
  const order: OrderRequest = {
    ...{ clientOrderId: id as ClientOrderId, positionId: `P-${id}` as PositionId, signalId: null, marketId },
    ...{ tokenId: tokenIds[outcomeIndex], outcomeIndex, limitPrice, tickSize: book.tickSize },
    ...{ minOrderSize: book.minOrderSize, fee: terms.fee, approvedAt: at, goodUntil: addMs(at, GOOD_FOR_MS) },
    ...what,
  };
  return order as ApprovedOrder;
}

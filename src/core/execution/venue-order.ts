import { type ExchangeOrder, type SignatureType, ZERO_32 } from "../chain/exchange-order.ts";
import type { Address } from "../ids/ids.ts";
import { type EpochMs, MINUTE_MS, SECOND_MS } from "../time/time.ts";
import { mayRest, type OrderRequest, type UnfilledReason } from "./order.ts";
import { marketBuyAmounts, sizedAmounts } from "./order-amounts.ts";
import { orderSize } from "./simulate-fill.ts";

export type VenueAccount = {
  /** Holds the money and the tokens. */
  readonly wallet: Address;
  readonly owner: Address;
  readonly signatureType: SignatureType;
};

/**
 * The order as the exchange wants it. What rests is for shares, what fills at once for dollars.
 * @param salt below 2^53; makes two equal orders of one millisecond different
 */
export function toExchangeOrder(
  request: OrderRequest,
  account: VenueAccount,
  salt: bigint,
  at: EpochMs,
): ExchangeOrder | UnfilledReason {
  const { limitPrice, tickSize } = request;
  const amounts =
    request.side === "BUY" && !mayRest(request)
      ? marketBuyAmounts(request.stakeUsd, limitPrice, tickSize)
      : sizedAmounts(request.side, orderSize(request), limitPrice, tickSize);
  if (amounts === "AMOUNT_TOO_SMALL") return "BELOW_MIN_SIZE";
  if (typeof amounts === "string") return "TICK_CHANGED";
  if ((request.side === "BUY" ? amounts.takerAmount : amounts.makerAmount) < request.minOrderSize)
    return "BELOW_MIN_SIZE";
  return {
    ...amounts,
    salt,
    maker: account.wallet,
    signer: account.signatureType === 3 ? account.wallet : account.owner,
    tokenId: request.tokenId,
    side: request.side,
    signatureType: account.signatureType,
    timestamp: at,
    metadata: ZERO_32,
    builder: ZERO_32,
  };
}

/** A GTD order ends at the venue a minute before its expiration, and has to live longer than that (API sheet, 2.7). */
const GTD_LIFE_MS_MIN = 2 * MINUTE_MS;

/** Seconds; 0 unless GTD. Where we are there, the order is taken back before; where we are not, the venue ends it. */
export function expirationOf({ timeInForce, restUntil }: OrderRequest, at: EpochMs): number {
  if (timeInForce !== "GTD" || restUntil === undefined) return 0;
  return Math.ceil((Math.max(restUntil, at + GTD_LIFE_MS_MIN) + MINUTE_MS) / SECOND_MS);
}

import { getAddress } from "viem";
import type { SignedOrder } from "../../core/chain/exchange-order.ts";

/**
 * The body of `POST /order`, key for key as the official client orders them: the HMAC covers these bytes, and they are
 * stored and sent again unchanged when an answer is missing.
 * @param owner the API key, which the venue wants in the body as well
 */
export function orderBody({ order, signature, expiration, timeInForce, postOnly }: SignedOrder, owner: string): string {
  return JSON.stringify({
    // Answers before settlement: a call that waits for it may take 30 s (API sheet, section 1.2).
    deferExec: true,
    postOnly,
    order: {
      salt: Number(order.salt),
      maker: getAddress(order.maker),
      signer: getAddress(order.signer),
      tokenId: order.tokenId,
      makerAmount: order.makerAmount.toString(),
      takerAmount: order.takerAmount.toString(),
      side: order.side,
      signatureType: order.signatureType,
      timestamp: String(order.timestamp),
      expiration: String(expiration),
      metadata: order.metadata,
      builder: order.builder,
      signature,
    },
    owner,
    orderType: timeInForce,
  });
}

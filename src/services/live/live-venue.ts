import { type OrderDomain, orderDomain, orderHash } from "../../core/chain/exchange-order.ts";
import { AbortedError, TransientError } from "../../core/errors.ts";
import type { OrderResult, UnfilledReason } from "../../core/execution/order.ts";
import { toExchangeOrder } from "../../core/execution/venue-order.ts";
import type { ApprovedOrder } from "../../core/risk/check-order.ts";
import { SECOND_MS } from "../../core/time/time.ts";
import type { LiveOrder } from "../../ports/live-order-store.ts";
import type { Venue } from "../../ports/venue.ts";
import { askOrder } from "./ask-order.ts";
import { type Ending, EXPIRED, type LiveVenueDeps } from "./live-deps.ts";
import { createSender } from "./send-order.ts";

const POLL_MS = SECOND_MS;
const SALT_MAX = 2 ** 53 - 1;

/**
 * Orders with money, made so that nothing happens twice: signed once, stored, and only then sent; sent again only byte
 * for byte and only while it is still wanted; over when every trade of it is confirmed or failed on the chain.
 */
export function createLiveVenue(deps: LiveVenueDeps): Venue {
  const { clock, hints, store } = deps;
  const { mayNow, send } = createSender(deps);

  async function oneRound(request: ApprovedOrder, order: LiveOrder, signal: AbortSignal): Promise<Ending> {
    const isWanted = clock.nowMs() <= request.goodUntil;
    if (order.lastSentAt === null) return isWanted ? send(request, order, false, signal) : EXPIRED;
    // What may have arrived is asked for before it is sent again.
    const ending = await askOrder(deps, request, order, signal);
    if (ending !== null || !isWanted) return ending;
    const { isKnown } = (await store.find(order.clientOrderId)) ?? order;
    return isKnown ? null : send(request, order, false, signal);
  }

  async function follow(request: ApprovedOrder, first: LiveOrder, signal: AbortSignal): Promise<OrderResult> {
    for (let order = first; !signal.aborted; order = (await store.find(order.clientOrderId)) ?? order) {
      const ending = await oneRound(request, order, signal);
      if (ending !== null) {
        await store.finish(order.clientOrderId, ending, clock.nowMs());
        return ending;
      }
      await hints.wait(order.orderHash, POLL_MS, signal);
    }
    throw new AbortedError();
  }

  return {
    mode: "LIVE",
    async place(request, signal) {
      const known = await store.find(request.clientOrderId);
      if (known !== null) return known.result ?? follow(request, known, signal);
      const prepared = await prepareOrder(deps, request, signal);
      if (typeof prepared === "string") return { status: "unfilled", reason: prepared };
      // Sent as soon as it is stored, so it is stored as sent: one commit less between a decision and its order.
      const stored = await store.add(mayNow() ? { ...prepared, lastSentAt: clock.nowMs() } : prepared);
      const isOurs = stored.signed.signature === prepared.signed.signature && stored.lastSentAt !== null;
      if (!isOurs) return follow(request, stored, signal);
      const ending = await send(request, stored, true, signal);
      if (ending !== null) {
        await store.finish(stored.clientOrderId, ending, clock.nowMs());
        return ending;
      }
      await hints.wait(stored.orderHash, POLL_MS, signal);
      return follow(request, (await store.find(stored.clientOrderId)) ?? stored, signal);
    },
  };
}

/** @throws TransientError when the market or the signer cannot be asked now */
async function prepareOrder(
  { account, clock, exchangeOf, hold, logger, random, signer }: LiveVenueDeps,
  request: ApprovedOrder,
  signal: AbortSignal,
): Promise<LiveOrder | UnfilledReason> {
  const { clientOrderId, marketId } = request;
  if (clock.nowMs() > request.goodUntil) return "ORDER_EXPIRED";
  const held = hold(request.side);
  if (held !== null) return held;
  const market = await exchangeOf(marketId, signal);
  if (market === null)
    throw new TransientError("MARKET_UNKNOWN", "the market's version is not known yet", { marketId });
  const domain: OrderDomain = orderDomain(market.marketVersion, market.negRisk);
  const signedAt = clock.nowMs();
  const order = toExchangeOrder(request, account, BigInt(Math.floor(random() * SALT_MAX)), signedAt);
  if (typeof order === "string") return order;
  const answer = await signer.signOrder(order, domain, signal);
  if (!answer.signed) {
    logger.warn("signer refused", { clientOrderId, ...answer.refusal });
    return "SIGNER_REFUSED";
  }
  return {
    ...{ clientOrderId, marketId, orderHash: orderHash(order, domain), signedAt, lastSentAt: null, isKnown: false },
    signed: { order, signature: answer.signature, expiration: 0, timeInForce: "FAK", postOnly: false },
    ...{ tradeIds: [], trades: [], result: null },
  };
}

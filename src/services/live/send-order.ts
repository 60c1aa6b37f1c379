import { orderDomain, orderHash } from "../../core/chain/exchange-order.ts";
import { PayloadError } from "../../core/errors.ts";
import type { UnfilledReason } from "../../core/execution/order.ts";
import type { OrderAnswer, RefusalClass } from "../../core/execution/venue-answer.ts";
import {
  mayAsk,
  observeVenue,
  VENUE_NORMAL,
  type VenueSign,
  type VenueState,
} from "../../core/execution/venue-state.ts";
import type { ClientOrderId } from "../../core/ids/ids.ts";
import type { ApprovedOrder } from "../../core/risk/check-order.ts";
import type { LiveOrder } from "../../ports/live-order-store.ts";
import type { Ending, LiveVenueDeps } from "./live-deps.ts";

const REASONS: Partial<Record<RefusalClass, UnfilledReason>> = { tick: "TICK_CHANGED", size: "BELOW_MIN_SIZE" };
const NEEDS_A_PERSON: readonly RefusalClass[] = ["config", "auth", "closed-only"];

export type Sender = {
  /** Whether the venue takes orders at the moment, as far as is known. */
  mayNow(): boolean;
  /** One try to bring an order to the venue. @param isMarked it is stored as sent already */
  send(request: ApprovedOrder, order: LiveOrder, isMarked: boolean, signal: AbortSignal): Promise<Ending>;
};

export function createSender(deps: LiveVenueDeps): Sender {
  const { alarm, client, clock, logger, store } = deps;
  const refreshed = new Set<ClientOrderId>();
  let venue: VenueState = VENUE_NORMAL;
  const observe = (sign: VenueSign): void => {
    venue = observeVenue(venue, sign, clock.nowMs());
  };

  type Refused = Extract<OrderAnswer, { kind: "refused" }>;
  async function onRefusal(request: ApprovedOrder, order: LiveOrder, answer: Refused, signal: AbortSignal) {
    const { clientOrderId, tokenId } = request;
    const { text } = answer;
    const sort = answer.class === "version" && !(await hasMoved(order, signal)) ? "config" : answer.class;
    logger.warn("order refused by the venue", { clientOrderId, class: sort, text });
    if (NEEDS_A_PERSON.includes(sort)) await alarm(sort, text);
    if (sort !== "funds" || refreshed.has(clientOrderId)) return unfilled(REASONS[sort] ?? "VENUE_REFUSED");
    // The venue's idea of our balance may be old: it looks again, and the same bytes get one more chance.
    refreshed.add(clientOrderId);
    await (request.side === "BUY" ? client.collateral(true, signal) : client.shares(tokenId, true, signal));
    return null;
  }

  /** Whether the market is on another exchange by now than the order was signed for; the next one is signed for that. */
  async function hasMoved({ marketId, signed, orderHash: hash }: LiveOrder, signal: AbortSignal): Promise<boolean> {
    try {
      const market = await deps.exchangeOf(marketId, signal, true);
      return market === null || orderHash(signed.order, orderDomain(market.marketVersion, market.negRisk)) !== hash;
    } catch (error) {
      // A version that nobody knows: nothing can be signed for it.
      if (error instanceof PayloadError) return false;
      throw error;
    }
  }

  async function read(request: ApprovedOrder, order: LiveOrder, answer: OrderAnswer, signal: AbortSignal) {
    const { clientOrderId } = request;
    switch (answer.kind) {
      case "accepted":
      case "duplicate":
        observe({ kind: "working" });
        await store.markKnown(clientOrderId, answer.kind === "accepted" ? answer.tradeIds : [], []);
        return null;
      case "no-fill":
        return unfilled("NO_LIQUIDITY");
      case "refused":
        return onRefusal(request, order, answer, signal);
      case "unavailable":
        observe(answer.sign);
        if (answer.sign.kind !== "blocked") return null;
        await alarm("blocked", "the venue's firewall or the country's rules keep us out");
        return unfilled("VENUE_REFUSED");
      case "rate-limited":
        observe({ kind: "rate-limited", retryAfterMs: answer.retryAfterMs });
        return null;
      case "unknown":
        logger.warn("order without an answer", { clientOrderId, text: answer.text });
        return null;
    }
  }

  const mayNow = (): boolean => mayAsk(venue, "take", clock.nowMs());
  return {
    mayNow,
    async send(request, order, isMarked, signal) {
      if (!mayNow()) return null;
      if (!isMarked) await store.markSent(order.clientOrderId, clock.nowMs());
      const answer = await client.postOrder(order.signed, signal);
      logger.info("order sent", { clientOrderId: order.clientOrderId, answer: answer.kind });
      return read(request, order, answer, signal);
    },
  };
}

const unfilled = (reason: UnfilledReason): Ending => ({ status: "unfilled", reason });

import { mayRest } from "../../core/execution/order.ts";
import { confirmedExecutions, settleTrades } from "../../core/execution/venue-trades.ts";
import { addMs, type EpochMs, MINUTE_MS } from "../../core/time/time.ts";
import type { LiveOrder } from "../../ports/live-order-store.ts";
import { type Ending, EXPIRED, type LiveVenueDeps, type Placing } from "./live-deps.ts";

/** How long after the last send an order, or a trade of it, of which the venue does not know may still turn up. */
const ARRIVAL_MS_MAX = MINUTE_MS;
/** Our clock and the venue's differ a little. */
const MATCHED_BEFORE_MS = MINUTE_MS;

/** Asks what became of an order that may have reached the venue. */
export async function askOrder(
  { client, clock, logger, store }: LiveVenueDeps,
  { request, signal, onConfirmed, isWithdrawn }: Placing & { readonly isWithdrawn: boolean },
  order: LiveOrder,
): Promise<Ending> {
  const { clientOrderId, orderHash } = order;
  const since = addMs(order.signedAt, -MATCHED_BEFORE_MS);
  const [said, trades] = await Promise.all([client.order(orderHash, signal), client.trades(since, signal)]);
  const own = trades.filter((trade) => trade.orderHash === orderHash);
  const mayTurnUp = !hasArrivalTimePassed(order, clock.nowMs());
  if (said === null && own.length === 0 && !order.isKnown) return mayTurnUp ? null : EXPIRED;
  await store.markKnown(clientOrderId, said?.tradeIds ?? [], own);
  if (said?.status === "live" || said?.status === "delayed") {
    const confirmed = mayRest(request) ? confirmedExecutions(request, own) : [];
    if (confirmed.length > 0) onConfirmed(confirmed);
    // One that is to fill at once does not rest; if it does, or is held back too long, it is taken back as well.
    if (isWithdrawn || clock.nowMs() > (request.restUntil ?? request.goodUntil))
      await client.cancel([orderHash], signal);
    return null;
  }
  const named = [...order.tradeIds, ...(said?.tradeIds ?? [])];
  const settlement = settleTrades(request, orderHash, own, named, said?.matched ?? null);
  if (!settlement.settled) return null;
  const { executions, failed } = settlement;
  if (failed) logger.warn("settlement failed on the chain", { clientOrderId });
  if (executions.length > 0) return { status: "filled", executions };
  if (failed) return { status: "unfilled", reason: "SETTLEMENT_FAILED" };
  // Accepted, and neither an order nor a trade of it can be seen: a trade may still turn up.
  if (said === null && mayTurnUp) return null;
  const reason = isWithdrawn ? "WITHDRAWN" : "ORDER_EXPIRED";
  return { status: "unfilled", reason: mayRest(request) ? reason : "NO_LIQUIDITY" };
}

const hasArrivalTimePassed = (order: LiveOrder, at: EpochMs): boolean =>
  order.lastSentAt !== null && at > order.lastSentAt + ARRIVAL_MS_MAX;

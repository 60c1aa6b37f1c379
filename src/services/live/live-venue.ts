import { type OrderDomain, orderDomain, orderHash } from "../../core/chain/exchange-order.ts";
import { AbortedError, TransientError } from "../../core/errors.ts";
import type { OrderResult, UnfilledReason } from "../../core/execution/order.ts";
import { expirationOf, toExchangeOrder } from "../../core/execution/venue-order.ts";
import type { ClientOrderId, OrderHash } from "../../core/ids/ids.ts";
import type { ApprovedOrder } from "../../core/risk/check-order.ts";
import { type EpochMs, SECOND_MS } from "../../core/time/time.ts";
import type { LiveOrder } from "../../ports/live-order-store.ts";
import type { Venue } from "../../ports/venue.ts";
import { askOrder } from "./ask-order.ts";
import { type Ending, EXPIRED, type LiveVenueDeps, type Placing } from "./live-deps.ts";
import { createSender } from "./send-order.ts";

const POLL_MS = SECOND_MS;
const RESTING_POLL_MS = 5 * SECOND_MS;
const SETTLED_LOOKED_AT = 10;
const SETTLED_FAILED_MAX = 4;
const SALT_MAX = 2 ** 53 - 1;

/**
 * Orders with money, made so that nothing happens twice: signed once, stored, and only then sent; sent again only byte
 * for byte and only while it is still wanted; over when every trade of it is confirmed or failed on the chain.
 */
export function createLiveVenue(deps: LiveVenueDeps): Venue {
  const { clock, hints, store } = deps;
  const { mayNow, send } = createSender(deps);
  const begunAt = clock.nowMs();
  const placed = new Set<ClientOrderId>();
  const withdrawn = new Set<ClientOrderId>();
  let settled: readonly boolean[] = [];
  const followed = new Map<ClientOrderId, OrderHash>();

  async function oneRound(placing: Placing, order: LiveOrder): Promise<Ending> {
    const { request, signal } = placing;
    const isWithdrawn = withdrawn.has(request.clientOrderId);
    const isWanted = clock.nowMs() <= request.goodUntil && !isWithdrawn;
    if (order.lastSentAt === null) return isWanted ? send(request, order, false, signal) : EXPIRED;
    // What may have arrived is asked for before it is sent again.
    const ending = await askOrder(deps, { ...placing, isWithdrawn }, order);
    if (ending !== null || !isWanted) return ending;
    const { isKnown } = (await store.find(order.clientOrderId)) ?? order;
    return isKnown ? null : send(request, order, false, signal);
  }

  /** What is matched and fails on the chain is neither bought nor sold: often, and the venue is not to be traded at. */
  async function noteSettlement(ending: OrderResult): Promise<void> {
    const failed = ending.status === "unfilled" && ending.reason === "SETTLEMENT_FAILED";
    if (!failed && ending.status === "unfilled") return;
    settled = [...settled, failed].slice(-SETTLED_LOOKED_AT);
    const failures = settled.filter((each) => each).length;
    if (failures < SETTLED_FAILED_MAX) return;
    const text = `${failures} of the last ${settled.length} matched orders failed on the chain`;
    settled = [];
    await deps.alarm("settlement", text);
  }

  async function end(id: ClientOrderId, ending: OrderResult): Promise<OrderResult> {
    await store.finish(id, ending, clock.nowMs());
    await noteSettlement(ending);
    withdrawn.delete(id);
    followed.delete(id);
    return ending;
  }

  async function follow(placing: Placing, first: LiveOrder): Promise<OrderResult> {
    const { request, signal } = placing;
    followed.set(first.clientOrderId, first.orderHash);
    for (let order = first; !signal.aborted; order = (await store.find(order.clientOrderId)) ?? order) {
      const ending = await oneRound(placing, order);
      if (ending !== null) return end(order.clientOrderId, ending);
      await hints.wait(order.orderHash, pollMs(request, order, clock.nowMs()), signal);
    }
    throw new AbortedError();
  }

  return {
    mode: "LIVE",
    withdraw(id) {
      withdrawn.add(id);
      const hash = followed.get(id);
      if (hash !== undefined) hints.heard(hash);
    },
    async place(request, signal, onConfirmed = () => {}) {
      const placing = { request, signal, onConfirmed };
      // What was decided here and is placed for the first time is not looked up: if it is there all the same, it stays.
      const isNew = request.approvedAt >= begunAt && !placed.has(request.clientOrderId);
      placed.add(request.clientOrderId);
      const known = isNew ? null : await store.find(request.clientOrderId);
      if (known !== null) return known.result ?? follow(placing, known);
      const prepared = await prepareOrder(deps, request, signal);
      if (typeof prepared === "string") return { status: "unfilled", reason: prepared };
      // Sent as soon as it is stored, so it is stored as sent: one commit less between a decision and its order.
      const stored = await store.add(mayNow() ? { ...prepared, lastSentAt: clock.nowMs() } : prepared);
      const isOurs = stored.signed.signature === prepared.signed.signature && stored.lastSentAt !== null;
      if (!isOurs) return stored.result ?? follow(placing, stored);
      followed.set(stored.clientOrderId, stored.orderHash);
      const ending = await send(request, stored, true, signal);
      if (ending !== null) return end(stored.clientOrderId, ending);
      await hints.wait(stored.orderHash, POLL_MS, signal);
      return follow(placing, (await store.find(stored.clientOrderId)) ?? stored);
    },
  };
}

/** What rests is heard of, and looked at now and then; its time is kept. */
function pollMs(request: ApprovedOrder, { isKnown }: LiveOrder, at: EpochMs): number {
  const leftMs = (request.restUntil ?? at) - at;
  return isKnown && leftMs > 0 ? Math.min(RESTING_POLL_MS, leftMs + 1) : POLL_MS;
}

const termsOf = (request: ApprovedOrder, at: EpochMs) => ({
  expiration: expirationOf(request, at),
  timeInForce: request.timeInForce ?? "FAK",
});

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
  const answering = signer.signOrder(order, domain, signal);
  const hash = orderHash(order, domain);
  const answer = await answering;
  if (!answer.signed) {
    logger.warn("signer refused", { clientOrderId, ...answer.refusal });
    return "SIGNER_REFUSED";
  }
  return {
    ...{ clientOrderId, marketId, orderHash: hash, signedAt, lastSentAt: null, isKnown: false },
    signed: { order, signature: answer.signature, ...termsOf(request, signedAt), postOnly: false },
    ...{ tradeIds: [], trades: [], result: null },
  };
}

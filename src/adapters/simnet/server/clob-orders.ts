import type { OrderFault, OrderFaults } from "../faults/order-faults.ts";
import type { NewOrder, OrderRecord } from "../venue/records.ts";
import type { Venue } from "../venue/venue.ts";
import { LOTS_PER_SHARE } from "../world/units.ts";
import type { ApiKey } from "./clob-auth.ts";
import { checkMeans, checkOrder, type OrderDeps, orderBody } from "./clob-order-check.ts";
import { fail, ok, parseJson, type Reply, type Silence } from "./reply.ts";

const FORBIDDEN_PAGE =
  "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head><body>Sorry, you have been blocked</body></html>";
const POST_ONLY_TEXT = "post-only mode: only post-only orders and cancels are allowed";
const NO_MATCH =
  "no orders found to match with FAK order. FAK orders are partially filled or killed if no match is found.";
const TICK_GROWTH = 10;

/** What the venue says instead of looking at the order. */
const REFUSALS: Readonly<Partial<Record<OrderFault, Reply | Silence>>> = {
  lost: "hang up",
  restarting: fail(425, "matching engine is restarting"),
  "post-only": {
    ...{ status: 503, headers: { "retry-after": "79" } },
    body: { error: POST_ONLY_TEXT, code: "post_only_mode", retry_after_seconds: 79 },
  },
  "cancel-only": fail(503, "Trading is currently cancel-only. New orders are not accepted, but cancels are allowed."),
  disabled: fail(503, "Trading is currently disabled. Check polymarket.com for updates"),
  "order timed out": fail(500, "order timed out"),
  "no match": fail(400, NO_MATCH),
  "success with an error": ok({
    ...{ success: true, errorMsg: POST_ONLY_TEXT, orderID: "", takingAmount: "", makingAmount: "", status: "" },
  }),
  "rate limited": {
    ...{ status: 429, headers: { "retry-after": "1", "poly-ratelimit-remaining": "0" } },
    body: { error: "Too Many Requests" },
  },
  forbidden: { status: 403, headers: { "content-type": "text/html" }, body: FORBIDDEN_PAGE },
};

/** `POST /order`: checks, book, answer; or what was planned to go wrong. */
export function createOrderRoute(deps: OrderDeps, faults: OrderFaults) {
  const { venue } = deps;

  function take(key: ApiKey, text: string, fault: OrderFault | null): Reply {
    const body = orderBody.safeParse(parseJson(text));
    if (!body.success) return fail(400, "Invalid order payload");
    if (fault === "tick change") growTick(deps, body.data.order.tokenId);
    const at = venue.settleTime();
    const order = checkOrder(deps, key, body.data, at);
    if (typeof order === "string") return fail(400, order);
    if (venue.order(order.hash) !== null) return fail(400, `order ${order.hash} is invalid. Duplicated.`);
    if (fault === "stale balance") venue.stale.add(order.account.index);
    const refusal = checkMeans(venue, order, at) ?? checkBook(venue, order, body.data.postOnly === true, at);
    if (refusal !== null) return fail(400, refusal);
    return ok(answer(venue.place(order, at, fault === "settlement fails")));
  }

  return function post(key: ApiKey, body: string): Reply | Silence {
    const fault = faults.next();
    const instead = fault === null ? undefined : REFUSALS[fault];
    if (instead !== undefined) return instead;
    const reply = take(key, body, fault);
    if (fault === "timeout") return "no answer";
    return fault === "answer lost" ? "hang up" : reply;
  };
}

function growTick({ index, ticks }: OrderDeps, tokenId: string): void {
  const found = index.byToken(tokenId);
  if (found !== null) ticks.change(found.market, ticks.of(found.market) * TICK_GROWTH);
}

function checkBook(venue: Venue, order: NewOrder, isPostOnly: boolean, at: number): string | null {
  const { lots, cash } = venue.preview(order, at);
  if (isPostOnly && lots > 0) return "invalid post-only order: order crosses book";
  if (order.kind === "FAK" && lots === 0) return NO_MATCH;
  if (order.kind !== "FOK") return null;
  // Dollars that do not buy one lot more are no part of the order.
  const isFull = order.budget === null ? lots === order.lots : lots > 0 && order.budget - cash < order.limitPips;
  return isFull ? null : "order couldn't be fully filled. FOK orders are fully filled or killed.";
}

function answer(order: OrderRecord) {
  const { takenLots, tradeIds, side } = order;
  const hasTraded = tradeIds.length > 0;
  const shares = String(takenLots / LOTS_PER_SHARE);
  const cash = String(order.takenCash / 1e6);
  return {
    ...{ success: true, errorMsg: "", orderID: order.hash, status: hasTraded ? "matched" : "live" },
    takingAmount: hasTraded ? (side === "BUY" ? shares : cash) : "",
    makingAmount: hasTraded ? (side === "BUY" ? cash : shares) : "",
    // Without hashes: those are known once the transaction is mined.
    ...(hasTraded ? { tradeIDs: tradeIds } : {}),
  };
}

import type { WebSocket } from "ws";
import type { Chain, PendingTransaction } from "../chain/chain.ts";
import type { Leg, Match } from "../exchange/match.ts";
import { LOTS_PER_SHARE } from "../world/units.ts";
import type { World } from "../world/world.ts";

/** Topic and type pairs that may be subscribed to; one that is not here has the whole request refused, as outside. */
const KNOWN = new Set(["activity trades", "activity orders_matched"]);
const UNREAD_BYTES_MAX = 16 * 1024 * 1024;

type Subscription = { readonly topic: string; readonly type: string };

/**
 * Polymarket's real-time data service (apis sheet, section 3.3): `activity` for everybody's trades, one message for the
 * taker and each maker, as soon as the world has decided on them.
 */
export function serveRtds(socket: WebSocket, chain: Chain, world: World, now: () => number): void {
  const subscribed = new Set<string>();
  const connectionId = `sim${Math.floor(now())}=`;

  function tell(type: string, payload: object): void {
    if (!subscribed.has(`activity ${type}`)) return;
    if (socket.bufferedAmount > UNREAD_BYTES_MAX) socket.terminate();
    else {
      const message = { connection_id: connectionId, payload, timestamp: Math.floor(now()), topic: "activity", type };
      socket.send(JSON.stringify(message));
    }
  }

  function onPending(transactions: readonly PendingTransaction[]): void {
    if (subscribed.size === 0) return;
    for (const { hash, content } of transactions) {
      if (content.kind !== "matches") continue;
      for (const match of content.matches) {
        const legs = [match.taker, ...match.makers];
        const payloads = legs.map((leg) => payloadOf(world, match, leg, hash, content.at));
        for (const payload of payloads) tell("trades", payload);
        if (payloads[0] !== undefined) tell("orders_matched", payloads[0]);
      }
    }
  }

  const stop = chain.listen({ onBlock: () => {}, onOrphaned: () => {}, onPending });
  socket.on("close", stop);
  // A broken connection ends in "close"; the error itself is the client's affair.
  socket.on("error", () => {});
  socket.on("message", (data) => {
    const text = String(data);
    if (text === "PING") {
      socket.send("");
      return;
    }
    const request = readRequest(text);
    if (request === null) return;
    const unknown = request.subscriptions.find(({ topic, type }) => !KNOWN.has(`${topic} ${type}`));
    if (unknown !== undefined) {
      const message = `rpc error: code = NotFound desc = topic: ${unknown.topic} and type: ${unknown.type} not found`;
      socket.send(JSON.stringify({ body: { message }, statusCode: 401 }));
      return;
    }
    for (const { topic, type } of request.subscriptions) {
      if (request.action === "subscribe") subscribed.add(`${topic} ${type}`);
      else subscribed.delete(`${topic} ${type}`);
    }
  });
  socket.send("");
}

function readRequest(
  text: string,
): { readonly action: string; readonly subscriptions: readonly Subscription[] } | null {
  try {
    const { action, subscriptions } = JSON.parse(text) as { action?: unknown; subscriptions?: unknown };
    return typeof action === "string" && Array.isArray(subscriptions) ? { action, subscriptions } : null;
  } catch {
    return null;
  }
}

/** As `samples/rtds_activity_trade.json`: decimals as numbers, seconds, addresses in mixed case outside and lower case here. */
function payloadOf(world: World, { market }: Match, leg: Leg, hash: string, at: number): object {
  const size = leg.lots / LOTS_PER_SHARE;
  return {
    asset: market.tokenIds()[leg.outcome],
    bio: "",
    conditionId: market.conditionId,
    eventSlug: market.event.slug,
    icon: "",
    name: "",
    outcome: market.outcomes[leg.outcome],
    outcomeIndex: leg.outcome,
    price: Math.round((leg.cash / (leg.lots * 10_000)) * 1e6) / 1e6,
    profileImage: "",
    proxyWallet: world.wallets[leg.wallet]?.address ?? "0x",
    pseudonym: "",
    side: leg.side,
    size,
    slug: market.slug,
    timestamp: Math.floor(at / 1_000),
    title: market.title,
    transactionHash: hash,
  };
}

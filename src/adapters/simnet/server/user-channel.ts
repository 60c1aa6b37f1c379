import type { WebSocket } from "ws";
import { z } from "zod";
import type { VenueListener } from "../venue/venue.ts";
import type { ClobAuth } from "./clob-auth.ts";
import type { ListDeps } from "./clob-lists.ts";
import { orderFields, ownersOf, tradeFields } from "./clob-rows.ts";
import { parseJson } from "./reply.ts";

/** How the user channel behaves; may be changed while it runs. */
export type UserChannelFaults = {
  /** Connected, and silent: no events, no PONG. */
  isFrozen: boolean;
  /** A frame is an array of events, the newest and the one before it once more. */
  framesAsArrays: boolean;
  /** An event that nobody knows before each one. */
  hasUnknownEvents: boolean;
};

export type UserChannelDeps = ListDeps & {
  readonly auth: ClobAuth;
  readonly faults: UserChannelFaults;
  /** Milliseconds. */
  readonly now: () => number;
};

const POLICY_VIOLATION = 1008;
const markets = z.array(z.string()).optional();
const firstFrame = z.object({
  type: z.literal("user"),
  auth: z.object({ apiKey: z.string(), secret: z.string(), passphrase: z.string() }),
  markets,
});
const laterFrame = z.object({ operation: z.enum(["subscribe", "unsubscribe"]), markets: z.array(z.string()) });

/**
 * The CLOB's user channel (API sheet, section 3.2): a key's orders and trades as they change. No replay: what happened
 * while nobody listened is asked over REST.
 */
export function serveUserChannel(socket: WebSocket, deps: UserChannelDeps): void {
  const { world, venue, orderKey, auth, faults, now } = deps;
  let apiKey: string | null = null;
  /** null: all. */
  let chosen: Set<string> | null = null;
  let before: object | null = null;

  function send(event: { readonly market: string }): void {
    if (faults.isFrozen || (chosen !== null && !chosen.has(event.market))) return;
    if (faults.hasUnknownEvents) socket.send(JSON.stringify({ event_type: "maintenance_notice", timestamp: stamp() }));
    const repeated = before === null ? [event] : [before, event];
    socket.send(JSON.stringify(faults.framesAsArrays ? repeated : event));
    before = event;
  }
  const stamp = (): string => String(Math.floor(now() / 1_000));

  const listener: VenueListener = {
    onOrder(order, type) {
      if (order.apiKey !== apiKey) return;
      const created_at = String(Math.floor(order.createdAt / 1_000));
      const about = { event_type: "order", type, order_owner: apiKey, created_at, timestamp: stamp() };
      send({ ...orderFields(order, now()), ...about });
    },
    onTrade(trade) {
      if (apiKey === null || !ownersOf(trade, venue.order).has(apiKey)) return;
      const about = { event_type: "trade", type: "TRADE", trade_owner: apiKey, timestamp: stamp() };
      send({ ...tradeFields(world, orderKey, venue.order, trade, apiKey), ...about });
    },
  };

  function onFrame(text: string): void {
    const json = parseJson(text);
    const [first, later] = [firstFrame.safeParse(json), laterFrame.safeParse(json)];
    if (first.success) {
      apiKey = auth.match(first.data.auth)?.apiKey ?? null;
      chosen = first.data.markets === undefined ? null : new Set(first.data.markets);
    } else if (later.success && apiKey !== null) {
      const { operation, markets: named } = later.data;
      chosen ??= new Set();
      for (const market of named) operation === "subscribe" ? chosen.add(market) : chosen.delete(market);
    }
    if (apiKey === null) socket.close(POLICY_VIOLATION, "invalid subscription payload");
  }

  const stop = venue.listen(listener);
  socket.on("close", stop);
  // A broken connection ends in "close"; the error itself is the client's affair.
  socket.on("error", () => {});
  socket.on("message", (data) => {
    const text = String(data);
    if (text !== "PING") onFrame(text);
    else if (!faults.isFrozen) socket.send("PONG");
  });
}

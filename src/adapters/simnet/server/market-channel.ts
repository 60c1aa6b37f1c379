import { z } from "zod";
import type { Chain, PendingTransaction } from "../chain/chain.ts";
import type { FeedSocket } from "../faults/faulty-feed.ts";
import { LOTS_PER_SHARE, PIPS_PER_USD } from "../world/units.ts";
import type { World } from "../world/world.ts";
import type { MarketIndex } from "./market-index.ts";
import { orderBook, type TickSizes } from "./order-book.ts";
import { parseJson } from "./reply.ts";

export type MarketChannelParts = {
  readonly world: World;
  readonly chain: Chain;
  readonly index: MarketIndex;
  readonly ticks: TickSizes;
  readonly now: () => number;
  /** As outside, where a frame may be an event or an array of them. */
  readonly framesAsArrays: boolean;
};

/** Books are looked at so often for what has changed, in real time. */
const LOOK_EVERY_MS = 100;
const INVALID_PAYLOAD = 1008;
const request = z.union([
  z.object({ type: z.literal("market"), assets_ids: z.array(z.string()) }),
  z.object({ operation: z.enum(["subscribe", "unsubscribe"]), assets_ids: z.array(z.string()) }),
]);

type Book = NonNullable<ReturnType<typeof orderBook>>;

/**
 * The CLOB's market channel (API sheet, section 3.1): the whole book at the subscription, then what changes of it, ticks
 * and trades. No replay, no sequence numbers.
 */
export function serveMarketChannel(socket: FeedSocket, parts: MarketChannelParts): void {
  const { world, chain, index, ticks, now, framesAsArrays } = parts;
  const told = new Map<string, Book | null>();

  const bookOf = (token: string): Book | null => {
    const found = index.byToken(token);
    return found === null ? null : orderBook(world, ticks, found.market, found.outcome, now());
  };
  const send = (event: object): void => socket.send(JSON.stringify(framesAsArrays ? [event] : event));

  function subscribe(tokens: readonly string[]): void {
    for (const token of tokens) {
      const book = bookOf(token);
      told.set(token, book);
      if (book !== null) send({ event_type: "book", ...book });
    }
  }

  function look(): void {
    for (const [token, before] of told) {
      const after = bookOf(token);
      told.set(token, after);
      if (after === null) continue;
      if (before === null) send({ event_type: "book", ...after });
      else tellChanges(token, before, after);
    }
  }

  function tellChanges(token: string, before: Book, after: Book): void {
    const { market, timestamp, hash } = after;
    if (before.tick_size !== after.tick_size) {
      const [old_tick_size, new_tick_size] = [before.tick_size, after.tick_size];
      send({ event_type: "tick_size_change", asset_id: token, market, old_tick_size, new_tick_size, timestamp });
    }
    const best = { best_bid: after.bids.at(-1)?.price ?? "", best_ask: after.asks.at(-1)?.price ?? "" };
    const price_changes = [
      ...changed(before.bids, after.bids).map((level) => ({ asset_id: token, ...level, side: "BUY", hash, ...best })),
      ...changed(before.asks, after.asks).map((level) => ({ asset_id: token, ...level, side: "SELL", hash, ...best })),
    ];
    if (price_changes.length > 0) send({ event_type: "price_change", market, price_changes, timestamp });
  }

  function onPending(transactions: readonly PendingTransaction[]): void {
    if (told.size === 0) return;
    for (const { hash, content } of transactions) {
      if (content.kind !== "matches") continue;
      for (const { market, taker } of content.matches) {
        const asset_id = market.tokenIds()[taker.outcome];
        if (!told.has(asset_id)) continue;
        send({
          event_type: "last_trade_price",
          ...{ asset_id, market: market.conditionId, side: taker.side, fee_rate_bps: "0", transaction_hash: hash },
          price: String(Math.round(taker.cash / taker.lots) / PIPS_PER_USD),
          size: String(taker.lots / LOTS_PER_SHARE),
          timestamp: String(Math.floor(now())),
        });
      }
    }
  }

  const timer = setInterval(look, LOOK_EVERY_MS);
  const stop = chain.listen({ onBlock: () => {}, onOrphaned: () => {}, onPending });
  socket.on("close", () => {
    clearInterval(timer);
    stop();
  });
  // A broken connection ends in "close"; the error itself is the client's affair.
  socket.on("error", () => {});
  socket.on("message", (data) => {
    const text = String(data);
    if (text === "PING") {
      socket.send("PONG");
      return;
    }
    const asked = request.safeParse(parseJson(text));
    if (!asked.success) socket.close(INVALID_PAYLOAD, "invalid subscription payload");
    else if ("operation" in asked.data && asked.data.operation === "unsubscribe") {
      for (const token of asked.data.assets_ids) told.delete(token);
    } else subscribe(asked.data.assets_ids);
  });
}

type Level = Book["bids"][number];

/** Levels that are new, of another size, or gone (size 0). */
function changed(before: readonly Level[], after: readonly Level[]): readonly Level[] {
  const old = new Map(before.map(({ price, size }) => [price, size]));
  const left = new Set(after.map(({ price }) => price));
  return [
    ...after.filter(({ price, size }) => old.get(price) !== size),
    ...before.filter(({ price }) => !left.has(price)).map(({ price }) => ({ price, size: "0" })),
  ];
}

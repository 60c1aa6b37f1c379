import { z } from "zod";
import type { Side } from "../../core/chain/fill.ts";
import { PayloadError } from "../../core/errors.ts";
import { parseTokenId, type TokenId } from "../../core/ids/ids.ts";
import type { BookLevel } from "../../core/market/market.ts";
import { MICROS, type PriceMicros, parsePrice } from "../../core/money/amounts.ts";
import { type EpochMs, epochMs } from "../../core/time/time.ts";
import { parseLevel, requireInteger, requirePrice } from "./parse-book.ts";

/** What the market channel tells about followed tokens (API sheet, section 3.1). */
export type MarketEvent =
  | {
      readonly kind: "book";
      readonly tokenId: TokenId;
      readonly bids: readonly BookLevel[];
      readonly asks: readonly BookLevel[];
      readonly at: EpochMs;
    }
  | {
      readonly kind: "change";
      readonly tokenId: TokenId;
      readonly side: Side;
      /** The whole size at this price from now on; 0: none. */
      readonly level: BookLevel;
      /** Best prices after the message, null where that side is empty; the whole is null where the venue does not say. */
      readonly best: { readonly bid: PriceMicros | null; readonly ask: PriceMicros | null } | null;
      readonly at: EpochMs;
    }
  | { readonly kind: "tick"; readonly tokenId: TokenId; readonly tickSize: PriceMicros; readonly at: EpochMs }
  | { readonly kind: "trade"; readonly tokenId: TokenId; readonly at: EpochMs }
  | { readonly kind: "pong" }
  /** Of a sort that we do not know or need: new ones appear without notice. */
  | { readonly kind: "unknown"; readonly name: string }
  | { readonly kind: "unreadable"; readonly reason: string };

const level = z.object({ price: z.string(), size: z.string() });
const named = z.object({ event_type: z.string() });
const book = z.object({ asset_id: z.string(), bids: z.array(level), asks: z.array(level), timestamp: z.string() });
const change = z.object({
  asset_id: z.string(),
  ...level.shape,
  side: z.enum(["BUY", "SELL"]),
  best_bid: z.string().optional(),
  best_ask: z.string().optional(),
});
const changes = z.object({ price_changes: z.array(change), timestamp: z.string() });
const tick = z.object({ asset_id: z.string(), new_tick_size: z.string(), timestamp: z.string() });
const trade = z.object({ asset_id: z.string(), timestamp: z.string() });

/** One frame: an event, an array of them, or the answer to a PING. Never throws. */
export function readFrame(text: string): readonly MarketEvent[] {
  if (text === "PONG" || text === "") return [{ kind: "pong" }];
  try {
    const parsed: unknown = JSON.parse(text);
    return (Array.isArray(parsed) ? parsed : [parsed]).flatMap(readEvent);
  } catch (error) {
    return [{ kind: "unreadable", reason: error instanceof Error ? error.message.slice(0, 200) : String(error) }];
  }
}

function readEvent(payload: unknown): readonly MarketEvent[] {
  const { event_type } = parse(named, payload);
  switch (event_type) {
    case "book": {
      const { asset_id, bids, asks, timestamp } = parse(book, payload);
      const sides = { bids: bids.map(parseLevel), asks: asks.map(parseLevel) };
      return [{ kind: "book", tokenId: parseTokenId(asset_id), ...sides, at: timeOf(timestamp) }];
    }
    case "price_change": {
      const { price_changes, timestamp } = parse(changes, payload);
      return price_changes.map((each) => readChange(each, timeOf(timestamp)));
    }
    case "tick_size_change": {
      const { asset_id, new_tick_size, timestamp } = parse(tick, payload);
      const tickSize = requirePrice(new_tick_size);
      return [{ kind: "tick", tokenId: parseTokenId(asset_id), tickSize, at: timeOf(timestamp) }];
    }
    case "last_trade_price": {
      const { asset_id, timestamp } = parse(trade, payload);
      return [{ kind: "trade", tokenId: parseTokenId(asset_id), at: timeOf(timestamp) }];
    }
    default:
      return [{ kind: "unknown", name: event_type.slice(0, 60) }];
  }
}

function readChange(
  { asset_id, side, best_bid, best_ask, ...at }: z.output<typeof change>,
  time: EpochMs,
): MarketEvent {
  const best =
    best_bid === undefined || best_ask === undefined ? null : { bid: bestOf(best_bid), ask: bestOf(best_ask) };
  return { kind: "change", tokenId: parseTokenId(asset_id), side, level: parseLevel(at), best, at: time };
}

/** An empty side is "", or the end of the scale. */
function bestOf(text: string): PriceMicros | null {
  const value = text === "" ? null : parsePrice(text);
  return value === null || value === 0n || value >= MICROS ? null : value;
}

const timeOf = (text: string): EpochMs => epochMs(requireInteger(text));

function parse<T>(schema: z.ZodType<T>, payload: unknown): T {
  const parsed = schema.safeParse(payload);
  if (!parsed.success) throw new PayloadError("MARKET_EVENT_MALFORMED", parsed.error.message.slice(0, 200));
  return parsed.data;
}

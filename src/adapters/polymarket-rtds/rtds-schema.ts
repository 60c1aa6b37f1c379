import { z } from "zod";
import { PayloadError } from "../../core/errors.ts";
import { parseAddress, parseMarketId, parseTokenId, parseTxHash } from "../../core/ids/ids.ts";
import { parsePrice, parseShares, shares } from "../../core/money/amounts.ts";
import { type EpochMs, fromUnixSeconds } from "../../core/time/time.ts";
import type { TradeHint } from "../../ports/trade-hint.ts";

/** RTDS sends decimals as JSON numbers, of which the nearest micro is meant. */
const decimal = z.union([z.number().transform((value) => value.toFixed(6)), z.string()]);

const trade = z.object({
  topic: z.literal("activity"),
  type: z.literal("trades"),
  payload: z.object({
    asset: z.string(),
    conditionId: z.string().nullish(),
    side: z.enum(["BUY", "SELL"]),
    price: decimal,
    size: decimal,
    proxyWallet: z.string(),
    transactionHash: z.string(),
    timestamp: z.number(),
  }),
});

const rejection = z.object({ statusCode: z.number(), body: z.object({ message: z.string() }) });
const envelope = z.object({ topic: z.string(), type: z.string() });

export type RtdsFrame =
  | { readonly kind: "trade"; readonly hint: TradeHint }
  /** Answers to PING, the greeting, other topics. */
  | { readonly kind: "other" }
  | { readonly kind: "rejected"; readonly reason: string }
  | { readonly kind: "unreadable"; readonly reason: string };

/** One text frame of RTDS (apis sheet, section 3.3). Never throws: what cannot be read is no hint. */
export function readFrame(text: string, receivedAt: EpochMs): RtdsFrame {
  const trimmed = text.trim();
  // The greeting and the answer to PING are empty.
  if (trimmed === "" || trimmed === "PONG") return { kind: "other" };
  let json: unknown;
  try {
    json = JSON.parse(trimmed);
  } catch {
    return { kind: "unreadable", reason: "no JSON" };
  }
  const rejected = rejection.safeParse(json);
  if (rejected.success) return { kind: "rejected", reason: rejected.data.body.message.slice(0, 160) };
  const outer = envelope.safeParse(json);
  if (outer.success && (outer.data.topic !== "activity" || outer.data.type !== "trades")) return { kind: "other" };
  const parsed = trade.safeParse(json);
  if (!parsed.success) return { kind: "unreadable", reason: parsed.error.issues[0]?.path.join(".") ?? "shape" };
  try {
    return { kind: "trade", hint: toHint(parsed.data.payload, receivedAt) };
  } catch (error) {
    if (error instanceof PayloadError) return { kind: "unreadable", reason: error.code };
    throw error;
  }
}

/** @throws PayloadError */
function toHint(payload: z.output<typeof trade>["payload"], receivedAt: EpochMs): TradeHint {
  const price = parsePrice(payload.price);
  const size = parseShares(payload.size);
  if (price === null || size === null || size <= shares(0n)) {
    throw new PayloadError("RTDS_AMOUNT", "a price or size that is none");
  }
  return {
    source: "rtds",
    txHash: parseTxHash(payload.transactionHash),
    wallet: parseAddress(payload.proxyWallet),
    tokenId: parseTokenId(payload.asset),
    marketId: payload.conditionId ? parseMarketId(payload.conditionId) : null,
    side: payload.side,
    size,
    price,
    occurredAt: fromUnixSeconds(payload.timestamp),
    receivedAt,
  };
}

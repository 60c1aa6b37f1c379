import { z } from "zod";
import type { OrderAnswer, RefusalClass } from "../../core/execution/venue-answer.ts";
import type { VenueSign } from "../../core/execution/venue-state.ts";
import { parseOrderHash } from "../../core/ids/ids.ts";
import { parseShares } from "../../core/money/amounts.ts";
import type { HttpAnswer } from "./http-exchange.ts";

const STATUSES = ["live", "matched", "delayed", "unmatched"] as const;
const placedSchema = z.object({
  success: z.boolean(),
  errorMsg: z.string(),
  orderID: z.string(),
  status: z.string(),
  makingAmount: z.string().nullish(),
  takingAmount: z.string().nullish(),
  tradeIDs: z.array(z.string()).nullish(),
});
const errorSchema = z.object({
  error: z.string(),
  code: z.string().optional(),
  retry_after_seconds: z.number().nonnegative().optional(),
});

const TEXT_MAX = 300;

/** First match wins. `duplicate` and `no-fill` read like errors and are none. */
const BY_TEXT: readonly (readonly [text: string, kind: "duplicate" | "no-fill" | RefusalClass])[] = [
  ["is invalid. duplicated", "duplicate"],
  ["no orders found to match with fak order", "no-fill"],
  ["couldn't be fully filled. fok orders", "no-fill"],
  ["invalid post-only order: order crosses book", "market"],
  ["invalid signature", "config"],
  ["the order signer address has to be the address of the api key", "config"],
  ["maker address not allowed", "config"],
  ["invalid order version", "version"],
  ["order_version_mismatch", "version"],
  ["not enough balance / allowance", "funds"],
  ["breaks minimum tick size rule", "tick"],
  ["lower than the minimum", "size"],
  ["invalid amounts", "amounts"],
  ["market is not yet ready", "market"],
  ["invalid expiration", "market"],
  ["in closed only mode", "closed-only"],
  ["invalid api key", "auth"],
];

/** Every answer of the order endpoint, sorted by what to do next; what nobody has seen before is never a yes. */
export function readOrderAnswer({ status, retryAfterMs: told, body }: HttpAnswer): OrderAnswer {
  const json = parseJson(body);
  if (status === 200) return readPlaced(json);
  const failure = errorSchema.safeParse(json).data;
  const text = failure?.error ?? "";
  const inBody = failure?.retry_after_seconds;
  const retryAfterMs = inBody === undefined ? told : inBody * 1_000;
  if (status === 400) return byText(text);
  if (status === 401) return { kind: "refused", class: "auth", text: shorten(text) };
  if (status === 403) return { kind: "unavailable", sign: { kind: "blocked" } };
  if (status === 425) return { kind: "unavailable", sign: { kind: "restarting" } };
  if (status === 429) return { kind: "rate-limited", retryAfterMs };
  if (status === 503) {
    const sign = closedSign(`${failure?.code ?? ""} ${text}`.toLowerCase(), retryAfterMs);
    if (sign !== null) return { kind: "unavailable", sign };
  }
  if (status >= 500) return { kind: "unknown", text: `HTTP ${status} ${shorten(text)}`.trim() };
  return { kind: "refused", class: "other", text: `HTTP ${status} ${shorten(text)}`.trim() };
}

function readPlaced(json: unknown): OrderAnswer {
  const parsed = placedSchema.safeParse(json);
  // A 200 that we cannot read may well be a yes.
  if (!parsed.success) return { kind: "unknown", text: "HTTP 200 with a body of an unknown form" };
  const { success, errorMsg, orderID, status, makingAmount, takingAmount, tradeIDs } = parsed.data;
  if (errorMsg !== "") return byText(errorMsg);
  const known = STATUSES.find((each) => each === status.toLowerCase());
  if (!success || known === undefined || !/^0x[0-9a-fA-F]{64}$/.test(orderID))
    return { kind: "unknown", text: `an answer that contradicts itself: status "${shorten(status)}"` };
  return {
    ...{ kind: "accepted", orderHash: parseOrderHash(orderID), status: known, tradeIds: tradeIDs ?? [] },
    ...{ makingAmount: amount(makingAmount), takingAmount: amount(takingAmount) },
  };
}

function byText(text: string): OrderAnswer {
  const lower = text.toLowerCase();
  const sign = closedSign(lower, null);
  if (sign !== null) return { kind: "unavailable", sign };
  const kind = BY_TEXT.find(([part]) => lower.includes(part))?.[1] ?? "other";
  if (kind === "duplicate" || kind === "no-fill") return { kind };
  return { kind: "refused", class: kind, text: shorten(text) };
}

function closedSign(lower: string, retryAfterMs: number | null): VenueSign | null {
  if (lower.includes("post_only_mode") || lower.includes("post-only mode")) return { kind: "post-only", retryAfterMs };
  if (lower.includes("cancel-only") || lower.includes("cancel_only")) return { kind: "cancel-only", retryAfterMs };
  if (lower.includes("trading is currently disabled")) return { kind: "disabled", retryAfterMs };
  return null;
}

const amount = (text: string | null | undefined): bigint | null =>
  text === null || text === undefined || text === "" ? null : parseShares(text);

const shorten = (text: string): string => text.slice(0, TEXT_MAX);

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

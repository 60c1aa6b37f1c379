import { z } from "zod";
import { PayloadError } from "../../core/errors.ts";
import { parseAddress, parseMarketId, parseTokenId } from "../../core/ids/ids.ts";
import { price, type ShareMicros, shares, type UsdMicros, usd } from "../../core/money/amounts.ts";
import type { AccountEvent, AccountPosition, AccountResolution } from "../../core/reputation/account-event.ts";
import { epochMs, fromUnixSeconds } from "../../core/time/time.ts";
import type { PnlPoint, TapeTrade } from "../../ports/account-history.ts";
import type { DataRow } from "./data-page.ts";
import { isCombo, type OutcomeOf } from "./outcome-of-token.ts";

/** Their numbers are whole micros written as floats (11.988287999999999): the nearest micro is what was meant. */
const micros = (value: number): bigint => BigInt(Math.round(value * 1e6));
const asShares = (value: number): ShareMicros => shares(micros(value));
const asUsd = (value: number): UsdMicros => usd(micros(value));
const amount = z.number().refine((value) => Math.abs(value) < 9e9, "beyond what a float holds in micros");
const seconds = z.number().int().nonnegative();

function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
  throw new PayloadError("DATA_API_MALFORMED", `${what} with fields of another kind: ${where.slice(0, 120)}`);
}

const activityRow = z.object({
  timestamp: seconds,
  condition_id: z.string(),
  type: z.string(),
  size: amount,
  usdc_size: amount,
  price: amount,
  token_id: z.string(),
  side: z.string(),
  outcome_index: z.number(),
  event_slug: z.string(),
  is_combo: z.boolean().nullish(),
});

/** A conversion is of an event, and need not name a market. */
const NO_MARKET = parseMarketId(`0x${"00".repeat(32)}`);
const KINDS = ["SPLIT", "MERGE", "REDEEM", "CONVERSION"] as const;

/**
 * `/v2/activity`. `usdc_size` of a trade includes its fee: what a BUY cost; of a SELL it is what came in, and where it
 * is above size times price the fee was added instead of taken off.
 * @returns null for combos and what moves no outcome token (rebates, rewards, transfers of money)
 * @throws PayloadError
 */
export function parseActivity(value: DataRow, outcomeOf: OutcomeOf): AccountEvent | null {
  const row = parse(activityRow, value, "an activity");
  const { type, side } = row;
  const kind =
    type === "TRADE" ? (side === "BUY" || side === "SELL" ? side : null) : KINDS.find((known) => known === type);
  if (kind === null) throw new PayloadError("DATA_API_MALFORMED", `a trade whose side is ${side.slice(0, 20)}`);
  if (kind === undefined || row.is_combo === true || isCombo(row.condition_id)) return null;
  const marketId = kind === "CONVERSION" && row.condition_id === "" ? NO_MARKET : parseMarketId(row.condition_id);
  const tokenId = row.token_id === "" ? null : parseTokenId(row.token_id);
  const [paid, gross] = [asUsd(row.usdc_size), asUsd(row.size * row.price)];
  return {
    kind,
    at: fromUnixSeconds(row.timestamp),
    marketId,
    tokenId,
    outcome: tokenId === null || type !== "TRADE" ? null : outcomeOf(marketId, tokenId, row.outcome_index),
    shares: asShares(row.size),
    cash: kind === "SELL" && paid > gross && gross > 0n ? usd(gross - (paid - gross)) : paid,
    eventSlug: row.event_slug === "" ? null : row.event_slug,
  };
}

const positionRow = z.object({
  token_id: z.string(),
  condition_id: z.string(),
  current_size: amount,
  total_size: amount,
  entry_cost_usdc: amount.nullish(),
  current_price: z.number().min(0).max(1).nullish(),
  realized_pnl: amount,
  total_pnl: amount,
  status: z.string(),
  outcome_index: z.number(),
  last_event_at: seconds.nullish(),
  first_entry_at: seconds.nullish(),
});

/** `/v2/positions`. @returns null for combos. @throws PayloadError */
export function parsePosition(value: DataRow, outcomeOf: OutcomeOf): AccountPosition | null {
  const row = parse(positionRow, value, "a position");
  if (isCombo(row.condition_id)) return null;
  const marketId = parseMarketId(row.condition_id);
  const tokenId = parseTokenId(row.token_id);
  return {
    marketId,
    tokenId,
    outcome: outcomeOf(marketId, tokenId, row.outcome_index),
    currentShares: asShares(row.current_size),
    totalShares: asShares(row.total_size),
    entryCost: row.entry_cost_usdc == null ? null : asUsd(row.entry_cost_usdc),
    price: row.current_price == null ? null : price(micros(row.current_price)),
    realisedPnl: asUsd(row.realized_pnl),
    totalPnl: asUsd(row.total_pnl),
    status: row.status,
    // 0: none is recorded.
    firstEntryAt: row.first_entry_at ? fromUnixSeconds(row.first_entry_at) : null,
    lastEventAt: row.last_event_at ? fromUnixSeconds(row.last_event_at) : null,
  };
}

const tradeRow = z.object({
  proxy_wallet: z.string(),
  condition_id: z.string(),
  size: amount,
  price: amount,
  timestamp: seconds,
});

/** `/v2/trades`. @returns null for combos. @throws PayloadError */
export function parseTrade(value: DataRow): (TapeTrade & { readonly shares: ShareMicros }) | null {
  const row = parse(tradeRow, value, "a trade");
  if (isCombo(row.condition_id)) return null;
  const at = fromUnixSeconds(row.timestamp);
  return { wallet: parseAddress(row.proxy_wallet), at, cash: asUsd(row.size * row.price), shares: asShares(row.size) };
}

/** `/v2/leaderboard`. @throws PayloadError */
export const parseLeader = (value: DataRow) =>
  parseAddress(parse(z.object({ user_id: z.string() }), value, "a place on the leaderboard").user_id);

const resolutionRow = z.object({
  condition_id: z.string().nullish(),
  status: z.string(),
  payouts: z.array(z.number().int().nonnegative()).nullish(),
  resolved_at: z.string().nullish(),
});

/** `/v2/resolutions`; payouts are in millionths of a dollar. @returns null unless final. @throws PayloadError */
export function parseResolution(value: unknown) {
  const row = parse(resolutionRow, value, "a resolution");
  const [first, second, ...more] = row.payouts ?? [];
  const at = Date.parse(row.resolved_at ?? "");
  if (row.condition_id == null || row.status !== "resolved" || first === undefined || second === undefined) return null;
  if (more.length > 0 || first + second <= 0 || Number.isNaN(at)) return null;
  const resolution: AccountResolution = { at: epochMs(at), payoutNumerators: [BigInt(first), BigInt(second)] };
  return [parseMarketId(row.condition_id), resolution] as const;
}

const pnlSeries = z.object({
  data: z.object({ points: z.array(z.object({ timestamp: seconds, position_pnl: amount.nullish() })) }).nullable(),
});

/** `/v2/user-pnl`, oldest first. @throws PayloadError */
export const parsePnlSeries = (answer: unknown): readonly PnlPoint[] =>
  (parse(pnlSeries, answer, "a series of P&L").data?.points ?? []).map(({ timestamp, position_pnl }) => ({
    at: fromUnixSeconds(timestamp),
    positionPnl: position_pnl == null ? null : asUsd(position_pnl),
  }));

const status = z.object({ data: z.object({ serving: z.object({ lag_seconds: z.number().nullish() }) }) });

/** `/v2/status`. @throws PayloadError */
export const parseLagSeconds = (answer: unknown): number | null =>
  parse(status, answer, "a status").data.serving.lag_seconds ?? null;

import { z } from "zod";
import { USDC_E, WRAPPED_COLLATERAL } from "../../core/chain/contracts.ts";
import { tokenIdOf } from "../../core/chain/token-ids.ts";
import { PayloadError } from "../../core/errors.ts";
import { type MarketId, parseMarketId, parseTokenId, type TokenId } from "../../core/ids/ids.ts";
import { type FeeSchedule, type MarketInfo, NO_FEE } from "../../core/market/market.ts";
import { type PriceMicros, parsePrice, parseShares, type ShareMicros } from "../../core/money/amounts.ts";
import { type EpochMs, epochMs } from "../../core/time/time.ts";

/** Gamma sends arrays as JSON inside a string (`outcomes`, `clobTokenIds`) or as arrays (`positionIds`); either is taken. */
const texts = z.union([z.array(z.string()), z.string().transform(parseJsonTexts)]);
const decimal = z.union([z.number(), z.string()]);

function parseJsonTexts(text: string, context: z.RefinementCtx): string[] {
  try {
    const parsed = z.array(z.string()).safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    // Falls through to the issue below.
  }
  context.addIssue({ code: "custom", message: "not a JSON list of texts" });
  return z.NEVER;
}

/** One market of Gamma, as far as it is used (`https://gamma-api.polymarket.com/schemas/Market.json`). */
const gammaMarket = z.object({
  conditionId: z.string(),
  question: z.string(),
  slug: z.string().nullish(),
  category: z.string().nullish(),
  feeType: z.string().nullish(),
  tags: z.array(z.object({ label: z.string().nullish() })).nullish(),
  events: z.array(z.object({ id: z.union([z.string(), z.number()]), category: z.string().nullish() })).nullish(),
  outcomes: texts,
  version: z.string().nullish(),
  clobTokenIds: texts.nullish(),
  positionIds: texts.nullish(),
  negRisk: z.boolean().nullish(),
  startDate: z.string().nullish(),
  endDate: z.string().nullish(),
  orderPriceMinTickSize: decimal.nullish(),
  orderMinSize: decimal.nullish(),
  feesEnabled: z.boolean().nullish(),
  feeSchedule: z.object({ rate: z.number(), exponent: z.number().nullish() }).nullish(),
  acceptingOrders: z.boolean().nullish(),
});
type GammaMarket = z.infer<typeof gammaMarket>;

// Markets of the time before the order book carry neither; nobody can place an order in them.
const TICK_WITHOUT_BOOK = 10_000n as PriceMicros;
const MIN_SIZE_WITHOUT_BOOK = 5_000_000n as ShareMicros;

/** @throws PayloadError when the row cannot be used: not binary, no tokens, an unknown version, a nonsensical number. */
export function parseGammaMarket(value: unknown): MarketInfo {
  const parsed = gammaMarket.safeParse(value);
  if (!parsed.success) {
    const where = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
    throw unusable(`fields of another kind: ${where.slice(0, 120)}`);
  }
  const row = parsed.data;
  const marketId = parseMarketId(row.conditionId);
  const negRisk = row.negRisk ?? false;
  return {
    marketId,
    title: row.question,
    slug: row.slug ?? null,
    category: categoryOf(row),
    eventId: row.events?.[0] === undefined ? null : String(row.events[0].id),
    negRisk,
    outcomes: pair(row.outcomes, "outcomes"),
    tokenIds: tokensOf(row, marketId, negRisk),
    startsAt: instantOf(row.startDate),
    endsAt: instantOf(row.endDate),
    tickSize: row.orderPriceMinTickSize == null ? TICK_WITHOUT_BOOK : tickOf(row.orderPriceMinTickSize),
    minOrderSize: row.orderMinSize == null ? MIN_SIZE_WITHOUT_BOOK : sizeOf(row.orderMinSize),
    fee: feeOf(row),
    acceptingOrders: row.acceptingOrders ?? false,
  };
}

const unusable = (reason: string): PayloadError => new PayloadError("MARKET_UNUSABLE", reason);

function pair(values: readonly string[], what: string): readonly [string, string] {
  const [first, second, ...more] = values;
  if (first === undefined || second === undefined || more.length > 0)
    throw unusable(`${values.length} ${what} instead of 2`);
  return [first, second];
}

/**
 * `version` says which ids are traded; both may be present. Those of v1 follow from the condition: a row that says
 * otherwise would book fills on the wrong market.
 */
function tokensOf(row: GammaMarket, marketId: MarketId, negRisk: boolean): readonly [TokenId, TokenId] {
  const version = row.version ?? "v1";
  if (version !== "v1" && version !== "v2") throw unusable(`unknown version ${version.slice(0, 20)}`);
  const [first, second] = pair((version === "v1" ? row.clobTokenIds : row.positionIds) ?? [], "token ids");
  const tokenIds = [parseTokenId(first), parseTokenId(second)] as const;
  if (version === "v2") return tokenIds;
  const collateral = negRisk ? WRAPPED_COLLATERAL : USDC_E;
  if (tokenIdOf(collateral, marketId, 0) !== tokenIds[0] || tokenIdOf(collateral, marketId, 1) !== tokenIds[1]) {
    throw unusable("token ids that do not follow from the condition");
  }
  return tokenIds;
}

/** `crypto_fees_v2` is the category by which fees are charged; tags come in no order and are the last resort. */
function categoryOf({ category, events, feeType, tags }: GammaMarket): string | null {
  const byFee = feeType == null ? null : (/^([a-z]+)_/.exec(feeType)?.[1] ?? null);
  return category ?? events?.[0]?.category ?? byFee ?? tags?.[0]?.label ?? null;
}

/** ISO 8601, or PostgreSQL's text form that some fields have: `2026-01-23 12:30:00+00`. Null when it is neither. */
function instantOf(text: string | null | undefined): EpochMs | null {
  if (text == null) return null;
  const ms = Date.parse(text.replace(/^(\d{4}-\d\d-\d\d) /, "$1T").replace(/\+00$/, "Z"));
  return Number.isNaN(ms) ? null : epochMs(ms);
}

function tickOf(value: number | string): PriceMicros {
  const tick = parsePrice(String(value));
  if (tick === null || tick <= 0n) throw unusable(`a tick of ${String(value).slice(0, 20)}`);
  return tick;
}

function sizeOf(value: number | string): ShareMicros {
  const size = parseShares(String(value));
  if (size === null || size < 0n) throw unusable(`a minimum size of ${String(value).slice(0, 20)}`);
  return size;
}

function feeOf({ feesEnabled, feeSchedule }: GammaMarket): FeeSchedule {
  if (feesEnabled === false || feeSchedule == null) return NO_FEE;
  const { rate, exponent } = feeSchedule;
  if (!(rate >= 0 && rate <= 1)) throw unusable(`a fee rate of ${rate}`);
  return { rate, exponent: exponent ?? NO_FEE.exponent };
}

import type { SimMarket } from "../world/market.ts";
import { LOTS_PER_SHARE, PIPS_PER_USD } from "../world/units.ts";
import type { World } from "../world/world.ts";
import type { MarketIndex } from "./market-index.ts";
import { hasBook } from "./order-book.ts";

/** Gamma's `feeType` names, by category. */
const FEE_TYPE: Readonly<Record<string, string>> = {
  Crypto: "crypto_fees",
  Finance: "finance_fees",
  Weather: "weather_fees",
  Sports: "sports_fees_v2",
};

const iso = (at: number): string => new Date(at).toISOString();
const date = (at: number): string => iso(at).slice(0, 10);
/** "2026-01-23 08:31:20+00" */
const spaced = (at: number): string => `${iso(at).slice(0, 19).replace("T", " ")}+00`;

export const isClosed = (world: World, market: SimMarket): boolean => world.stateOf(market) === undefined;

/** One market in Gamma's form (`samples`: arrays as JSON inside a string, amounts both as text and as number). */
export function gammaMarket(world: World, index: MarketIndex, market: SimMarket, now: number) {
  const closed = isClosed(world, market);
  const { micros, lastPips } = world.volumeOf(market);
  const { tickPips, minLots, takerRateBps } = market.terms;
  const volume = micros / 1e6;
  const last = (lastPips ?? PIPS_PER_USD / 2) / PIPS_PER_USD;
  const sum = market.payout[0] + market.payout[1];
  const prices = closed
    ? market.payout.map((numerator) => numerator / sum)
    : [last, Math.round((1 - last) * 1e4) / 1e4];
  return {
    id: index.gammaId(market),
    question: market.title,
    conditionId: market.conditionId,
    slug: market.slug,
    resolutionSource: "",
    startDate: iso(market.createdAt),
    endDate: iso(market.endsAt),
    startDateIso: date(market.createdAt),
    endDateIso: date(market.endsAt),
    eventStartTime: iso(market.opensAt),
    description: `Simulated market: ${market.title}`,
    category: market.event.category,
    outcomes: JSON.stringify(market.outcomes),
    outcomePrices: JSON.stringify(prices.map(String)),
    clobTokenIds: JSON.stringify(market.tokenIds()),
    volume: String(volume),
    volumeNum: volume,
    active: true,
    closed,
    archived: false,
    restricted: true,
    enableOrderBook: true,
    acceptingOrders: hasBook(world, market, now),
    acceptingOrdersTimestamp: iso(market.createdAt),
    createdAt: iso(market.createdAt),
    updatedAt: iso(now),
    questionID: market.questionId,
    resolvedBy: market.oracle,
    orderPriceMinTickSize: tickPips / PIPS_PER_USD,
    orderMinSize: minLots / LOTS_PER_SHARE,
    lastTradePrice: last,
    makerBaseFee: 1000,
    takerBaseFee: 1000,
    negRisk: market.negRisk,
    ...(market.event.negRiskMarketId === null ? {} : { negRiskMarketID: market.event.negRiskMarketId }),
    negRiskOther: false,
    umaResolutionStatuses: closed ? '["proposed", "resolved"]' : "[]",
    ...(closed ? { umaResolutionStatus: "resolved", closedTime: spaced(market.resolvesAt) } : {}),
    feesEnabled: takerRateBps > 0,
    feeType: takerRateBps > 0 ? (FEE_TYPE[market.event.category] ?? "culture_fees") : null,
    feeSchedule:
      takerRateBps > 0 ? { exponent: 1, rate: takerRateBps / 10_000, takerOnly: true, rebateRate: 0.25 } : null,
    events: [gammaEvent(market)],
    tags: [{ id: "1", label: market.event.category, slug: market.event.category.toLowerCase() }],
    version: "v1",
  };
}

/** The event without its markets, as it stands inside a market. */
export const gammaEvent = (market: SimMarket) => ({
  id: market.event.id,
  ticker: market.event.slug,
  slug: market.event.slug,
  title: market.event.title,
  category: market.event.category,
  startDate: iso(market.createdAt),
  endDate: iso(market.endsAt),
  active: true,
  archived: false,
  negRisk: market.negRisk,
  ...(market.event.negRiskMarketId === null ? {} : { negRiskMarketID: market.event.negRiskMarketId }),
});

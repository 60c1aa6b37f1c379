import type { BookSide } from "../exchange/quotes.ts";
import { noiseBits } from "../random/noise.ts";
import type { SimMarket } from "../world/market.ts";
import { LOTS_PER_SHARE, type Outcome, PIPS_PER_USD, priceFor } from "../world/units.ts";
import type { World } from "../world/world.ts";

type Level = { readonly price: string; readonly size: string };

/** Plain decimal text: "0.545", "120.5". */
const decimal = (value: number, scale: number): string => String(value / scale);

/** Orders of one price as one level, best first, seen from the token's own side. */
function levels(side: BookSide, outcome: Outcome): readonly Level[] {
  const byPrice = new Map<number, number>();
  for (const order of side) {
    const pips = priceFor(outcome, order.pips);
    byPrice.set(pips, (byPrice.get(pips) ?? 0) + order.lots);
  }
  return [...byPrice].map(([pips, lots]) => ({
    price: decimal(pips, PIPS_PER_USD),
    size: decimal(lots, LOTS_PER_SHARE),
  }));
}

/** Price grids as they are now: a market's own until it is changed. */
export type TickSizes = { of(market: SimMarket): number; change(market: SimMarket, tickPips: number): void };

export function createTickSizes(): TickSizes {
  const changed = new Map<number, number>();
  return {
    of: (market) => changed.get(market.index) ?? market.terms.tickPips,
    change: (market, tickPips) => void changed.set(market.index, tickPips),
  };
}

/** The book exists from preparation to the end of trading. */
export const hasBook = (world: World, market: SimMarket, at: number): boolean =>
  world.stateOf(market) !== undefined && at < market.endsAt;

/**
 * `GET /book`: worst price first on both sides, so that the best is the last; the other token's book is the mirror
 * image (API sheet, section 2.5). @returns null when there is no book.
 */
export function orderBook(world: World, ticks: TickSizes, market: SimMarket, outcome: Outcome, at: number) {
  const state = world.stateOf(market);
  if (state === undefined || !hasBook(world, market, at)) return null;
  const [bids, asks] = [world.quotes.side(state, at, outcome === 0), world.quotes.side(state, at, outcome === 1)];
  const { minLots } = market.terms;
  return {
    market: market.conditionId,
    asset_id: market.tokenIds()[outcome],
    timestamp: String(at),
    hash: bookHash(market, at),
    bids: levels(bids, outcome).toReversed(),
    asks: levels(asks, outcome).toReversed(),
    min_order_size: decimal(minLots, LOTS_PER_SHARE),
    tick_size: decimal(ticks.of(market), PIPS_PER_USD),
    neg_risk: market.negRisk,
    // In terms of outcome 0 for both tokens, as the venue has it.
    last_trade_price: state.lastPips === null ? "" : decimal(state.lastPips, PIPS_PER_USD),
  };
}

const bookHash = (market: SimMarket, at: number): string =>
  [1, 2, 3, 4, 5]
    .map((i) =>
      noiseBits(i, market.index, Math.floor(at / 1_000))
        .toString(16)
        .padStart(8, "0"),
    )
    .join("");

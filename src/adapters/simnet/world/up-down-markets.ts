import { noiseUnit, uniqueHash } from "../random/noise.ts";
import { hashText, type Seed } from "../random/prng.ts";
import { createMarket, type MarketTerms, type SimMarket } from "./market.ts";
import { eventId, type MarketNumbers } from "./market-numbers.ts";
import { ASSETS, upDownSlug, upDownTitle } from "./market-text.ts";
import { createUnderlying } from "./underlying.ts";

export const SLOT_MS = 15 * 60_000;
/** Markets are prepared this long before they open. */
export const LEAD_MS = 10 * 60_000;

const TERMS: MarketTerms = { tickPips: 100, minLots: 500, takerRateBps: 700, v1FeeBps: 100 };
/** Rarely the price feed fails and both sides are paid half. */
const HALF = 0.004;

/** One market per asset and quarter of an hour: does the price close above where it opened? */
export function createUpDownMarkets(
  seed: Seed,
  genesisMs: number,
  numbers: MarketNumbers,
): (opensAt: number) => readonly SimMarket[] {
  const key = hashText(`${seed}/up-down`);
  const assets = ASSETS.map((asset) => ({ asset, walk: createUnderlying(seed, asset.ticker, genesisMs) }));

  return (opensAt) =>
    assets.map(({ asset, walk }, topic) => {
      const index = numbers.nextMarket();
      const endsAt = opensAt + SLOT_MS;
      const slug = upDownSlug(asset, opensAt);
      const title = upDownTitle(asset, opensAt, endsAt);
      return createMarket({
        index,
        kind: "updown15m",
        topic,
        event: {
          ...{ id: eventId(numbers.nextEvent()), slug, title, category: "Crypto" },
          ...{ negRiskMarketId: null, conversionFeeBips: 0 },
        },
        title,
        slug,
        outcomes: ["Up", "Down"],
        questionId: uniqueHash(key, index, 0, 0, 0),
        createdAt: Math.max(genesisMs, opensAt - LEAD_MS),
        opensAt,
        endsAt,
        resolvesAt: endsAt + 40_000 + Math.floor(40_000 * noiseUnit(key, index, 2)),
        terms: TERMS,
        payout: noiseUnit(key, index, 1) < HALF ? [1, 1] : walk.closesUp(opensAt, endsAt) ? [1, 0] : [0, 1],
        fairAt: (at) => walk.upProbability(opensAt, endsAt, at),
      });
    });
}

import { noiseUnit, uniqueHash } from "../random/noise.ts";
import { createPrng, hashText, type Seed } from "../random/prng.ts";
import { type Belief, createBelief } from "./belief.ts";
import { DAILY_EVENTS, type DailyEvent, listAnswers } from "./daily-events.ts";
import { createMarket, lifeShare, type MarketTerms, type SimEvent, type SimMarket } from "./market.ts";
import { ASSETS, type Asset, dailySlug, upDownSlug, upDownTitle } from "./market-text.ts";
import { createUnderlying, type Underlying } from "./underlying.ts";

export const SLOT_MS = 15 * 60_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Up/down markets are prepared this long before their window opens. */
export const LEAD_MS = 10 * 60_000;

const UP_DOWN_TERMS: MarketTerms = { tickPips: 100, minLots: 500, takerRateBps: 700, v1FeeBps: 100 };

/** Which markets there are; every call for the same slot or day must be made once, in order (it numbers them). */
export type Calendar = {
  /** One up/down market per asset for the window that opens at `opensAt`. */
  openSlot(opensAt: number): readonly SimMarket[];
  /** Daily questions that open within the UTC day that starts at `dayStart`; events as groups. */
  openDay(dayStart: number): readonly (readonly SimMarket[])[];
};

export function createCalendar(seed: Seed, genesisMs: number): Calendar {
  const key = hashText(`${seed}/calendar`);
  const walks = new Map<string, Underlying>();
  let markets = 0;
  let events = 0;

  const walkOf = (asset: Asset): Underlying => {
    const known = walks.get(asset.ticker) ?? createUnderlying(seed, asset.ticker, genesisMs);
    walks.set(asset.ticker, known);
    return known;
  };

  function openUpDown(asset: Asset, topic: number, opensAt: number): SimMarket {
    const walk = walkOf(asset);
    const endsAt = opensAt + SLOT_MS;
    const index = markets++;
    const slug = upDownSlug(asset, opensAt);
    const title = upDownTitle(asset, opensAt, endsAt);
    const half = noiseUnit(key, index, 1) < 0.004;
    const up = walk.closesUp(opensAt, endsAt);
    return createMarket({
      index,
      kind: "updown15m",
      topic,
      event: { id: String(180_000 + events++), slug, title, category: "Crypto", negRiskMarketId: null },
      title,
      slug,
      outcomes: ["Up", "Down"],
      questionId: uniqueHash(key, index, 0, 0, 0),
      createdAt: Math.max(genesisMs, opensAt - LEAD_MS),
      opensAt,
      endsAt,
      resolvesAt: endsAt + 40_000 + Math.floor(40_000 * noiseUnit(key, index, 2)),
      terms: UP_DOWN_TERMS,
      payout: half ? [1, 1] : up ? [1, 0] : [0, 1],
      fairAt: (at) => walk.upProbability(opensAt, endsAt, at),
    });
  }

  function openDaily(daily: DailyEvent, topic: number, dayStart: number): readonly SimMarket[] {
    const endsAt = dayStart + DAY_MS + daily.endHourUtc * HOUR_MS;
    const opensAt = Math.max(genesisMs, endsAt - DAY_MS);
    const random = createPrng(seed, `daily/${daily.slug}/${dayStart}`);
    const { title, answers } = listAnswers(daily, endsAt, random);
    const belief = createBelief(
      random,
      answers.map((answer) => answer.prior),
    );
    const number = events++;
    const prefix = daily.negRisk ? `${uniqueHash(key, number, 1, 0, 0).slice(0, 64)}00` : null;
    const slug = dailySlug(daily.slug, endsAt);
    const event: SimEvent = {
      id: String(180_000 + number),
      slug,
      title,
      category: daily.category,
      negRiskMarketId: prefix,
    };
    // A standard question is "answer 0 or not"; a neg-risk event has one such question per answer.
    return (daily.negRisk ? answers : answers.slice(0, 1)).map((answer, position) => {
      const index = markets++;
      return createMarket({
        index,
        kind: "daily",
        topic,
        event,
        title: answer.question,
        slug: daily.negRisk ? `${slug}-${answer.slug}` : slug,
        outcomes: ["Yes", "No"],
        questionId:
          prefix === null
            ? uniqueHash(key, index, 0, 0, 0)
            : `${prefix.slice(0, 64)}${position.toString(16).padStart(2, "0")}`,
        createdAt: Math.max(genesisMs, opensAt - LEAD_MS),
        opensAt,
        endsAt,
        resolvesAt: endsAt + 300_000 + Math.floor(600_000 * noiseUnit(key, number, 3)),
        terms: daily.terms,
        payout: payoutOf(belief, position, !daily.negRisk && noiseUnit(key, index, 1) < 0.02),
        fairAt: (at) => belief.probability(position, lifeShare({ opensAt, endsAt }, at)),
      });
    });
  }

  return {
    openSlot: (opensAt) => ASSETS.map((asset, topic) => openUpDown(asset, topic, opensAt)),
    openDay: (dayStart) =>
      DAILY_EVENTS.map((daily, i) => openDaily(daily, ASSETS.length + i, dayStart)).filter(
        ([first]) => first !== undefined && first.endsAt - first.opensAt > 2 * HOUR_MS,
      ),
  };
}

const payoutOf = (belief: Belief, answer: number, half: boolean): readonly [number, number] => {
  if (half) return [1, 1];
  return belief.truth === answer ? [1, 0] : [0, 1];
};

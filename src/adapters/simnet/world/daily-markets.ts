import { noiseUnit, uniqueHash } from "../random/noise.ts";
import { createPrng, hashText, type Seed } from "../random/prng.ts";
import { type Belief, createBelief } from "./belief.ts";
import { DAILY_EVENTS, type DailyEvent, listAnswers } from "./daily-events.ts";
import { createMarket, lifeShare, type SimEvent, type SimMarket } from "./market.ts";
import { eventId, type MarketNumbers } from "./market-numbers.ts";
import { ASSETS, dailySlug } from "./market-text.ts";
import { LEAD_MS } from "./up-down-markets.ts";

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** At genesis, questions that are about to end are left out. */
const LIFE_MIN_MS = 2 * HOUR_MS;
const HALF = 0.02;

/** Daily questions that open on the UTC day that starts at `dayStart`; the markets of one event as one group. */
export function createDailyMarkets(
  seed: Seed,
  genesisMs: number,
  numbers: MarketNumbers,
): (dayStart: number) => readonly (readonly SimMarket[])[] {
  const key = hashText(`${seed}/daily`);

  function openEvent(daily: DailyEvent, topic: number, dayStart: number): readonly SimMarket[] {
    const endsAt = dayStart + DAY_MS + daily.endHourUtc * HOUR_MS;
    const opensAt = Math.max(genesisMs, endsAt - DAY_MS);
    if (endsAt - opensAt < LIFE_MIN_MS) return [];
    const random = createPrng(seed, `daily/${daily.slug}/${dayStart}`);
    const { title, answers } = listAnswers(daily, endsAt, random);
    const priors = answers.map((answer) => answer.prior);
    const belief = createBelief(random, priors);
    const number = numbers.nextEvent();
    const slug = dailySlug(daily.slug, endsAt);
    const negRiskMarketId = daily.negRisk ? `${uniqueHash(key, number, 1, 0, 0).slice(0, 64)}00` : null;
    const { category, conversionFeeBips = 0 } = daily;
    const event: SimEvent = { id: eventId(number), slug, title, category, negRiskMarketId, conversionFeeBips };
    const times = {
      createdAt: Math.max(genesisMs, opensAt - LEAD_MS),
      opensAt,
      endsAt,
      resolvesAt: endsAt + 300_000 + Math.floor(600_000 * noiseUnit(key, number, 3)),
    };
    // A standard question is "answer 0 or not"; a neg-risk event has one such question per answer.
    return (daily.negRisk ? answers : answers.slice(0, 1)).map((answer, position) => {
      const index = numbers.nextMarket();
      const isHalf = !daily.negRisk && noiseUnit(key, index, 1) < HALF;
      return createMarket({
        ...times,
        index,
        kind: "daily",
        topic,
        event,
        title: answer.question,
        slug: daily.negRisk ? `${slug}-${answer.slug}` : slug,
        outcomes: ["Yes", "No"],
        questionId: questionId(negRiskMarketId, position) ?? uniqueHash(key, index, 0, 0, 0),
        terms: daily.terms,
        payout: payoutOf(belief, position, isHalf),
        fairAt: (at) => belief.probability(position, lifeShare(times, at)),
      });
    });
  }

  return (dayStart) =>
    DAILY_EVENTS.map((daily, i) => openEvent(daily, ASSETS.length + i, dayStart)).filter((group) => group.length > 0);
}

/** Neg-risk questions are numbered in the last byte of the event's id. */
const questionId = (negRiskMarketId: string | null, position: number): string | null =>
  negRiskMarketId === null ? null : `${negRiskMarketId.slice(0, 64)}${position.toString(16).padStart(2, "0")}`;

function payoutOf(belief: Belief, answer: number, isHalf: boolean): readonly [number, number] {
  if (isHalf) return [1, 1];
  return belief.truth === answer ? [1, 0] : [0, 1];
}

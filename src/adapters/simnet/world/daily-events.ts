import { drawBetween } from "../random/draws.ts";
import type { Prng } from "../random/prng.ts";
import type { MarketTerms } from "./market.ts";
import { monthDay } from "./market-text.ts";

export type DailyEvent = {
  readonly slug: string;
  readonly title: string;
  readonly category: string;
  /** Hour of the day after opening at which it ends. */
  readonly endHourUtc: number;
  readonly negRisk: boolean;
  /** Nothing where it is left out. */
  readonly conversionFeeBips?: number;
  readonly terms: MarketTerms;
  /** Neg-risk: the exclusive answers. Standard: "yes" and "no" of one question. */
  readonly answers: readonly { readonly slug: string; readonly question: string; readonly prior: number }[];
};

const terms = (takerRateBps: number, tickPips = 100): MarketTerms => ({
  tickPips,
  minLots: 500,
  takerRateBps,
  v1FeeBps: 0,
});

const yesNo = (question: string): DailyEvent["answers"] => [
  { slug: "yes", question, prior: 0.5 },
  { slug: "no", question: "", prior: 0.5 },
];

/** `{date}` stands for the day on which the question ends. */
export const DAILY_EVENTS: readonly DailyEvent[] = [
  {
    slug: "bitcoin-above",
    title: "Bitcoin above its open on {date}?",
    category: "Crypto",
    endHourUtc: 17,
    negRisk: false,
    terms: terms(700, 10),
    answers: yesNo("Will Bitcoin close above its open on {date}?"),
  },
  {
    slug: "spx-up",
    title: "S&P 500 up on {date}?",
    category: "Finance",
    endHourUtc: 21,
    negRisk: false,
    terms: terms(400),
    answers: yesNo("Will the S&P 500 close up on {date}?"),
  },
  {
    slug: "rain-nyc",
    title: "Rain in New York on {date}?",
    category: "Weather",
    endHourUtc: 5,
    negRisk: false,
    terms: terms(500),
    answers: yesNo("Will it rain in New York City on {date}?"),
  },
  {
    slug: "ceasefire-statement",
    title: "Joint ceasefire statement by {date}?",
    category: "Geopolitics",
    endHourUtc: 12,
    negRisk: false,
    terms: terms(0, 10),
    answers: yesNo("Will a joint ceasefire statement be published by {date}?"),
  },
  {
    slug: "london-high",
    title: "Highest temperature in London on {date}?",
    category: "Weather",
    endHourUtc: 19,
    negRisk: true,
    terms: terms(500),
    answers: ["8c-or-below", "9c", "10c", "11c-or-higher"].map((bucket) => ({
      slug: bucket,
      question: `Will the highest temperature in London be ${bucket.replaceAll("-", " ").replace("c", "°C")} on {date}?`,
      prior: 0.25,
    })),
  },
  {
    slug: "athletic-vs-rovers",
    title: "Athletic vs. Rovers ({date})",
    category: "Sports",
    endHourUtc: 23,
    negRisk: true,
    conversionFeeBips: 50,
    terms: terms(500),
    answers: [
      { slug: "athletic", question: "Will Athletic win on {date}?", prior: 0.42 },
      { slug: "draw", question: "Will Athletic vs. Rovers end in a draw on {date}?", prior: 0.26 },
      { slug: "rovers", question: "Will Rovers win on {date}?", prior: 0.32 },
    ],
  },
];

/** Fills in the date and shakes the priors, so that no two days open alike. */
export function listAnswers(daily: DailyEvent, endsAt: number, random: Prng): Pick<DailyEvent, "title" | "answers"> {
  const date = monthDay(endsAt - 1);
  const weights = daily.answers.map((answer) => answer.prior * drawBetween(random, 0.6, 1.4));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    title: daily.title.replace("{date}", date),
    answers: daily.answers.map((answer, i) => ({
      slug: answer.slug,
      question: answer.question.replace("{date}", date),
      prior: (weights[i] ?? 0) / total,
    })),
  };
}

import { toNumber } from "../money/amounts.ts";
import { fillPrice, type MarketFacts, type ObservedFill, type WalletFacts } from "../signals/observed-fill.ts";
import { HOUR_MS } from "../time/time.ts";
import type { ModelContext } from "./context.ts";
import { clampPrice, logit } from "./probability.ts";

/** Raised with every change of what a feature means: a model that was trained on others is refused. */
export const FEATURES_VERSION = 1;

/** A buy of a wallet that may be followed, and everything that was known at that moment. */
export type Candidate = {
  readonly fill: Pick<ObservedFill, "size" | "cash" | "occurredAt">;
  readonly wallet: WalletFacts;
  readonly market: Pick<MarketFacts, "category" | "endsAt">;
  readonly context: ModelContext;
};

type Seen = Candidate & { readonly price: number; readonly paidUsd: number; readonly hoursLeft: number | null };

/** In the order in which a model has them. None depends on anything that became known after the fill. */
const FEATURES: Readonly<Record<string, (seen: Seen) => number>> = {
  score: ({ wallet }) => wallet.score - 5,
  edge: ({ wallet }) => wallet.edgeLowerBound ?? 0,
  edge_unknown: ({ wallet }) => (wallet.edgeLowerBound === null ? 1 : 0),
  win_rate: ({ context }) => context.profile.winRate - 0.5,
  average_profit: ({ context }) => context.profile.avgProfit,
  roi_deviation: ({ context }) => context.profile.roiDeviation,
  units: ({ context }) => Math.log1p(context.profile.units),
  timing: ({ context }) => context.profile.timing - 0.5,
  price: ({ price }) => price - 0.5,
  size: ({ paidUsd }) => Math.log1p(paidUsd),
  size_to_usual: ({ paidUsd, context }) => Math.log1p(paidUsd) - Math.log1p(context.profile.usualUsd),
  size_to_turnover: ({ paidUsd, context }) => Math.log1p(paidUsd) - Math.log1p(context.flow.turnoverUsd),
  time_left: ({ hoursLeft }) => Math.log1p(hoursLeft ?? 0),
  end_unknown: ({ hoursLeft }) => (hoursLeft === null ? 1 : 0),
  flow: ({ context: { flow } }) => flow.netUsd / (flow.turnoverUsd + 1),
  turnover: ({ context }) => Math.log1p(context.flow.turnoverUsd),
  drift: ({ price, context: { flow } }) =>
    flow.firstPrice === null ? 0 : logit(price) - logit(clampPrice(flow.firstPrice)),
  agreement: ({ context }) => context.flow.agreement,
  sports: ({ market }) => isOf(market, "sport"),
  crypto: ({ market }) => isOf(market, "crypto"),
  politics: ({ market }) => isOf(market, "politic"),
};

export const FEATURE_NAMES: readonly string[] = Object.keys(FEATURES);

const isOf = ({ category }: Seen["market"], word: string): number =>
  category?.toLowerCase().includes(word) === true ? 1 : 0;

/** The one way from what was known to numbers, in training, backtest, paper and live trading. */
export function featuresOf(candidate: Candidate): readonly number[] {
  const { fill, market } = candidate;
  const seen: Seen = {
    ...candidate,
    price: candidatePrice(fill),
    paidUsd: toNumber(fill.cash),
    hoursLeft: market.endsAt === null ? null : Math.max(0, market.endsAt - fill.occurredAt) / HOUR_MS,
  };
  return FEATURE_NAMES.map((name) => (FEATURES[name] as (seen: Seen) => number)(seen));
}

/** What the market said: the price of the fill itself. */
export const candidatePrice = (fill: Candidate["fill"]): number => clampPrice(toNumber(fillPrice(fill)));

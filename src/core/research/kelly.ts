import { type Cluster, estimate, normalQuantile } from "../backtest/bootstrap.ts";
import type { HistoryFacts } from "../backtest/history.ts";
import type { Draw } from "../backtest/random.ts";
import { edgeAt, ownPrice, type StudyBet } from "../backtest/study.ts";
import { feePerShare } from "../execution/fee.ts";
import type { EpochMs } from "../time/time.ts";
import type { Outcomes } from "./outcomes.ts";
import { BAKER_MCHALE } from "./published.ts";
import { ClusterSums, type ResearchTable } from "./table.ts";

/** More than this of the purse is never staked: nothing may be lost whole. */
const STAKE_MAX = 0.99;

/**
 * Stakes as shares of Kelly's, fitted before the split and tried after it. The edge e a share and its error σ are measured
 * over bets that were resolved before the split; Kelly's share at price p is f = e / (1 − p). Baker and McHale's factor for
 * what is not known of the probability is k = e² / (e² + σ²) (their "back of envelope" estimate, where the
 * error of the probability is that of the edge).
 */
export function tableKelly(
  bets: readonly StudyBet[],
  facts: HistoryFacts,
  outcomes: Outcomes,
  split: EpochMs,
  draw: Draw,
): ResearchTable {
  const resolvedAt = new Map(facts.resolutions.map(({ marketKey, at }) => [marketKey, at]));
  const bought = bets.filter((bet) => ownPrice(bet) <= bet.cap && !Number.isNaN(bet.payout));
  const past = new ClusterSums();
  for (const bet of bought) {
    if ((resolvedAt.get(bet.market) ?? split) >= split) continue;
    past.add(outcomes.event[bet.market] as number, edgeAt(bet, ownPrice(bet)), 1);
  }
  const learned = past.estimate(draw);
  const tried = bought.filter(({ at }) => at >= split);
  const common = {
    title: "Kelly",
    meaning: "Growth of the purse a bet, in log points, when each bet after the split stakes this share of Kelly's.",
    ...{ counted: "bets", clustered: "events", unit: "percent" as const, extraHead: ["stake at 0.50"] },
    citations: [BAKER_MCHALE],
  };
  if (learned === null || learned.interval === null) {
    const notes = [`${past.count} bets were resolved before the split: too few to say what Kelly's share is.`];
    return { ...common, rows: [], notes };
  }
  const { mean: edge, interval } = learned;
  const error = (interval.high - interval.low) / 2 / normalQuantile(0.975);
  const shrunk = edge ** 2 / (edge ** 2 + error ** 2);
  const rules: readonly (readonly [string, number, number])[] = [
    ["a quarter", 0.25, edge],
    ["half", 0.5, edge],
    ["all of it", 1, edge],
    ["twice", 2, edge],
    [`shrunk to ${shrunk.toFixed(2)} (Baker and McHale)`, shrunk, edge],
    ["all of the lower bound's", 1, interval.low],
  ];
  const rows = rules.map(([name, factor, believed]) => ({
    ...{ name, count: tried.length },
    value: estimate(
      growth(tried, outcomes, (price) => stakeOf(factor, believed, price)),
      draw,
      1,
    ),
    extra: [`${(100 * stakeOf(factor, believed, 0.5)).toFixed(1)} %`],
  }));
  const cents = (usd: number): string => `${(100 * usd).toFixed(2)}¢`;
  const notes = [
    `Before the split a share earned ${cents(edge)} [${cents(interval.low)}, ${cents(interval.high)}] in ${past.count} bets.`,
    ...(edge <= 0 ? ["Kelly stakes nothing where nothing was earned."] : []),
    "Each bet stands alone: the purse is whole before every one of them.",
  ];
  return { ...common, rows, notes };
}

const stakeOf = (factor: number, edge: number, price: number): number =>
  Math.min(STAKE_MAX, Math.max(0, (factor * edge) / (1 - price)));

function growth(
  bets: readonly StudyBet[],
  { event }: Outcomes,
  stakeAt: (price: number) => number,
): readonly Cluster[] {
  const sums = new ClusterSums();
  for (const bet of bets) {
    const price = ownPrice(bet);
    const stake = stakeAt(price);
    const cost = price + feePerShare(bet.fee, price);
    sums.add(event[bet.market] as number, Math.log1p(stake * (bet.payout / cost - 1)), 1);
  }
  return sums.clusters();
}

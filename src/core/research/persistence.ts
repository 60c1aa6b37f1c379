import { CLUSTERS_MIN, type Estimate, normalQuantile } from "../backtest/bootstrap.ts";
import type { FillBatch, HistoryFacts } from "../backtest/history.ts";
import type { Draw } from "../backtest/random.ts";
import { rankCorrelation } from "../backtest/sweep/rank-correlation.ts";
import { type EpochMs, isoDate } from "../time/time.ts";
import { fillProfit, fillStake, type Outcomes } from "./outcomes.ts";
import { CONVEXLY } from "./published.ts";
import { ClusterSums, type ResearchRow, type ResearchTable, type Tally } from "./table.ts";

export type PersistenceOptions = {
  readonly split: EpochMs;
  /** As of the split; null: not scored. */
  readonly scoreOf: (wallet: number) => number | null;
  /** Whether the wallet would have been followed. */
  readonly isFollowed: (wallet: number) => boolean;
};

/** A wallet with fewer fills on a side says nothing about itself. */
const FILLS_MIN = 10;
const GROUPS = 5;

/** Whether who was good stays good: scores and returns before a moment against what the same wallets earned after it. */
export function tallyPersistence(facts: HistoryFacts, outcomes: Outcomes, options: PersistenceOptions): Tally {
  const { payout, event } = outcomes;
  const { split } = options;
  const before = new Side(facts.wallets);
  const after = new Side(facts.wallets);
  const resolvedAt = new Map(facts.resolutions.map(({ marketKey, at }) => [marketKey, at]));
  /** Later profits and stakes by wallet and event, for the groups. */
  const later = new Map<number, { profit: number; stake: number }>();
  const events = Math.max(1, facts.markets.length);
  return {
    fill(batch: FillBatch, row: number): void {
      const token = batch.token[row] as number;
      const paid = payout[token] as number;
      const market = facts.tokenMarket[token] ?? -1;
      const stake = fillStake(batch, row);
      if (market < 0 || Number.isNaN(paid) || !(stake > 0)) return;
      const wallet = batch.wallet[row] as number;
      const profit = fillProfit(batch, row, paid);
      if ((batch.occurredAt[row] as number) < split) {
        // What was not known by the split is not held for a wallet, nor against it.
        if ((resolvedAt.get(market) ?? split) < split) before.add(wallet, profit, stake);
        return;
      }
      after.add(wallet, profit, stake);
      if (options.scoreOf(wallet) === null) return;
      const key = wallet * events + (event[market] as number);
      const known = later.get(key) ?? { profit: 0, stake: 0 };
      later.set(key, { profit: known.profit + profit, stake: known.stake + stake });
    },
    table(draw): ResearchTable {
      const wallets = Array.from({ length: facts.wallets }, (_, wallet) => wallet).filter(
        (wallet) => (after.fills[wallet] as number) >= FILLS_MIN,
      );
      const scored = wallets.filter((wallet) => options.scoreOf(wallet) !== null);
      const seen = wallets.filter((wallet) => (before.fills[wallet] as number) >= FILLS_MIN);
      const scores = scored.map((wallet) => options.scoreOf(wallet) as number);
      const correlation = (name: string, xs: readonly number[], ys: readonly number[], published?: string) => ({
        ...{ name, count: xs.length, value: spearman(xs, ys) },
        ...(published === undefined ? {} : { published }),
      });
      const groups = new Groups(later, events, draw);
      const byScore = scored.toSorted((a, b) => (options.scoreOf(a) as number) - (options.scoreOf(b) as number));
      return {
        title: "Persistence",
        meaning: `What was known of a wallet on ${isoDate(split)} against what its fills earned after it, for each dollar at stake.`,
        ...{ counted: "wallets", clustered: "clusters", unit: "correlation", extraHead: [] },
        rows: [
          correlation(
            "score and later return",
            scores,
            scored.map((wallet) => after.returnOf(wallet)),
          ),
          correlation(
            "score and later profit",
            scores,
            scored.map((wallet) => after.profit[wallet] as number),
            "+0.11 [0.05, 0.18]",
          ),
          correlation(
            "earlier and later return",
            seen.map((wallet) => before.returnOf(wallet)),
            seen.map((wallet) => after.returnOf(wallet)),
          ),
          ...Array.from({ length: GROUPS }, (_, group) =>
            groups.row(`later return, ${NAMES[group]} fifth`, fifth(byScore, group)),
          ),
          groups.row("later return, followed", scored.filter(options.isFollowed)),
        ],
        notes: [`Wallets with at least ${FILLS_MIN} fills on the side that is looked at, in resolved markets.`],
        citations: [CONVEXLY],
      };
    },
  };
}

/** By score. */
const NAMES = ["lowest", "second", "middle", "fourth", "highest"] as const;

const fifth = (sorted: readonly number[], group: number): readonly number[] =>
  sorted.slice(Math.round((group * sorted.length) / GROUPS), Math.round(((group + 1) * sorted.length) / GROUPS));

class Side {
  readonly fills: Uint32Array;
  readonly profit: Float64Array;
  private readonly stake: Float64Array;

  constructor(wallets: number) {
    this.fills = new Uint32Array(wallets);
    this.profit = new Float64Array(wallets);
    this.stake = new Float64Array(wallets);
  }

  add(wallet: number, profit: number, stake: number): void {
    this.fills[wallet] = (this.fills[wallet] as number) + 1;
    this.profit[wallet] = (this.profit[wallet] as number) + profit;
    this.stake[wallet] = (this.stake[wallet] as number) + stake;
  }

  returnOf(wallet: number): number {
    return (this.profit[wallet] as number) / (this.stake[wallet] as number);
  }
}

class Groups {
  private readonly byWallet = new Map<number, { event: number; profit: number; stake: number }[]>();
  private readonly draw: Draw;

  constructor(later: ReadonlyMap<number, { profit: number; stake: number }>, events: number, draw: Draw) {
    this.draw = draw;
    for (const [key, sums] of later) {
      const wallet = Math.floor(key / events);
      const list = this.byWallet.get(wallet) ?? [];
      list.push({ event: key % events, ...sums });
      this.byWallet.set(wallet, list);
    }
  }

  row(name: string, wallets: readonly number[]): ResearchRow {
    const sums = new ClusterSums();
    for (const wallet of wallets) {
      for (const { event, profit, stake } of this.byWallet.get(wallet) ?? []) sums.add(event, profit, stake);
    }
    return { name, count: wallets.length, value: sums.estimate(this.draw), unit: "percent", isApart: true };
  }
}

/**
 * Spearman's rank correlation with the interval of Bonett and Wright, "Sample Size Requirements for Estimating Pearson,
 * Kendall and Spearman Correlations" (2000): atanh r ± 1.96 · √((1 + r²/2) / (n − 3)).
 */
export function spearman(xs: readonly number[], ys: readonly number[]): Estimate | null {
  const count = xs.length;
  if (count < 3) return null;
  const mean = rankCorrelation(xs, ys);
  if (Number.isNaN(mean)) return null;
  if (count < CLUSTERS_MIN || Math.abs(mean) === 1) return { mean, interval: null, corrected: null, clusters: count };
  const margin = normalQuantile(0.975) * Math.sqrt((1 + mean ** 2 / 2) / (count - 3));
  const interval = { low: Math.tanh(Math.atanh(mean) - margin), high: Math.tanh(Math.atanh(mean) + margin) };
  return { mean, interval, corrected: interval, clusters: count };
}

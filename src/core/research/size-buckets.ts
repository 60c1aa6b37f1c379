import type { FillBatch, HistoryFacts } from "../backtest/history.ts";
import type { Draw } from "../backtest/random.ts";
import { MINUTE_MS } from "../time/time.ts";
import { fillCash, fillProfit, isSell, type Outcomes } from "./outcomes.ts";
import { WHALE_AUDIT } from "./published.ts";
import { ClusterSums, type ResearchTable, type Tally } from "./table.ts";

const BUCKETS = [
  ["below 10", 10, undefined],
  ["10 to 100", 100, undefined],
  ["100 to 1,000", 1_000, undefined],
  ["1,000 to 10,000", 10_000, undefined],
  ["10,000 to 50,000", 50_000, "−0.74 % [−1.21, −0.27]"],
  ["50,000 to 500,000", 500_000, "−0.92 % [−1.92, +0.05]"],
  ["500,000 and more", Number.POSITIVE_INFINITY, "−0.15 % [−0.66, +0.63]"],
] as const;

const GAP_MS = 10 * MINUTE_MS;
/** Episodes that are over are put away after so many fills. */
const SWEEP = 200_000;

type Open = { event: number; cash: number; profit: number; lastAt: number };

/** Buys of one wallet and token with gaps of at most ten minutes, by what they cost together. */
export function tallySizeBuckets(facts: HistoryFacts, { payout, event }: Outcomes): Tally {
  const sums = BUCKETS.map(() => new ClusterSums());
  const open = new Map<number, Open>();
  const tokens = facts.tokenMarket.length;
  let untilSweep = SWEEP;
  const close = ({ event: cluster, cash, profit }: Open): void =>
    sums[BUCKETS.findIndex(([, below]) => cash < below)]?.add(cluster, profit, cash);
  const sweep = (at: number): void => {
    for (const [key, episode] of open) {
      if (at - episode.lastAt <= GAP_MS) continue;
      close(episode);
      open.delete(key);
    }
  };
  return {
    fill(batch: FillBatch, row: number): void {
      const token = batch.token[row] as number;
      const paid = payout[token] as number;
      const market = facts.tokenMarket[token] ?? -1;
      const cash = fillCash(batch, row);
      if (market < 0 || Number.isNaN(paid) || isSell(batch, row) || !(cash > 0)) return;
      const at = batch.occurredAt[row] as number;
      const key = (batch.wallet[row] as number) * tokens + token;
      const profit = fillProfit(batch, row, paid);
      const known = open.get(key);
      if (known !== undefined && at - known.lastAt <= GAP_MS) {
        known.cash += cash;
        known.profit += profit;
        known.lastAt = at;
      } else {
        if (known !== undefined) close(known);
        open.set(key, { event: event[market] as number, cash, profit, lastAt: at });
      }
      untilSweep -= 1;
      if (untilSweep > 0) return;
      untilSweep = SWEEP;
      sweep(at);
    },
    table(draw: Draw): ResearchTable {
      sweep(Number.POSITIVE_INFINITY);
      return {
        title: "Size",
        meaning:
          "What a dollar earned, after fees and held to the resolution, by what an episode of buying cost: the leader's own " +
          "price, not a follower's.",
        ...{ counted: "episodes", clustered: "events", unit: "percent", extraHead: ["USD"] },
        rows: BUCKETS.map(([name, , published], index) => {
          const of = sums[index] as ClusterSums;
          const extra = [Math.round(of.weight).toLocaleString("en-US")];
          const common = { name: `${name} USD`, count: of.count, value: of.estimate(draw), extra };
          return published === undefined ? common : { ...common, published };
        }),
        notes: [],
        citations: [WHALE_AUDIT],
      };
    },
  };
}

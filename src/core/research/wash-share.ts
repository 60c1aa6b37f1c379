import type { FillBatch, HistoryFacts } from "../backtest/history.ts";
import type { WashMember } from "../reputation/wash.ts";
import { fillCash, isMaker, type Outcomes } from "./outcomes.ts";
import { SIROLLY } from "./published.ts";
import { ClusterSums, type ResearchTable, type Tally } from "./table.ts";

type Pending = { readonly wallet: number; readonly cash: number };

/** Share of the volume that wallets of one wash cluster traded among themselves. `wallet` of the members are keys. */
export function tallyWash(
  facts: HistoryFacts,
  { event, category, categories }: Outcomes,
  members: readonly WashMember[],
): Tally {
  const clusterOf = new Map(members.map(({ wallet, cluster }) => [wallet, cluster]));
  const total = new ClusterSums();
  const byCategory = categories.map(() => new ClusterSums());
  /** A match's maker legs stand before its taker's leg, in one block. */
  let pending: Pending[] = [];
  let block = -1;
  return {
    fill(batch: FillBatch, row: number): void {
      if (batch.blockNumber[row] !== block) {
        pending = [];
        block = batch.blockNumber[row] as number;
      }
      const wallet = batch.wallet[row] as number;
      if (isMaker(batch, row)) {
        pending.push({ wallet, cash: fillCash(batch, row) });
        return;
      }
      const market = facts.tokenMarket[batch.token[row] as number] ?? -1;
      const cluster = clusterOf.get(wallet);
      for (const leg of pending) {
        const isWash = cluster !== undefined && clusterOf.get(leg.wallet) === cluster;
        const at = market < 0 ? -1 : (event[market] as number);
        total.add(at, isWash ? leg.cash : 0, leg.cash);
        if (market >= 0) byCategory[category[market] as number]?.add(at, isWash ? leg.cash : 0, leg.cash);
      }
      pending = [];
    },
    table(draw): ResearchTable {
      const row = (name: string, sums: ClusterSums) => {
        const published = PUBLISHED.find(([pattern]) => pattern.test(name))?.[1];
        const extra = [sums.value, sums.weight].map((usd) => Math.round(usd).toLocaleString("en-US"));
        const common = { name, count: sums.count, value: sums.estimate(draw), extra };
        return published === undefined ? common : { ...common, published };
      };
      const clusters = new Set(members.map(({ cluster }) => cluster)).size;
      return {
        title: "Wash trading",
        meaning:
          "Share of the volume, by makers' legs, that passed between two wallets of one cluster: wallets that turn over among " +
          "themselves without taking a position.",
        ...{ counted: "maker legs", clustered: "events", unit: "percent", extraHead: ["wash USD", "USD"] },
        rows: [
          row("all", total),
          ...byCategory
            .map((sums, index) => ({ sums, name: categories[index] as string }))
            .filter(({ sums }) => sums.count > 0)
            .map(({ sums, name }) => row(name, sums)),
        ],
        notes: [
          `Clusters found: ${clusters.toLocaleString("en-US")}, with ${members.length.toLocaleString("en-US")} wallets.`,
          "The intervals are of the share with the clusters as found; that a wallet is called wash by mistake is not in them.",
        ],
        citations: [SIROLLY],
      };
    },
  };
}

const PUBLISHED = [
  [/^all$/, "25 %"],
  [/sport/i, "45 %"],
  [/crypto/i, "3 %"],
] as const;

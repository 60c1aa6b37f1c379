import type { FillBatch, HistoryFacts } from "../backtest/history.ts";
import { fillPrice, fillProfit, fillStake, isMaker, isSell, type Outcomes } from "./outcomes.ts";
import { AKEY, BECKER, BURGI } from "./published.ts";
import { ClusterSums, type ResearchRow, type ResearchTable, type Tally } from "./table.ts";
import type { WalletTotals } from "./wallet-totals.ts";

/** By the price of what is bought, where selling at 0.70 is buying the other outcome at 0.30. */
const ZONES = [
  ["below 0.10", 0.1],
  ["0.10 to 0.50", 0.5],
  ["0.50 to 0.90", 0.9],
  ["above 0.90", Number.POSITIVE_INFINITY],
] as const;

/** What those who rested and those who crossed earned for each dollar at stake, after fees. */
export function tallyMakerTaker(facts: HistoryFacts, { payout, event }: Outcomes, wallets: WalletTotals): Tally {
  const sides = (["takers", "makers"] as const).map((side) => ({
    side,
    all: new ClusterSums(),
    zones: ZONES.map(() => new ClusterSums()),
  }));
  return {
    fill(batch: FillBatch, row: number): void {
      wallets.fill(batch, row);
      const token = batch.token[row] as number;
      const paid = payout[token] as number;
      const market = facts.tokenMarket[token] ?? -1;
      const stake = fillStake(batch, row);
      if (market < 0 || Number.isNaN(paid) || !(stake > 0)) return;
      const side = sides[isMaker(batch, row) ? 1 : 0] as (typeof sides)[number];
      const profit = fillProfit(batch, row, paid);
      const price = isSell(batch, row) ? 1 - fillPrice(batch, row) : fillPrice(batch, row);
      side.all.add(event[market] as number, profit, stake);
      side.zones[ZONES.findIndex(([, below]) => price < below)]?.add(event[market] as number, profit, stake);
    },
    table(draw): ResearchTable {
      const row = (name: string, sums: ClusterSums, published?: string): ResearchRow => ({
        ...{ name, count: sums.count, value: sums.estimate(draw), extra: [dollars(sums.weight)] },
        ...(published === undefined ? {} : { published }),
      });
      return {
        title: "Makers and takers",
        meaning: "Profit for each dollar at stake, after fees, held to the resolution.",
        ...{ counted: "legs", clustered: "events", unit: "percent" },
        extraHead: ["USD at stake"],
        rows: [
          ...sides.flatMap(({ side, all, zones }) => [
            row(side, all, side === "takers" ? "−1.12 % (Kalshi)" : "+1.12 % (Kalshi)"),
            ...ZONES.map(([name], index) => row(`${side} ${name}`, zones[index] as ClusterSums)),
          ]),
          { ...wallets.winnersMakerShare(draw), isApart: true, published: "90 %" },
        ],
        notes: [],
        citations: [BECKER, BURGI, AKEY],
      };
    },
  };
}

const dollars = (usd: number): string => Math.round(usd).toLocaleString("en-US");

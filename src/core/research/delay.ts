import type { Draw } from "../backtest/random.ts";
import { edgeAt, STUDY_DELAYS_S, type StudyBet } from "../backtest/study.ts";
import type { Outcomes } from "./outcomes.ts";
import { ClusterSums, type ResearchTable } from "./table.ts";

/** What following earns when one is so many seconds late: bets on signals, at whatever price somebody paid then. */
export function tableDelays(bets: readonly StudyBet[], { event }: Outcomes, draw: Draw): ResearchTable {
  const rows = STUDY_DELAYS_S.map((seconds, index) => {
    const sums = new ClusterSums();
    const atOnce = new ClusterSums();
    for (const bet of bets) {
      const edge = edgeAt(bet, bet.prices[index] as number);
      if (Number.isNaN(edge)) continue;
      const cluster = event[bet.market] as number;
      sums.add(cluster, edge, 1);
      atOnce.add(cluster, edgeAt(bet, bet.prices[0] as number), 1);
    }
    const share = bets.length === 0 ? 0 : sums.count / bets.length;
    const extra = [
      `${(share * 100).toFixed(0)} %`,
      sums.count === 0 ? "–" : `${((100 * atOnce.value) / atOnce.count).toFixed(2)}¢`,
    ];
    const name = seconds === 0 ? "0 s, the leader's own price" : `${seconds} s`;
    return { name, count: sums.count, value: sums.estimate(draw), extra };
  });
  return {
    title: "Delay",
    meaning:
      "What a share bought on a signal earned, after fees and held to the resolution, at the first price that somebody paid " +
      "within the minute after the delay.",
    ...{ counted: "bets", clustered: "events", unit: "cents" },
    extraHead: ["had a price", "the same bets at 0 s"],
    rows,
    notes: [
      "Later prices exist only where somebody bought the same outcome: compare with the same bets at 0 s.",
      "Nobody has published this by the second.",
    ],
    citations: [],
  };
}

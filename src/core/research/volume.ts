import type { FillBatch, HistoryFacts } from "../backtest/history.ts";
import type { Draw } from "../backtest/random.ts";
import { DAY_MS } from "../time/time.ts";
import { fillCash, isMaker, type Outcomes } from "./outcomes.ts";
import { SLIVKOFF } from "./published.ts";
import { ClusterSums, type ResearchRow, type ResearchTable, type Tally } from "./table.ts";

/** All legs over takers' legs, by event, with what both sides came to. */
class Legs {
  readonly sums = new ClusterSums();
  taker = 0;
  maker = 0;
  matches = 0;

  add(event: number, cash: number, ofMaker: boolean): void {
    this.sums.add(event, cash, ofMaker ? 0 : cash);
    if (ofMaker) this.maker += cash;
    else {
      this.taker += cash;
      this.matches += 1;
    }
  }

  row(name: string, draw: Draw): ResearchRow {
    const all = this.taker + this.maker;
    const extra = [this.taker, this.maker, all].map(showUsd);
    return { name, count: this.matches, value: this.sums.estimate(draw), extra, published: "2" };
  }
}

const showUsd = (usd: number): string => Math.round(usd).toLocaleString("en-US");

/**
 * A match emits a log for every maker order and one for the taker order: each dollar stands on both sides. The legs
 * differ where a match mints or merges, because buyers of the two outcomes pay p and 1 − p for the same shares.
 */
export function tallyVolume(facts: HistoryFacts, { event, category, categories }: Outcomes): Tally {
  const total = new Legs();
  const byCategory = categories.map(() => new Legs());
  const byDay = new Map<number, number>();
  return {
    fill(batch: FillBatch, row: number): void {
      const market = facts.tokenMarket[batch.token[row] as number] ?? -1;
      const cash = fillCash(batch, row);
      const ofMaker = isMaker(batch, row);
      // What belongs to no known market is still volume.
      const cluster = market < 0 ? -1 : (event[market] as number);
      total.add(cluster, cash, ofMaker);
      if (market >= 0) byCategory[category[market] as number]?.add(cluster, cash, ofMaker);
      if (ofMaker) return;
      const day = Math.floor((batch.occurredAt[row] as number) / DAY_MS);
      byDay.set(day, (byDay.get(day) ?? 0) + cash);
    },
    table(draw): ResearchTable {
      const rows = byCategory.map((legs, index) => ({ legs, name: categories[index] as string }));
      return {
        title: "Volume",
        meaning:
          "USD by takers' legs, which is the volume, and by how much the sum of all legs overstates it. Volumes are counted, " +
          "not sampled; the interval is of the overstatement.",
        ...{ counted: "matches", clustered: "events", unit: "ratio" },
        extraHead: ["takers' legs USD", "makers' legs USD", "all legs USD"],
        rows: [
          total.row("all", draw),
          ...rows
            .filter(({ legs }) => legs.matches > 0)
            .sort((a, b) => b.legs.taker - a.legs.taker)
            .map(({ legs, name }) => legs.row(name, draw)),
        ],
        notes: ["Adding up all legs is the known mistake: adapters were found to count up to five times."],
        citations: [SLIVKOFF],
        series: {
          label: "USD a day, takers' legs",
          points: [...byDay].sort(([a], [b]) => a - b).map(([day, y]) => ({ x: day * DAY_MS, y })),
        },
      };
    },
  };
}

import type { FillBatch, HistoryFacts } from "../backtest/history.ts";
import { fitSlope, type SlopePoint } from "./logit-slope.ts";
import { fillPrice, isMaker, type Outcomes } from "./outcomes.ts";
import { BECKER, BURGI, LE } from "./published.ts";
import { ClusterSums, type ResearchRow, type ResearchTable, type Tally } from "./table.ts";

const BINS = 20;

type Cell = { count: number; price: number; paid: number };

/** Every taker order once, at the price of the share that it bought or sold: what was paid against what came of it. */
export function tallyCalibration(facts: HistoryFacts, outcomes: Outcomes): Tally {
  const { payout, event, category, categories } = outcomes;
  const bins = Array.from({ length: BINS }, () => ({ bias: new ClusterSums(), price: 0, paid: 0 }));
  /** By category, then by event and bin: what the slope is fitted to. */
  const cells = categories.map(() => new Map<number, Cell>());
  return {
    fill(batch: FillBatch, row: number): void {
      const token = batch.token[row] as number;
      const paid = payout[token] as number;
      const price = fillPrice(batch, row);
      const market = facts.tokenMarket[token] ?? -1;
      if (market < 0 || isMaker(batch, row) || Number.isNaN(paid) || !(price > 0 && price < 1)) return;
      const cluster = event[market] as number;
      const place = Math.min(BINS - 1, Math.floor(price * BINS));
      const bin = bins[place] as (typeof bins)[number];
      bin.bias.add(cluster, paid - price, 1);
      bin.price += price;
      bin.paid += paid;
      const ofCategory = cells[category[market] as number] as Map<number, Cell>;
      const cell = ofCategory.get(cluster * BINS + place) ?? { count: 0, price: 0, paid: 0 };
      cell.count += 1;
      cell.price += price;
      cell.paid += paid;
      ofCategory.set(cluster * BINS + place, cell);
    },
    table(draw): ResearchTable {
      const rows = bins.flatMap(({ bias, price, paid }, index): readonly ResearchRow[] => {
        if (bias.count === 0) return [];
        const name = `${(index / BINS).toFixed(2)} to ${((index + 1) / BINS).toFixed(2)}`;
        const extra = [price / bias.count, paid / bias.count].map((each) => each.toFixed(3));
        const published = index === 1 ? { published: "−0.82¢ at 0.05 (Kalshi)" } : {};
        return [{ name, count: bias.count, value: bias.estimate(draw), extra, ...published }];
      });
      return {
        title: "Calibration",
        meaning:
          "What a share paid in the end less its price, before fees; and the slope of the outcome's log-odds on the price's: " +
          "1 is calibrated, above 1 prices are too close to 50 %.",
        ...{ counted: "taker orders", clustered: "events", unit: "cents" },
        extraHead: ["mean price", "mean payout"],
        rows: [...rows, ...slopeRows(cells, categories)],
        notes: [],
        citations: [LE, BECKER, BURGI],
      };
    },
  };
}

function slopeRows(cells: readonly ReadonlyMap<number, Cell>[], categories: readonly string[]): readonly ResearchRow[] {
  const pointsOf = (of: ReadonlyMap<number, Cell>): readonly SlopePoint[] =>
    [...of].map(([key, { count, price, paid }]) => ({
      cluster: Math.floor(key / BINS),
      ...{ weight: count, price: price / count, paid: paid / count },
    }));
  const row = (name: string, points: readonly SlopePoint[]): ResearchRow => {
    const count = points.reduce((sum, { weight }) => sum + weight, 0);
    const published = /^politics$/i.test(name) ? { published: "1.31" } : {};
    return { name, count, value: fitSlope(points), unit: "ratio", extra: ["", ""], isApart: true, ...published };
  };
  return [
    row("slope: all", cells.flatMap(pointsOf)),
    ...cells.flatMap((of, index) => (of.size === 0 ? [] : [row(`slope: ${categories[index]}`, pointsOf(of))])),
  ];
}

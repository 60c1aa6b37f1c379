/** What a study of the past comes to: rows of one figure each, with its interval and what was published of it. */
import { type Cluster, type Estimate, estimate } from "../backtest/bootstrap.ts";
import type { FillBatch } from "../backtest/history.ts";
import type { Draw } from "../backtest/random.ts";
import type { Citation } from "./published.ts";

export type Unit = "percent" | "cents" | "ratio" | "correlation";

export type ResearchRow = {
  readonly name: string;
  /** Of what `ResearchTable.counted` names. */
  readonly count: number;
  readonly value: Estimate | null;
  /** Of the row, where it is not the table's. */
  readonly unit?: Unit;
  /** One for each of `ResearchTable.extraHead`. */
  readonly extra?: readonly string[];
  /** The published figure for the same, as it was stated. */
  readonly published?: string;
  /** Left out of the chart: its value is of another kind. */
  readonly isApart?: true;
};

/** What the chart shows beside the rows. */
export type ResearchSeries = { readonly label: string; readonly points: readonly { x: number; y: number }[] };

export type ResearchTable = {
  readonly title: string;
  /** What the figure is, in a sentence. */
  readonly meaning: string;
  readonly counted: string;
  readonly clustered: string;
  readonly unit: Unit;
  readonly extraHead: readonly string[];
  readonly rows: readonly ResearchRow[];
  readonly notes: readonly string[];
  readonly citations: readonly Citation[];
  readonly series?: ResearchSeries;
};

/** Reads fills in the order of the chain and makes a table of them. */
export type Tally = {
  fill(batch: FillBatch, row: number): void;
  table(draw: Draw): ResearchTable;
};

/** Sums by cluster; the cluster is a number from 0 up. */
export class ClusterSums {
  private readonly sums = new Map<number, { value: number; weight: number }>();
  count = 0;

  add(cluster: number, value: number, weight: number): void {
    this.count += 1;
    const known = this.sums.get(cluster);
    if (known === undefined) {
      this.sums.set(cluster, { value, weight });
      return;
    }
    known.value += value;
    known.weight += weight;
  }

  get value(): number {
    return this.total("value");
  }

  get weight(): number {
    return this.total("weight");
  }

  clusters(): readonly Cluster[] {
    return [...this.sums.values()];
  }

  estimate(draw: Draw): Estimate | null {
    return estimate(this.clusters(), draw, 1);
  }

  private total(name: keyof Cluster): number {
    let sum = 0;
    for (const each of this.sums.values()) sum += each[name];
    return sum;
  }
}

/** What each wallet earned in resolved markets. Memory goes with the number of wallets. */
import type { Estimate } from "../backtest/bootstrap.ts";
import { quantile } from "../backtest/bootstrap.ts";
import type { FillBatch, HistoryFacts } from "../backtest/history.ts";
import type { Draw } from "../backtest/random.ts";
import { infrastructureOf } from "../chain/infrastructure.ts";
import { fillCash, fillProfit, isMaker, type Outcomes } from "./outcomes.ts";
import type { ResearchRow } from "./table.ts";

/** Of a share among the best. */
export type Winners = { readonly wallets: number; readonly gains: number; readonly makerShare: number };

/** A draw of wallets takes as many steps as there are wallets. */
const STEPS_MAX = 100_000_000;
const ROUNDS_MAX = 1_000;
const ROUNDS_MIN = 100;
/** Fewer wallets say nothing of the best in a hundred. */
export const WALLETS_MIN = 100;

export class WalletTotals {
  readonly profit: Float64Array;
  private readonly volume: Float64Array;
  private readonly makerVolume: Float64Array;
  private readonly payout: Float64Array;
  private readonly facts: HistoryFacts;
  private sorted: Int32Array | null = null;

  constructor(facts: HistoryFacts, { payout }: Outcomes) {
    this.facts = facts;
    this.payout = payout;
    this.profit = new Float64Array(facts.wallets);
    this.volume = new Float64Array(facts.wallets);
    this.makerVolume = new Float64Array(facts.wallets);
  }

  fill(batch: FillBatch, row: number): void {
    const paid = this.payout[batch.token[row] as number] as number;
    if (Number.isNaN(paid)) return;
    const wallet = batch.wallet[row] as number;
    const cash = fillCash(batch, row);
    this.profit[wallet] = (this.profit[wallet] as number) + fillProfit(batch, row, paid);
    this.volume[wallet] = (this.volume[wallet] as number) + cash;
    if (isMaker(batch, row)) this.makerVolume[wallet] = (this.makerVolume[wallet] as number) + cash;
  }

  /** Wallets that traded, the best first. */
  best(): Int32Array {
    if (this.sorted !== null) return this.sorted;
    const traded: number[] = [];
    for (let wallet = 0; wallet < this.volume.length; wallet += 1) {
      if ((this.volume[wallet] as number) > 0 && infrastructureOf(this.facts.address(wallet)) === null)
        traded.push(wallet);
    }
    this.sorted = Int32Array.from(traded).sort((a, b) => this.profitOf(b) - this.profitOf(a));
    return this.sorted;
  }

  /**
   * A figure of all wallets, with the range of 95 of 100 draws of as many wallets.
   * @param of is given how often each wallet of `best()` was drawn
   */
  figure(of: (times: Uint16Array) => number, draw: Draw): Estimate | null {
    const count = this.best().length;
    if (count === 0) return null;
    const mean = of(new Uint16Array(count).fill(1));
    if (count < WALLETS_MIN) return { mean, interval: null, corrected: null, clusters: count };
    const rounds = Math.max(ROUNDS_MIN, Math.min(ROUNDS_MAX, Math.floor(STEPS_MAX / count)));
    const figures = Array.from({ length: rounds }, () => {
      const times = new Uint16Array(count);
      for (let pick = 0; pick < count; pick += 1) {
        const place = Math.floor(draw() * count);
        times[place] = (times[place] as number) + 1;
      }
      return of(times);
    }).sort((a, b) => a - b);
    const interval = { low: quantile(figures, 0.025), high: quantile(figures, 0.975) };
    return { mean, interval, corrected: interval, clusters: count };
  }

  /** Sums over the best `share` of the drawn wallets. */
  over(times: Uint16Array, share: number, of: (wallet: number) => number): number {
    const best = this.best();
    let left = Math.max(1, Math.round(share * best.length));
    let sum = 0;
    for (let place = 0; place < best.length && left > 0; place += 1) {
      const taken = Math.min(left, times[place] as number);
      if (taken > 0) sum += taken * of(best[place] as number);
      left -= taken;
    }
    return sum;
  }

  profitOf(wallet: number): number {
    return this.profit[wallet] as number;
  }

  winnersMakerShare(draw: Draw): ResearchRow {
    const of = (times: Uint16Array): number =>
      this.over(times, TOP, (wallet) => this.makerVolume[wallet] as number) /
      this.over(times, TOP, (wallet) => this.volume[wallet] as number);
    const count = Math.max(1, Math.round(TOP * this.best().length));
    return { name: "maker share of the best 1 %", count, value: this.figure(of, draw), extra: [""] };
  }
}

const TOP = 0.01;

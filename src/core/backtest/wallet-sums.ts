import type { EdgePopulation } from "../reputation/edge.ts";
import type { WalletFacts } from "../reputation/wallet-score.ts";
import type { EpochMs } from "../time/time.ts";
import { type ClosedUnit, ClosedUnits } from "./closed-units.ts";

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type Sums = Mutable<
  Omit<WalletFacts, "walletKey" | "isInfrastructure" | "isWash" | "score" | "edge" | "fills" | "volume" | "makerVolume">
> & {
  score: Mutable<WalletFacts["score"]>;
  edge: Mutable<WalletFacts["edge"]>;
  /** Closed at any time. */
  closedEver: number;
};

/** A unit that does not count. */
export const NOT_COUNTED = -1;
/** It closed before the lookback. */
const OUTSIDE = -2;

const newSums = (): Sums => ({
  ...{ losses: 0, incompleteUnits: 0, bothSidesUnits: 0, costMs: 0n, cost: 0n, pnl: 0n, largestUnitPnl: 0n },
  ...{ grossProfit: 0n, grossLoss: 0n, closedEver: 0 },
  score: { units: 0, wins: 0, roi: 0n, roiSquared: 0n, timedCost: 0n, aheadCost: 0n },
  edge: { markets: 0, sum: 0n, sumOfSquares: 0n },
});

type Counted = Omit<ClosedUnit, "closedAt">;

const HOUR_MS = 3_600_000;

/** Sums of wallets over the units inside the lookback, moved on as units close and leave it. */
export class WalletSums {
  private readonly sums = new Map<number, Sums>();
  private readonly units = new ClosedUnits();
  /** By the hour at whose end they leave; handles. */
  private readonly leaving = new Map<number, number[]>();
  private cutoffHour = Number.NEGATIVE_INFINITY;
  private readonly crowd = {
    ...{ wallets: 0n, markets: 0n, marketsSquared: 0n, sum: 0n, sumOfSquares: 0n, squaredSumOverMarkets: 0n },
  };

  /**
   * Replaces what the unit counted for until now.
   * @param before what this returned for it the last time, or `NOT_COUNTED`
   * @param after null: it is open
   */
  count(wallet: number, before: number, after: ClosedUnit | null): number {
    if (before !== NOT_COUNTED) {
      this.ofNew(wallet).closedEver -= 1;
      this.drop(before);
    }
    if (after === null) return NOT_COUNTED;
    const of = this.ofNew(wallet);
    of.closedEver += 1;
    const hour = Math.ceil(after.closedAt / HOUR_MS);
    if (hour <= this.cutoffHour) return OUTSIDE;
    const handle = this.units.add(after);
    this.add(of, after, 1);
    const bucket = this.leaving.get(hour);
    if (bucket === undefined) this.leaving.set(hour, [handle]);
    else bucket.push(handle);
    return handle;
  }

  /** Lets units that closed up to the cutoff, a whole hour, leave. @returns their wallets */
  moveWindow(cutoff: EpochMs): ReadonlySet<number> {
    const moved = new Set<number>();
    const until = Math.floor(cutoff / HOUR_MS);
    for (const [hour, handles] of this.leaving) {
      if (hour > until) continue;
      for (const handle of handles) {
        const wallet = this.drop(handle);
        if (wallet !== null) moved.add(wallet);
      }
      this.leaving.delete(hour);
    }
    this.cutoffHour = Math.max(this.cutoffHour, until);
    return moved;
  }

  /** Undefined: nothing of it was ever counted. */
  of(wallet: number): Readonly<Sums> | undefined {
    return this.sums.get(wallet);
  }

  wallets(): Iterable<number> {
    return this.sums.keys();
  }

  population(): EdgePopulation {
    return { ...this.crowd };
  }

  private ofNew(wallet: number): Sums {
    const known = this.sums.get(wallet);
    if (known !== undefined) return known;
    const fresh = newSums();
    this.sums.set(wallet, fresh);
    return fresh;
  }

  /** @returns its wallet; null where it is gone, or was counted anew meanwhile */
  private drop(handle: number): number | null {
    const unit = this.units.get(handle);
    if (unit === null) return null;
    const of = this.ofNew(unit.walletKey);
    this.units.remove(handle);
    this.add(of, unit, -1);
    if (unit.roi !== null && unit.realised > 0n && unit.realised === of.largestUnitPnl) {
      of.largestUnitPnl = this.units.largestProfit(unit.walletKey);
    }
    return unit.walletKey;
  }

  private add(of: Sums, unit: Counted, sign: 1 | -1): void {
    if (unit.isIncomplete) of.incompleteUnits += sign;
    if (unit.boughtBoth && (unit.isIncomplete || unit.roi !== null)) of.bothSidesUnits += sign;
    if (unit.edge !== null) this.addEdge(of.edge, unit.edge, sign);
    if (unit.roi !== null) addScored(of, unit, unit.roi, sign);
  }

  private addEdge(edge: Sums["edge"], value: bigint, sign: 1 | -1): void {
    this.addCrowd(edge, -1n);
    edge.markets += sign;
    edge.sum += BigInt(sign) * value;
    edge.sumOfSquares += BigInt(sign) * value * value;
    this.addCrowd(edge, 1n);
  }

  private addCrowd({ markets, sum, sumOfSquares }: Sums["edge"], sign: 1n | -1n): void {
    if (markets === 0) return;
    const m = BigInt(markets);
    this.crowd.wallets += sign;
    this.crowd.markets += sign * m;
    this.crowd.marketsSquared += sign * m * m;
    this.crowd.sum += sign * sum;
    this.crowd.sumOfSquares += sign * sumOfSquares;
    this.crowd.squaredSumOverMarkets += sign * ((sum * sum) / m);
  }
}

function addScored(of: Sums, unit: Counted, roi: bigint, sign: 1 | -1): void {
  const big = BigInt(sign);
  of.score.units += sign;
  of.score.roi += big * roi;
  of.score.roiSquared += big * roi * roi;
  of.score.timedCost += big * unit.timedCost;
  of.score.aheadCost += big * unit.aheadCost;
  of.costMs += big * unit.costMs;
  of.cost += big * unit.paidIn;
  of.pnl += big * unit.realised;
  if (unit.realised > 0n) {
    of.score.wins += sign;
    of.grossProfit += big * unit.realised;
  } else if (unit.realised < 0n) {
    of.losses += sign;
    of.grossLoss -= big * unit.realised;
  }
  if (sign === 1 && unit.realised > of.largestUnitPnl) of.largestUnitPnl = unit.realised;
}

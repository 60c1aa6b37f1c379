import { closedAt } from "../accounting/unit.ts";
import { resolvedEdge, scoredRoi } from "../reputation/closed-unit.ts";
import type { EdgePopulation } from "../reputation/edge.ts";
import { boughtBothOutcomes } from "../reputation/entries.ts";
import type { UnitRecord } from "../reputation/unit-record.ts";
import type { WalletFacts } from "../reputation/wallet-score.ts";
import type { EpochMs } from "../time/time.ts";

/** What one closed unit adds to its wallet's score. */
export type ClosedUnit = {
  readonly walletKey: number;
  readonly closedAt: EpochMs;
  /** Null: not in the score. */
  readonly roi: bigint | null;
  readonly edge: bigint | null;
  readonly realised: bigint;
  readonly paidIn: bigint;
  readonly timedCost: bigint;
  readonly aheadCost: bigint;
  readonly costMs: bigint;
  readonly isIncomplete: boolean;
  readonly boughtBoth: boolean;
};

/** Null: open, or of the combinatorial module. */
export function closedUnit(record: UnitRecord): ClosedUnit | null {
  const { unit, entries, walletKey } = record;
  const at = closedAt(unit);
  if (at === null || record.isCombo) return null;
  return {
    walletKey,
    closedAt: at,
    roi: scoredRoi(unit),
    edge: resolvedEdge(record),
    realised: unit.realised,
    paidIn: unit.paidIn,
    timedCost: entries.timedCost,
    aheadCost: entries.aheadCost,
    costMs: entries.costMs,
    isIncomplete: unit.isIncomplete,
    boughtBoth: boughtBothOutcomes(entries),
  };
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type Sums = Mutable<
  Omit<WalletFacts, "walletKey" | "isInfrastructure" | "isWash" | "score" | "edge" | "fills" | "volume" | "makerVolume">
> & {
  score: Mutable<WalletFacts["score"]>;
  edge: Mutable<WalletFacts["edge"]>;
  /** Closed at any time. */
  closedEver: number;
  /** Inside the lookback. */
  readonly units: Set<ClosedUnit>;
};

const newSums = (): Sums => ({
  ...{ losses: 0, incompleteUnits: 0, bothSidesUnits: 0, costMs: 0n, cost: 0n, pnl: 0n, largestUnitPnl: 0n },
  ...{ grossProfit: 0n, grossLoss: 0n, closedEver: 0, units: new Set() },
  score: { units: 0, wins: 0, roi: 0n, roiSquared: 0n, timedCost: 0n, aheadCost: 0n },
  edge: { markets: 0, sum: 0n, sumOfSquares: 0n },
});

const HOUR_MS = 3_600_000;

/** Sums of wallets over the units inside the lookback, moved on as units close and leave it. */
export class WalletSums {
  private readonly sums = new Map<number, Sums>();
  /** By the hour at whose end they leave. */
  private readonly leaving = new Map<number, ClosedUnit[]>();
  private cutoffHour = Number.NEGATIVE_INFINITY;
  private readonly crowd = {
    ...{ wallets: 0n, markets: 0n, marketsSquared: 0n, sum: 0n, sumOfSquares: 0n, squaredSumOverMarkets: 0n },
  };

  /** Replaces what the unit counted for until now. */
  count(before: ClosedUnit | null, after: ClosedUnit | null): void {
    if (before !== null) {
      const of = this.ofNew(before.walletKey);
      of.closedEver -= 1;
      if (of.units.has(before)) this.add(of, before, -1);
    }
    if (after === null) return;
    const of = this.ofNew(after.walletKey);
    of.closedEver += 1;
    const hour = Math.ceil(after.closedAt / HOUR_MS);
    if (hour <= this.cutoffHour) return;
    this.add(of, after, 1);
    const bucket = this.leaving.get(hour);
    if (bucket === undefined) this.leaving.set(hour, [after]);
    else bucket.push(after);
  }

  /** Lets units that closed up to the cutoff, a whole hour, leave. @returns their wallets */
  moveWindow(cutoff: EpochMs): ReadonlySet<number> {
    const moved = new Set<number>();
    const until = Math.floor(cutoff / HOUR_MS);
    for (const [hour, units] of this.leaving) {
      if (hour > until) continue;
      for (const unit of units) {
        const of = this.sums.get(unit.walletKey);
        // One that was counted anew meanwhile is another object.
        if (!of?.units.has(unit)) continue;
        this.add(of, unit, -1);
        moved.add(unit.walletKey);
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

  private add(of: Sums, unit: ClosedUnit, sign: 1 | -1): void {
    if (sign === 1) of.units.add(unit);
    else of.units.delete(unit);
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

function addScored(of: Sums, unit: ClosedUnit, roi: bigint, sign: 1 | -1): void {
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
  if (sign === -1 && unit.realised > 0n && unit.realised === of.largestUnitPnl) of.largestUnitPnl = largestOf(of.units);
}

function largestOf(units: Iterable<ClosedUnit>): bigint {
  let largest = 0n;
  for (const { roi, realised } of units) if (roi !== null && realised > largest) largest = realised;
  return largest;
}

/** What closed units add to their wallets' scores, as columns: a long run has tens of millions of them. */

import { closedAt } from "../accounting/unit.ts";
import { assert } from "../assert.ts";
import { resolvedEdge, scoredRoi } from "../reputation/closed-unit.ts";
import { boughtBothOutcomes } from "../reputation/entries.ts";
import type { UnitRecord } from "../reputation/unit-record.ts";
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

type Column = Int32Array | Uint32Array | Float64Array | Uint8Array;

const START = 1_024;
const NONE = -1;
/** In place of null; rates lie between −10⁶ and 10⁶. */
const NULL = -(2 ** 31);
const FLAG = { incomplete: 1, both: 2 } as const;
const SLOTS = 2 ** 31;
/** `costMs` is money times time and does not fit into a float. */
const WORD = 32n;
const LOW = 0xffff_ffffn;

/** Rows are used again. A row's handle names its slot and which of its users is meant, so that an old one is noticed. */
export class ClosedUnits {
  private size = 0;
  private free = NONE;
  private use = new Uint32Array(START);
  private wallet = new Int32Array(START);
  private roi = new Int32Array(START);
  private edge = new Int32Array(START);
  private realised = new Float64Array(START);
  private paidIn = new Float64Array(START);
  private timedCost = new Float64Array(START);
  private aheadCost = new Float64Array(START);
  private costMsHigh = new Float64Array(START);
  private costMsLow = new Uint32Array(START);
  private flags = new Uint8Array(START);
  /** Neighbours in the list of the wallet's rows, or the next free row. */
  private before = new Int32Array(START);
  private after = new Int32Array(START);
  private readonly first = new Map<number, number>();

  add(unit: ClosedUnit): number {
    const slot = this.take();
    this.wallet[slot] = unit.walletKey;
    this.roi[slot] = unit.roi === null ? NULL : Number(unit.roi);
    this.edge[slot] = unit.edge === null ? NULL : Number(unit.edge);
    this.realised[slot] = exact(unit.realised);
    this.paidIn[slot] = exact(unit.paidIn);
    this.timedCost[slot] = exact(unit.timedCost);
    this.aheadCost[slot] = exact(unit.aheadCost);
    this.costMsHigh[slot] = exact(unit.costMs >> WORD);
    this.costMsLow[slot] = Number(unit.costMs & LOW);
    this.flags[slot] = (unit.isIncomplete ? FLAG.incomplete : 0) | (unit.boughtBoth ? FLAG.both : 0);
    const next = this.first.get(unit.walletKey) ?? NONE;
    this.before[slot] = NONE;
    this.after[slot] = next;
    if (next !== NONE) this.before[next] = slot;
    this.first.set(unit.walletKey, slot);
    return (this.use[slot] as number) * SLOTS + slot;
  }

  /** @returns null where the row is gone */
  get(handle: number): Omit<ClosedUnit, "closedAt"> | null {
    const slot = handle % SLOTS;
    if (handle < 0 || (this.use[slot] as number) * SLOTS + slot !== handle) return null;
    const orNull = (value: number): bigint | null => (value === NULL ? null : BigInt(value));
    const flags = this.flags[slot] as number;
    return {
      walletKey: this.wallet[slot] as number,
      roi: orNull(this.roi[slot] as number),
      edge: orNull(this.edge[slot] as number),
      realised: BigInt(this.realised[slot] as number),
      paidIn: BigInt(this.paidIn[slot] as number),
      timedCost: BigInt(this.timedCost[slot] as number),
      aheadCost: BigInt(this.aheadCost[slot] as number),
      costMs: (BigInt(this.costMsHigh[slot] as number) << WORD) + BigInt(this.costMsLow[slot] as number),
      isIncomplete: (flags & FLAG.incomplete) !== 0,
      boughtBoth: (flags & FLAG.both) !== 0,
    };
  }

  /** The row is there. */
  remove(handle: number): void {
    const slot = handle % SLOTS;
    const [before, after] = [this.before[slot] as number, this.after[slot] as number];
    const wallet = this.wallet[slot] as number;
    if (after !== NONE) this.before[after] = before;
    if (before !== NONE) this.after[before] = after;
    else if (after !== NONE) this.first.set(wallet, after);
    else this.first.delete(wallet);
    this.use[slot] = (this.use[slot] as number) + 1;
    this.after[slot] = this.free;
    this.free = slot;
  }

  /** Of the wallet's scored units; 0 where none won. */
  largestProfit(wallet: number): bigint {
    let largest = 0;
    for (let slot = this.first.get(wallet) ?? NONE; slot !== NONE; slot = this.after[slot] as number) {
      if (this.roi[slot] !== NULL) largest = Math.max(largest, this.realised[slot] as number);
    }
    return BigInt(largest);
  }

  private take(): number {
    const slot = this.free;
    if (slot !== NONE) {
      this.free = this.after[slot] as number;
      return slot;
    }
    if (this.size === this.wallet.length) this.grow();
    this.size += 1;
    return this.size - 1;
  }

  private grow(): void {
    // By half: while columns are copied both are in memory.
    const length = Math.ceil(this.size * 1.5);
    const longer = <Kind extends Column>(column: Kind): Kind => {
      const next = new (column.constructor as new (length: number) => Kind)(length);
      next.set(column);
      return next;
    };
    this.use = longer(this.use);
    this.wallet = longer(this.wallet);
    this.roi = longer(this.roi);
    this.edge = longer(this.edge);
    this.realised = longer(this.realised);
    this.paidIn = longer(this.paidIn);
    this.timedCost = longer(this.timedCost);
    this.aheadCost = longer(this.aheadCost);
    this.costMsHigh = longer(this.costMsHigh);
    this.costMsLow = longer(this.costMsLow);
    this.flags = longer(this.flags);
    this.before = longer(this.before);
    this.after = longer(this.after);
  }
}

function exact(value: bigint): number {
  const number = Number(value);
  assert(Number.isSafeInteger(number), "an amount of one unit lies below 2⁵³", { value });
  return number;
}

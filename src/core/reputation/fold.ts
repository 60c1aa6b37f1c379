import type { EpochMs } from "../time/time.ts";
import {
  applyFill,
  applyResolution,
  isInOrder,
  isSealed,
  type LedgerFill,
  type LedgerMarket,
  newUnitRecord,
  type UnitRecord,
} from "./unit-record.ts";

/** Names a unit in a map. */
export type UnitKey = string;

type UnitName = { readonly walletKey: number; readonly marketKey: number };

export const unitKey = ({ walletKey, marketKey }: UnitName): UnitKey => `${walletKey}:${marketKey}`;

export type FoldedFills = {
  readonly changed: ReadonlyMap<UnitKey, UnitRecord>;
  /** Units that already hold a later fill than one of these: they have to be replayed from all their fills. */
  readonly outOfOrder: ReadonlyMap<UnitKey, UnitName>;
};

/**
 * Applies fills to the units that they belong to.
 * @param units as stored; a unit that is missing is new
 * @param fills in the order of the chain
 * @param markets one for every fill
 * @param archivedUntil fills up to then may be in the archive alone; null: all are in the database
 */
export function foldFills(
  units: ReadonlyMap<UnitKey, UnitRecord>,
  fills: Iterable<LedgerFill>,
  markets: ReadonlyMap<number, LedgerMarket>,
  archivedUntil: EpochMs | null = null,
): FoldedFills {
  const changed = new Map<UnitKey, UnitRecord>();
  const outOfOrder = new Map<UnitKey, UnitName>();
  for (const fill of fills) {
    const key = unitKey(fill);
    if (outOfOrder.has(key)) continue;
    const market = markets.get(fill.marketKey) ?? unknownMarket(fill.marketKey);
    const record = changed.get(key) ?? units.get(key) ?? newUnitRecord(fill.walletKey, market);
    if (isInOrder(record, fill) || isSealed(record, archivedUntil))
      changed.set(key, applyFill(record, fill, market.span));
    else {
      changed.delete(key);
      outOfOrder.set(key, { walletKey: fill.walletKey, marketKey: fill.marketKey });
    }
  }
  return { changed, outOfOrder };
}

const unknownMarket = (marketKey: number): LedgerMarket => ({ marketKey, span: null, resolution: null });

/** @returns the units that were not resolved before. */
export function foldResolutions(
  units: Iterable<UnitRecord>,
  markets: ReadonlyMap<number, LedgerMarket>,
): readonly UnitRecord[] {
  const resolved: UnitRecord[] = [];
  for (const unit of units) {
    const market = markets.get(unit.marketKey);
    const next = market === undefined ? unit : applyResolution(unit, market);
    if (next !== unit) resolved.push(next);
  }
  return resolved;
}

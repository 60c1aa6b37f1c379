import { applyEvent } from "../accounting/ledger.ts";
import { compareLogPosition } from "../chain/fill.ts";
import type { EpochMs } from "../time/time.ts";
import { eventsOf } from "./effect-events.ts";
import { isEffect, type LedgerEntry, type UnitKey, type UnitName, unitKey, unitsOf } from "./ledger-entry.ts";
import {
  applyFill,
  applyResolution,
  isInOrder,
  isSealed,
  type LedgerMarket,
  laterOf,
  newUnitRecord,
  type UnitRecord,
} from "./unit-record.ts";

type Units = ReadonlyMap<UnitKey, UnitRecord>;
type Markets = ReadonlyMap<number, LedgerMarket>;

export type FoldedEntries = {
  readonly changed: Units;
  /** Units that have to be replayed from all their entries, because one of these comes late for them. */
  readonly outOfOrder: ReadonlyMap<UnitKey, UnitName>;
};

export type FoldOptions = {
  /** Fills up to then may be in the archive alone; null: all are in the database. */
  readonly archivedUntil: EpochMs | null;
  /** Units that cannot be replayed, because a unit that their cost hangs together with cannot. */
  readonly fixed: ReadonlySet<UnitKey>;
};

const NOTHING_ARCHIVED: FoldOptions = { archivedUntil: null, fixed: new Set() };

/**
 * Applies fills and effects to the units that they belong to. An effect of several units is applied to all or to none.
 * @param units as stored; a unit that is missing is new, and born resolved where its market is
 * @param entries in the order of the chain, of whole blocks
 * @param markets one for every entry
 */
export function foldEntries(
  units: Units,
  entries: Iterable<LedgerEntry>,
  markets: Markets,
  { archivedUntil, fixed }: FoldOptions = NOTHING_ARCHIVED,
): FoldedEntries {
  const changed = new Map<UnitKey, UnitRecord>();
  const outOfOrder = new Map<UnitKey, UnitName>();
  const recordOf = (name: UnitName, entry: LedgerEntry): UnitRecord => {
    const key = unitKey(name);
    const market = marketOf(markets, name);
    const known = changed.get(key) ?? units.get(key);
    return known === undefined
      ? applyResolution(newUnitRecord(name.walletKey, market), market)
      : resolvedBefore(entry, known, market);
  };
  for (const entry of entries) {
    const names = unitsOf(entry);
    const records = names.map((name) => recordOf(name, entry));
    const isApplicable = records.every(
      (record) =>
        !outOfOrder.has(unitKey(record)) &&
        (isInOrder(record, entry, marketOf(markets, record)) ||
          fixed.has(unitKey(record)) ||
          isSealed(record, archivedUntil)),
    );
    if (isApplicable) applyTo(changed, records, entry, markets);
    else {
      for (const { walletKey, marketKey } of names) {
        changed.delete(unitKey({ walletKey, marketKey }));
        outOfOrder.set(unitKey({ walletKey, marketKey }), { walletKey, marketKey });
      }
    }
  }
  return { changed, outOfOrder };
}

/**
 * Units from all their entries: each resolution at its place among them.
 * @param units as they stand after the entries before these
 * @returns the units of these entries
 */
export function replayEntries(units: Units, entries: Iterable<LedgerEntry>, markets: Markets): Units {
  const changed = new Map<UnitKey, UnitRecord>();
  for (const entry of entries) {
    const records = unitsOf(entry).map((name) => {
      const key = unitKey(name);
      const market = marketOf(markets, name);
      return resolvedBefore(entry, changed.get(key) ?? units.get(key) ?? newUnitRecord(name.walletKey, market), market);
    });
    applyTo(changed, records, entry, markets);
  }
  return changed;
}

/** The unit as the entry finds it. */
const resolvedBefore = (entry: LedgerEntry, record: UnitRecord, market: LedgerMarket): UnitRecord =>
  market.resolution !== null && compareLogPosition(market.resolution, entry) < 0
    ? applyResolution(record, market)
    : record;

function applyTo(
  changed: Map<UnitKey, UnitRecord>,
  records: readonly UnitRecord[],
  entry: LedgerEntry,
  markets: Markets,
): void {
  if (!isEffect(entry)) {
    for (const record of records)
      changed.set(unitKey(record), applyFill(record, entry, marketOf(markets, record).span));
    return;
  }
  const before = new Map(records.map((record) => [unitKey(record), record]));
  for (const [key, record] of before) {
    changed.set(key, { ...record, lastEntry: laterOf(record.lastEntry, entry) });
  }
  const unitOf = (key: UnitKey): UnitRecord["unit"] => (before.get(key) as UnitRecord).unit;
  for (const { unit, event } of eventsOf(entry, unitOf)) {
    const record = changed.get(unit) as UnitRecord;
    changed.set(unit, { ...record, unit: applyEvent(record.unit, event) });
  }
}

const marketOf = (markets: Markets, { marketKey }: UnitName): LedgerMarket =>
  markets.get(marketKey) ?? { marketKey, span: null, isCombo: false, resolution: null };

/** @returns the units that were not resolved before. */
export function foldResolutions(units: Iterable<UnitRecord>, markets: Markets): readonly UnitRecord[] {
  const resolved: UnitRecord[] = [];
  for (const unit of units) {
    const market = markets.get(unit.marketKey);
    const next = market === undefined ? unit : applyResolution(unit, market);
    if (next !== unit) resolved.push(next);
  }
  return resolved;
}

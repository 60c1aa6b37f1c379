/** Computing units again from all their entries. */
import type { Transaction } from "kysely";
import type { BlockRange } from "../../../core/reputation/block-ranges.ts";
import { type UnitKey, type UnitName, unitKey } from "../../../core/reputation/ledger-entry.ts";
import { isSealed, type LedgerMarket, type UnitRecord } from "../../../core/reputation/unit-record.ts";
import type { EpochMs } from "../../../core/time/time.ts";
import type { LedgerRules } from "../../../ports/reputation-store.ts";
import type { Schema } from "../schema.ts";
import { findCoupledUnits } from "./coupled-units.ts";
import { replayEntries } from "./ledger-entries.ts";
import { loadUnits } from "./unit-rows.ts";

type Trx = Transaction<Schema>;
type Markets = ReadonlyMap<number, LedgerMarket>;

/** Units are computed again with all that they hang together with, and not at all where one of those is sealed. */
export type ReplayPlan = {
  readonly units: ReadonlyMap<UnitKey, UnitName>;
  readonly fixed: ReadonlySet<UnitKey>;
};

export async function planReplay(
  trx: Trx,
  late: readonly UnitName[],
  applied: readonly BlockRange[],
  archived: EpochMs | null,
): Promise<ReplayPlan> {
  const groups = await findCoupledUnits(trx, late, applied);
  const named = new Map(groups.flat().map((unit) => [unitKey(unit), unit]));
  const fixed = new Set<UnitKey>();
  if (archived !== null && named.size > 0) {
    // What a sealed unit was worth at some moment of the past is not known any more.
    const stored = await loadUnits(trx, named.values(), new Map());
    const isFixed = ({ walletKey, marketKey }: UnitName): boolean => {
      const unit = stored.get(unitKey({ walletKey, marketKey }));
      return unit !== undefined && isSealed(unit, archived);
    };
    for (const group of groups) if (group.some(isFixed)) for (const unit of group) fixed.add(unitKey(unit));
  }
  return { units: new Map([...named].filter(([key]) => !fixed.has(key))), fixed };
}

/** @param named units of other markets than `markets`, each once. */
export async function replay(
  trx: Trx,
  named: { readonly markets: readonly number[]; readonly units: readonly UnitName[] },
  applied: readonly BlockRange[],
  markets: Markets,
  rules: LedgerRules,
): Promise<readonly UnitRecord[]> {
  const units = new Map<UnitKey, UnitRecord>();
  for await (const entries of replayEntries(trx, named, applied)) {
    for (const [key, unit] of rules.replayEntries(units, entries, markets)) units.set(key, unit);
  }
  for (const unit of rules.foldResolutions(units.values(), markets)) units.set(unitKey(unit), unit);
  return [...units.values()];
}

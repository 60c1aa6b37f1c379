import { applyEvent, boughtCost, boughtShares } from "../accounting/ledger.ts";
import { EMPTY_UNIT, type Unit } from "../accounting/unit.ts";
import { compareLogPosition, type LogPosition } from "../chain/fill.ts";
import { shares, usd } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";
import { applyEntry, type Entries, type MarketSpan, NO_ENTRIES } from "./entries.ts";
import { type LedgerEntry, type LedgerFill, movesCostOf } from "./ledger-entry.ts";

/** A unit with what scoring keeps about it, under the database's keys of wallet and market. */
export type UnitRecord = {
  readonly walletKey: number;
  readonly marketKey: number;
  readonly unit: Unit;
  readonly entries: Entries;
  /** Where the last fill or effect stands that is in it; one before it means that the unit has to be replayed. */
  readonly lastEntry: LogPosition;
  /** Of the combinatorial module: kept in the ledger, never in a score. */
  readonly isCombo: boolean;
};

/** What the ledger needs to know of a market, as of the finalized block. */
export type LedgerMarket = {
  readonly marketKey: number;
  readonly span: MarketSpan | null;
  readonly isCombo: boolean;
  readonly resolution:
    | (LogPosition & { readonly at: EpochMs; readonly payoutNumerators: readonly [bigint, bigint] })
    | null;
};

const BEFORE_ALL: LogPosition = { blockNumber: -1, logIndex: -1 };

export const newUnitRecord = (walletKey: number, { marketKey, isCombo }: LedgerMarket): UnitRecord => ({
  walletKey,
  marketKey,
  unit: EMPTY_UNIT,
  entries: NO_ENTRIES,
  lastEntry: BEFORE_ALL,
  isCombo,
});

/**
 * Whether applying the entry now gives what the order of the chain gives. A resolution that was learned too early does
 * no harm, because holdings are then carried at their payout, unless shares leave at their cost before it.
 */
export function isInOrder(record: UnitRecord, entry: LedgerEntry, { resolution }: LedgerMarket): boolean {
  if (compareLogPosition(record.lastEntry, entry) > 0) return false;
  const isEarly = record.unit.resolvedAt !== null && resolution !== null && compareLogPosition(resolution, entry) > 0;
  return !isEarly || !movesCostOf(entry, record);
}

/**
 * Fills of the unit may have left the database for the archive, so it cannot be replayed. Late entries are applied to it
 * as they come; for a complete unit the order of fills changes neither its P&L nor its cost.
 */
export const isSealed = ({ unit }: UnitRecord, archivedUntil: EpochMs | null): boolean =>
  archivedUntil !== null && unit.openedAt !== null && unit.openedAt <= archivedUntil;

export const laterOf = (a: LogPosition, { blockNumber, logIndex }: LogPosition): LogPosition =>
  a.blockNumber > blockNumber || (a.blockNumber === blockNumber && a.logIndex > logIndex)
    ? a
    : { blockNumber, logIndex };

export function applyFill(record: UnitRecord, fill: LedgerFill, span: MarketSpan | null): UnitRecord {
  const trade = {
    kind: fill.isSell ? "SELL" : "BUY",
    at: fill.at,
    outcome: fill.outcome,
    shares: shares(fill.size),
    cash: usd(fill.cash),
    fee: fill.fee,
    feeAsset: fill.isFeeInShares ? "shares" : "collateral",
  } as const;
  const unit = applyEvent(record.unit, trade);
  const lastEntry = laterOf(record.lastEntry, fill);
  if (trade.kind === "SELL") return { ...record, unit, lastEntry };
  const entry = { at: fill.at, outcome: fill.outcome, shares: boughtShares(trade), cost: boughtCost(trade) };
  return { ...record, unit, lastEntry, entries: applyEntry(record.entries, entry, span) };
}

/** Idempotent: a resolution is written once per condition. */
export function applyResolution(record: UnitRecord, { resolution }: LedgerMarket): UnitRecord {
  if (resolution === null || record.unit.resolvedAt !== null) return record;
  const { at, payoutNumerators } = resolution;
  return { ...record, unit: applyEvent(record.unit, { kind: "RESOLUTION", at, payoutNumerators }) };
}

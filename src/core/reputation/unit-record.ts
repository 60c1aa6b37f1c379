import { applyEvent, boughtCost, boughtShares } from "../accounting/ledger.ts";
import { EMPTY_UNIT, type Unit } from "../accounting/unit.ts";
import { compareLogPosition, type LogPosition } from "../chain/fill.ts";
import type { OutcomeIndex } from "../market/market.ts";
import { shares, usd } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";
import { applyEntry, type Entries, type MarketSpan, NO_ENTRIES } from "./entries.ts";

/** A unit with what scoring keeps about it, under the database's keys of wallet and market. */
export type UnitRecord = {
  readonly walletKey: number;
  readonly marketKey: number;
  readonly unit: Unit;
  readonly entries: Entries;
  /** Last fill that is in it; a fill at or before it means that the unit has to be replayed. */
  readonly lastFill: LogPosition;
};

/** A finalized fill of a token whose market is known. */
export type LedgerFill = LogPosition & {
  readonly walletKey: number;
  readonly marketKey: number;
  readonly outcome: OutcomeIndex;
  readonly at: EpochMs;
  readonly isSell: boolean;
  readonly size: bigint;
  readonly cash: bigint;
  readonly fee: bigint;
  readonly isFeeInShares: boolean;
};

/** What the ledger needs to know of a market, as of the finalized block. */
export type LedgerMarket = {
  readonly marketKey: number;
  readonly span: MarketSpan | null;
  readonly resolution: { readonly at: EpochMs; readonly payoutNumerators: readonly [bigint, bigint] } | null;
};

const BEFORE_ALL: LogPosition = { blockNumber: -1, logIndex: -1 };

/** A unit before its first fill; where the market is already resolved, it is born resolved. */
export function newUnitRecord(walletKey: number, market: LedgerMarket): UnitRecord {
  const record = {
    walletKey,
    marketKey: market.marketKey,
    unit: EMPTY_UNIT,
    entries: NO_ENTRIES,
    lastFill: BEFORE_ALL,
  };
  return applyResolution(record, market);
}

export const isInOrder = (record: UnitRecord, fill: LogPosition): boolean =>
  compareLogPosition(record.lastFill, fill) < 0;

/**
 * Fills of the unit may have left the database for the archive, so it cannot be replayed. Late fills are applied to it
 * as they come; for a complete unit the order changes neither its P&L nor its cost.
 */
export const isSealed = ({ unit }: UnitRecord, archivedUntil: EpochMs | null): boolean =>
  archivedUntil !== null && unit.openedAt !== null && unit.openedAt <= archivedUntil;

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
  const lastFill = isInOrder(record, fill)
    ? { blockNumber: fill.blockNumber, logIndex: fill.logIndex }
    : record.lastFill;
  if (trade.kind === "SELL") return { ...record, unit, lastFill };
  const entry = { at: fill.at, outcome: fill.outcome, shares: boughtShares(trade), cost: boughtCost(trade) };
  return { ...record, unit, lastFill, entries: applyEntry(record.entries, entry, span) };
}

/** Idempotent: a resolution is written once per condition. */
export function applyResolution(record: UnitRecord, market: LedgerMarket): UnitRecord {
  if (market.resolution === null || record.unit.resolvedAt !== null) return record;
  return { ...record, unit: applyEvent(record.unit, { kind: "RESOLUTION", ...market.resolution }) };
}

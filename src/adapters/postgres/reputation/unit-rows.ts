/** Units between the database and the core: one row each, many rows a statement. */
import { type RawBuilder, sql, type Transaction } from "kysely";
import { closedAt, roiMicros, type Unit } from "../../../core/accounting/unit.ts";
import { shares, usd } from "../../../core/money/amounts.ts";
import { boughtBothOutcomes, type OpenEpisode, unitEdgeMicros } from "../../../core/reputation/entries.ts";
import { type UnitKey, unitKey } from "../../../core/reputation/fold.ts";
import type { LedgerMarket, UnitRecord } from "../../../core/reputation/unit-record.ts";
import type { EpochMs } from "../../../core/time/time.ts";
import { boolArray, int4Array, int8Array, numericArray, tsArray } from "../codecs.ts";
import type { Schema } from "../schema.ts";
import type { UnitTable } from "../schema-reputation.ts";

type Trx = Transaction<Schema>;
type Units = readonly UnitRecord[];
type Column = readonly [name: keyof UnitTable, values: (units: Units) => RawBuilder<unknown>];

const int4 = (name: keyof UnitTable, of: (unit: UnitRecord) => number): Column => [name, (u) => int4Array(u.map(of))];
const int8 = (name: keyof UnitTable, of: (unit: UnitRecord) => bigint): Column => [name, (u) => int8Array(u.map(of))];
const bool = (name: keyof UnitTable, of: (unit: UnitRecord) => boolean): Column => [name, (u) => boolArray(u.map(of))];
const time = (name: keyof UnitTable, of: (unit: UnitRecord) => EpochMs | null): Column => [
  name,
  (u) => tsArray(u.map(of)),
];
const integer = (name: keyof UnitTable, type: "int4" | "numeric", of: (unit: UnitRecord) => bigint | null): Column => [
  name,
  (u) => sql`${numericArray(u.map((unit) => of(unit)?.toString() ?? null))}::${sql.raw(type)}[]`,
];

const COLUMNS: readonly Column[] = [
  int4("wallet_key", (r) => r.walletKey),
  int4("market_key", (r) => r.marketKey),
  int8("shares_0", (r) => r.unit.holdings[0].shares),
  int8("shares_1", (r) => r.unit.holdings[1].shares),
  int8("cost_0", (r) => r.unit.holdings[0].cost),
  int8("cost_1", (r) => r.unit.holdings[1].cost),
  int8("cash_in", (r) => r.unit.cashIn),
  int8("cash_out", (r) => r.unit.cashOut),
  int8("paid_in", (r) => r.unit.paidIn),
  int8("realised", (r) => r.unit.realised),
  int8("timed_cost", (r) => r.entries.timedCost),
  int8("ahead_cost", (r) => r.entries.aheadCost),
  integer("cost_minutes", "numeric", (r) => r.entries.costMinutes),
  int8("episode_prices_0", (r) => r.entries.episodes[0].priceSum),
  int8("episode_prices_1", (r) => r.entries.episodes[1].priceSum),
  int8("open_cost_0", (r) => r.entries.episodes[0].open?.cost ?? 0n),
  int8("open_cost_1", (r) => r.entries.episodes[1].open?.cost ?? 0n),
  int8("open_shares_0", (r) => r.entries.episodes[0].open?.shares ?? 0n),
  int8("open_shares_1", (r) => r.entries.episodes[1].open?.shares ?? 0n),
  int4("episodes_0", (r) => r.entries.episodes[0].ended),
  int4("episodes_1", (r) => r.entries.episodes[1].ended),
  int4("last_block", (r) => r.lastFill.blockNumber),
  int4("last_log_index", (r) => r.lastFill.logIndex),
  bool("is_incomplete", (r) => r.unit.isIncomplete),
  bool("bought_both", (r) => boughtBothOutcomes(r.entries)),
  time("opened_at", (r) => r.unit.openedAt),
  time("open_last_at_0", (r) => r.entries.episodes[0].open?.lastAt ?? null),
  time("open_last_at_1", (r) => r.entries.episodes[1].open?.lastAt ?? null),
  time("flat_at", (r) => r.unit.flatAt),
  time("resolved_at", (r) => r.unit.resolvedAt),
  time("closed_at", (r) => closedAt(r.unit)),
  integer("roi_micros", "int4", (r) => scoredRoi(r.unit)),
  integer("edge_micros", "int4", (r) => resolvedEdge(r)),
];

const names = sql.raw(COLUMNS.map(([name]) => name).join(", "));
const updates = sql.raw(
  COLUMNS.slice(2)
    .map(([name]) => `${name} = excluded.${name}`)
    .join(", "),
);

/** Closed, complete, and something was paid in: what enters a score. */
const scoredRoi = (unit: Unit): bigint | null =>
  unit.isIncomplete || closedAt(unit) === null ? null : roiMicros(unit);

function resolvedEdge({ unit, entries }: UnitRecord): bigint | null {
  const edge = unit.payoutNumerators === null ? null : unitEdgeMicros(entries, unit.payoutNumerators);
  return edge;
}

/** Parameters of one statement stay within a few megabytes. */
const ROWS_PER_STATEMENT = 5_000;

export async function saveUnits(trx: Trx, units: Units): Promise<void> {
  for (let from = 0; from < units.length; from += ROWS_PER_STATEMENT) {
    const rows = units.slice(from, from + ROWS_PER_STATEMENT);
    const arrays = sql.join(COLUMNS.map(([, values]) => values(rows)));
    await sql`INSERT INTO flow.unit (${names}) SELECT * FROM unnest(${arrays})
      ON CONFLICT (wallet_key, market_key) DO UPDATE SET ${updates}`.execute(trx);
  }
}

type Names = Iterable<{ readonly walletKey: number; readonly marketKey: number }>;

/** The stored units among those named. `markets` gives the payouts, which units do not keep. */
export async function loadUnits(
  trx: Trx,
  named: Names,
  markets: ReadonlyMap<number, LedgerMarket>,
): Promise<ReadonlyMap<UnitKey, UnitRecord>> {
  const keys = [...named];
  const wanted = sql`unnest(${int4Array(keys.map((k) => k.walletKey))}, ${int4Array(keys.map((k) => k.marketKey))})`;
  const { rows } = await sql<UnitTable>`
    SELECT ${names} FROM ${wanted} AS wanted (wallet_key, market_key)
    JOIN flow.unit USING (wallet_key, market_key)`.execute(trx);
  return new Map(
    rows.map((row) => [unitKey({ walletKey: row.wallet_key, marketKey: row.market_key }), toUnitRecord(row, markets)]),
  );
}

/** All units of the markets. */
export async function loadMarketUnits(
  trx: Trx,
  markets: ReadonlyMap<number, LedgerMarket>,
): Promise<readonly UnitRecord[]> {
  const { rows } = await sql<UnitTable>`
    SELECT ${names} FROM flow.unit WHERE market_key = ANY(${int4Array([...markets.keys()])})`.execute(trx);
  return rows.map((row) => toUnitRecord(row, markets));
}

function toUnitRecord(row: UnitTable, markets: ReadonlyMap<number, LedgerMarket>): UnitRecord {
  const resolution = row.resolved_at === null ? null : (markets.get(row.market_key)?.resolution ?? null);
  return {
    walletKey: row.wallet_key,
    marketKey: row.market_key,
    lastFill: { blockNumber: row.last_block, logIndex: row.last_log_index },
    unit: {
      holdings: [
        { shares: shares(row.shares_0), cost: usd(row.cost_0) },
        { shares: shares(row.shares_1), cost: usd(row.cost_1) },
      ],
      cashIn: usd(row.cash_in),
      cashOut: usd(row.cash_out),
      paidIn: usd(row.paid_in),
      realised: usd(row.realised),
      isIncomplete: row.is_incomplete,
      payoutNumerators: resolution?.payoutNumerators ?? null,
      openedAt: row.opened_at,
      flatAt: row.flat_at,
      resolvedAt: row.resolved_at,
    },
    entries: {
      timedCost: row.timed_cost,
      aheadCost: row.ahead_cost,
      costMinutes: BigInt(row.cost_minutes),
      episodes: [
        {
          ended: row.episodes_0,
          priceSum: row.episode_prices_0,
          open: openEpisode(row.open_cost_0, row.open_shares_0, row.open_last_at_0),
        },
        {
          ended: row.episodes_1,
          priceSum: row.episode_prices_1,
          open: openEpisode(row.open_cost_1, row.open_shares_1, row.open_last_at_1),
        },
      ],
    },
  };
}

const openEpisode = (cost: bigint, held: bigint, lastAt: EpochMs | null): OpenEpisode | null =>
  lastAt === null ? null : { cost, shares: held, lastAt };

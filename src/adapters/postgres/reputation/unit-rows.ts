/** Units between the database and the core: one row each, many rows a statement. */
import { sql, type Transaction } from "kysely";
import { closedAt } from "../../../core/accounting/unit.ts";
import { shares, usd } from "../../../core/money/amounts.ts";
import { resolvedEdge, scoredRoi } from "../../../core/reputation/closed-unit.ts";
import { boughtBothOutcomes, type TokenEpisodes } from "../../../core/reputation/entries.ts";
import { type UnitKey, unitKey } from "../../../core/reputation/ledger-entry.ts";
import type { LedgerMarket, UnitRecord } from "../../../core/reputation/unit-record.ts";
import { int4Array } from "../codecs.ts";
import type { Schema } from "../schema.ts";
import type { UnitTable } from "../schema-reputation.ts";
import { type Field, readRow, readTime, rowArray, writeTime } from "./row-text.ts";

type Trx = Transaction<Schema>;

/** All columns of flow.unit in the order of the table. */
const COLUMNS: readonly (readonly [name: keyof UnitTable, field: (record: UnitRecord) => Field])[] = [
  ["wallet_key", (r) => r.walletKey],
  ["market_key", (r) => r.marketKey],
  ["shares_0", (r) => r.unit.holdings[0].shares],
  ["shares_1", (r) => r.unit.holdings[1].shares],
  ["cost_0", (r) => r.unit.holdings[0].cost],
  ["cost_1", (r) => r.unit.holdings[1].cost],
  ["cash_in", (r) => r.unit.cashIn],
  ["cash_out", (r) => r.unit.cashOut],
  ["paid_in", (r) => r.unit.paidIn],
  ["realised", (r) => r.unit.realised],
  ["timed_cost", (r) => r.entries.timedCost],
  ["ahead_cost", (r) => r.entries.aheadCost],
  ["cost_ms", (r) => r.entries.costMs],
  ["episode_prices_0", (r) => r.entries.episodes[0].priceSum],
  ["episode_prices_1", (r) => r.entries.episodes[1].priceSum],
  ["open_cost_0", (r) => r.entries.episodes[0].open?.cost ?? 0n],
  ["open_cost_1", (r) => r.entries.episodes[1].open?.cost ?? 0n],
  ["open_shares_0", (r) => r.entries.episodes[0].open?.shares ?? 0n],
  ["open_shares_1", (r) => r.entries.episodes[1].open?.shares ?? 0n],
  ["episodes_0", (r) => r.entries.episodes[0].ended],
  ["episodes_1", (r) => r.entries.episodes[1].ended],
  ["last_block", (r) => r.lastEntry.blockNumber],
  ["last_log_index", (r) => r.lastEntry.logIndex],
  ["is_incomplete", (r) => r.unit.isIncomplete],
  ["bought_both", (r) => boughtBothOutcomes(r.entries)],
  ["opened_at", (r) => writeTime(r.unit.openedAt)],
  ["open_last_at_0", (r) => writeTime(r.entries.episodes[0].open?.lastAt ?? null)],
  ["open_last_at_1", (r) => writeTime(r.entries.episodes[1].open?.lastAt ?? null)],
  ["flat_at", (r) => writeTime(r.unit.flatAt)],
  ["resolved_at", (r) => writeTime(r.unit.resolvedAt)],
  ["closed_at", (r) => writeTime(closedAt(r.unit))],
  ["roi_micros", (r) => (r.isCombo ? null : scoredRoi(r.unit))],
  ["edge_micros", (r) => (r.isCombo ? null : resolvedEdge(r))],
  ["is_combo", (r) => r.isCombo],
];
export const UNIT_COLUMNS: readonly string[] = COLUMNS.map(([name]) => name);

const PLACE = new Map(COLUMNS.map(([name], place) => [name, place]));
const updates = sql.raw(
  COLUMNS.slice(2)
    .map(([name]) => `${name} = excluded.${name}`)
    .join(", "),
);

/** Parameters of one statement stay within a few megabytes. */
const ROWS_PER_STATEMENT = 10_000;

export async function saveUnits(trx: Trx, units: readonly UnitRecord[]): Promise<void> {
  for (let from = 0; from < units.length; from += ROWS_PER_STATEMENT) {
    const rows = units.slice(from, from + ROWS_PER_STATEMENT).map((unit) => COLUMNS.map(([, field]) => field(unit)));
    await sql`INSERT INTO flow.unit SELECT u.* FROM unnest(${rowArray("flow.unit", rows)}) u
      ON CONFLICT (wallet_key, market_key) DO UPDATE SET ${updates}`.execute(trx);
  }
}

/** All that a resolution changes of a unit. */
const RESOLVED: readonly (readonly [name: keyof UnitTable, type: string])[] = [
  ["cost_0", "int8"],
  ["cost_1", "int8"],
  ["realised", "int8"],
  ["resolved_at", "timestamptz"],
  ["closed_at", "timestamptz"],
  ["roi_micros", "int4"],
  ["edge_micros", "int4"],
];
const RESOLVED_NAMES = RESOLVED.map(([name]) => name).join(", ");

/** Units that were not resolved before: a fifth of the columns of `saveUnits`. */
export async function saveResolved(trx: Trx, units: readonly UnitRecord[]): Promise<void> {
  if (units.length === 0) return;
  const arrays = RESOLVED.map(([name, type]) => {
    const [, field] = COLUMNS[PLACE.get(name) ?? -1] as (typeof COLUMNS)[number];
    return sql`${`{${units.map((unit) => field(unit) ?? "NULL").join(",")}}`}::${sql.raw(type)}[]`;
  });
  await sql`UPDATE flow.unit u SET ${sql.raw(RESOLVED.map(([name]) => `${name} = v.${name}`).join(", "))}
    FROM unnest(${int4Array(units.map((u) => u.walletKey))}, ${int4Array(units.map((u) => u.marketKey))},
      ${sql.join(arrays)}) AS v (wallet_key, market_key, ${sql.raw(RESOLVED_NAMES)})
    WHERE u.wallet_key = v.wallet_key AND u.market_key = v.market_key`.execute(trx);
}

type Names = Iterable<{ readonly walletKey: number; readonly marketKey: number }>;
type Markets = ReadonlyMap<number, LedgerMarket>;

/** The stored units among those named. `markets` gives the payouts, which units do not keep. */
export async function loadUnits(trx: Trx, named: Names, markets: Markets): Promise<ReadonlyMap<UnitKey, UnitRecord>> {
  const keys = [...named];
  const wanted = sql`unnest(${int4Array(keys.map((k) => k.walletKey))}, ${int4Array(keys.map((k) => k.marketKey))})`;
  const { rows } = await sql<{ unit: string }>`
    SELECT u::text AS unit FROM ${wanted} AS wanted (wallet_key, market_key)
    JOIN flow.unit u USING (wallet_key, market_key)`.execute(trx);
  const units = rows.map((row) => toUnitRecord(row.unit, markets));
  return new Map(units.map((unit) => [unitKey(unit), unit]));
}

export async function loadMarketUnits(
  trx: Trx,
  marketKeys: readonly number[],
  markets: Markets,
): Promise<readonly UnitRecord[]> {
  const { rows } = await sql<{ unit: string }>`
    SELECT u::text AS unit FROM flow.unit u WHERE market_key = ANY(${int4Array(marketKeys)})`.execute(trx);
  return rows.map((row) => toUnitRecord(row.unit, markets));
}

/** Units of the markets that do not know the resolution, or know another one. */
const unresolved = (marketKeys: readonly number[], knownTo: number) => sql`
  FROM unnest(${int4Array(marketKeys)}) AS due (market_key)
  JOIN flow.resolution r ON r.market_key = due.market_key AND r.block_number <= ${knownTo}
  JOIN flow.unit u ON u.market_key = due.market_key AND u.resolved_at IS DISTINCT FROM r.resolved_at`;

export async function loadUnresolved(
  trx: Trx,
  marketKeys: readonly number[],
  knownTo: number,
  limit: number,
  markets: Markets,
): Promise<readonly UnitRecord[]> {
  const { rows } = await sql<{ unit: string }>`
    SELECT u::text AS unit ${unresolved(marketKeys, knownTo)} LIMIT ${limit}`.execute(trx);
  return rows.map((row) => toUnitRecord(row.unit, markets));
}

export async function withoutUnresolved(
  trx: Trx,
  marketKeys: readonly number[],
  knownTo: number,
): Promise<readonly number[]> {
  const { rows } = await sql<{ market_key: number }>`
    SELECT DISTINCT due.market_key ${unresolved(marketKeys, knownTo)}`.execute(trx);
  const waiting = new Set(rows.map((row) => row.market_key));
  return marketKeys.filter((key) => !waiting.has(key));
}

function toUnitRecord(text: string, markets: Markets): UnitRecord {
  const fields = readRow(text);
  const at = (name: keyof UnitTable): string => fields[PLACE.get(name) ?? -1] ?? "";
  const int = (name: keyof UnitTable): number => Number(at(name));
  const big = (name: keyof UnitTable): bigint => BigInt(at(name));
  const resolvedAt = readTime(at("resolved_at"));
  const marketKey = int("market_key");
  const episodes = (outcome: 0 | 1): TokenEpisodes => {
    const lastAt = readTime(at(`open_last_at_${outcome}`));
    return {
      ended: int(`episodes_${outcome}`),
      priceSum: big(`episode_prices_${outcome}`),
      open:
        lastAt === null ? null : { cost: big(`open_cost_${outcome}`), shares: big(`open_shares_${outcome}`), lastAt },
    };
  };
  return {
    walletKey: int("wallet_key"),
    marketKey,
    isCombo: at("is_combo") === "t",
    lastEntry: { blockNumber: int("last_block"), logIndex: int("last_log_index") },
    unit: {
      holdings: [
        { shares: shares(big("shares_0")), cost: usd(big("cost_0")) },
        { shares: shares(big("shares_1")), cost: usd(big("cost_1")) },
      ],
      cashIn: usd(big("cash_in")),
      cashOut: usd(big("cash_out")),
      paidIn: usd(big("paid_in")),
      realised: usd(big("realised")),
      isIncomplete: at("is_incomplete") === "t",
      payoutNumerators: resolvedAt === null ? null : (markets.get(marketKey)?.resolution?.payoutNumerators ?? null),
      openedAt: readTime(at("opened_at")),
      flatAt: readTime(at("flat_at")),
      resolvedAt,
    },
    entries: {
      timedCost: big("timed_cost"),
      aheadCost: big("ahead_cost"),
      costMs: big("cost_ms"),
      episodes: [episodes(0), episodes(1)],
    },
  };
}

/** Reading for the ledger: fills and effects in the order of the chain. */
import { type RawBuilder, sql, type Transaction } from "kysely";
import type { LifecycleEffect } from "../../../core/chain/lifecycle-effect.ts";
import type { OutcomeIndex } from "../../../core/market/market.ts";
import type { BlockRange } from "../../../core/reputation/block-ranges.ts";
import { isEffect, type LedgerEntry, type LedgerLeg, type UnitName } from "../../../core/reputation/ledger-entry.ts";
import type { EpochMs } from "../../../core/time/time.ts";
import { EFFECT_KINDS } from "../lifecycle-rows.ts";
import type { Schema } from "../schema.ts";
import { type FillTable, HOT_FILLS } from "./archived-fills.ts";
import { readRow, readTime } from "./row-text.ts";

type Trx = Transaction<Schema>;

/**
 * A fill or a leg of an effect, as the text of a record. Both begin alike: block, log, effect in the log, leg of the
 * effect, wallet, token, market and outcome.
 */
type Row = { readonly row: string };

const FILL = sql.raw(`f.block_number, f.log_index, 0 AS ordinal, 0 AS leg,
  'F' || ROW(f.block_number, f.log_index, 0, 0, f.wallet_key, f.token_key, t.market_key, t.outcome_index, f.is_sell,
    f.fee_in_shares, f.size_micros, f.cash_micros, f.fee_micros, f.occurred_at)::text AS row`);
const LEG = sql.raw(`f.block_number, f.log_index, f.ordinal, f.leg,
  'L' || ROW(f.block_number, f.log_index, f.ordinal, f.leg, f.wallet_key, f.token_key, t.market_key, t.outcome_index,
    f.kind, CASE WHEN f.kind = 6 AND f.other_key <> 0
      THEN flow.owner_of(f.wallet_key) = flow.owner_of(f.other_key) ELSE false END,
    f.amount_micros, f.cash_micros, 0, f.occurred_at)::text AS row`);
const ORDER = sql.raw("block_number, log_index, ordinal, leg");

type Source = { readonly columns: RawBuilder<unknown>; readonly table: FillTable };
const sourcesOf = (fills: FillTable): readonly Source[] => [
  { columns: FILL, table: fills },
  { columns: LEG, table: sql.raw("flow.lifecycle") },
];

type ReadRow = {
  readonly blockNumber: number;
  readonly logIndex: number;
  /** Rows of one effect share it. */
  readonly effect: string;
  readonly walletKey: number;
  readonly tokenKey: number;
  readonly isFill: boolean;
  /** Null where the token's market is not known. */
  readonly entry: LedgerEntry | null;
};

function readEntry({ row }: Row): ReadRow {
  const [block, log, ordinal, , wallet, token, market, outcome, a, b, x, y, z, at] = readRow(row.slice(1));
  const isFill = row.startsWith("F");
  const blockNumber = Number(block);
  const logIndex = Number(log);
  const walletKey = Number(wallet);
  const effect = isFill ? "" : `${block}:${log}:${ordinal}`;
  const common = { blockNumber, logIndex, effect, walletKey, tokenKey: Number(token), isFill };
  if (market === "" || outcome === "") return { ...common, entry: null };
  const place = { blockNumber, logIndex, at: readTime(at) as EpochMs };
  const name = { walletKey, marketKey: Number(market), outcome: Number(outcome) as OutcomeIndex };
  const cash = BigInt(y ?? "");
  if (isFill) {
    const amounts = { size: BigInt(x ?? ""), cash, fee: BigInt(z ?? "") };
    return { ...common, entry: { ...place, ...name, isSell: a === "t", isFeeInShares: b === "t", ...amounts } };
  }
  const kind = EFFECT_KINDS[Number(a) - 1] as LifecycleEffect["kind"];
  return { ...common, entry: { ...place, kind, isOwn: b === "t", legs: [{ ...name, amount: BigInt(x ?? ""), cash }] } };
}

/** Puts the legs of each effect together. */
function joinLegs(rows: readonly ReadRow[]): readonly LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  let open = "";
  let legs: LedgerLeg[] = [];
  for (const { entry, effect } of rows) {
    if (entry === null) continue;
    if (!isEffect(entry)) entries.push(entry);
    else if (effect === open) legs.push(...entry.legs);
    else {
      open = effect;
      legs = [...entry.legs];
      entries.push({ ...entry, legs });
    }
  }
  return entries;
}

export type EntryPage = {
  readonly entries: readonly LedgerEntry[];
  /** Tokens whose market is not known. */
  readonly passedOver: readonly number[];
  /** Of all rows, passed over or not: their volume counts either way. */
  readonly walletKeys: readonly number[];
  /** All rows up to this block are in the page. */
  readonly toBlock: number;
  readonly fills: number;
  readonly legs: number;
};

/**
 * The first blocks of the range: whole ones, as many as hold about `maxRows` fills or legs; null: all of them.
 * @param fillTable where the fills of the range stand
 */
export async function readPage(
  trx: Trx,
  range: BlockRange,
  maxRows: number | null,
  fillTable: FillTable,
): Promise<EntryPage> {
  const sources = sourcesOf(fillTable);
  const parts: (readonly ReadRow[])[] = [];
  for (const source of sources) parts.push(await readBlocks(trx, source, range, maxRows));
  const cuts = parts.map((rows) => (rows.length === maxRows ? (rows.at(-1) as ReadRow).blockNumber : range.toBlock));
  const toBlock = Math.min(...cuts);
  const rows: ReadRow[] = [];
  for (const [index, source] of sources.entries()) {
    const part = parts[index] as readonly ReadRow[];
    const isCut = part.length === maxRows && cuts[index] === toBlock;
    rows.push(...part.filter(({ blockNumber }) => blockNumber < toBlock || (blockNumber === toBlock && !isCut)));
    if (isCut) rows.push(...(await readBlocks(trx, source, { fromBlock: toBlock, toBlock }, null)));
  }
  // Stable: the legs of an effect stay together, and a fill and an effect never share a log.
  rows.sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
  const fills = rows.filter(({ isFill }) => isFill).length;
  return {
    entries: joinLegs(rows),
    passedOver: [...new Set(rows.filter(({ entry }) => entry === null).map(({ tokenKey }) => tokenKey))],
    walletKeys: [...new Set(rows.map(({ walletKey }) => walletKey))],
    toBlock,
    fills,
    legs: rows.length - fills,
  };
}

async function readBlocks(
  trx: Trx,
  { columns, table }: Source,
  { fromBlock, toBlock }: BlockRange,
  limit: number | null,
): Promise<readonly ReadRow[]> {
  const { rows } = await sql<Row>`
    SELECT ${columns} FROM ${table} f JOIN flow.token t USING (token_key)
    WHERE f.block_number BETWEEN ${fromBlock} AND ${toBlock}
    ORDER BY ${ORDER} LIMIT ${limit}::int`.execute(trx);
  return rows.map(readEntry);
}

/** Replays read through a cursor of the server: the largest markets have more fills than memory should hold. */
const FETCH = 20_000;

/** All entries in `applied` of whole markets, and of units of others. */
export async function* replayEntries(
  trx: Trx,
  named: { readonly markets: readonly number[]; readonly units: readonly UnitName[] },
  applied: readonly BlockRange[],
): AsyncGenerator<readonly LedgerEntry[]> {
  const isApplied = sql`EXISTS (SELECT 1 FROM unnest(${ints(applied.map((r) => r.fromBlock))},
    ${ints(applied.map((r) => r.toBlock))}) AS applied (from_block, to_block)
    WHERE f.block_number BETWEEN applied.from_block AND applied.to_block)`;
  const wanted = sql`unnest(${ints(named.units.map(({ walletKey }) => walletKey))},
    ${ints(named.units.map(({ marketKey }) => marketKey))}) AS wanted (wallet_key, market_key)`;
  const parts = sourcesOf(HOT_FILLS).flatMap(({ columns, table }) => [
    sql`SELECT ${columns} FROM flow.token t JOIN ${table} f USING (token_key)
      WHERE t.market_key = ANY(${ints(named.markets)}) AND ${isApplied}`,
    sql`SELECT ${columns} FROM ${wanted} JOIN flow.token t USING (market_key)
      JOIN ${table} f ON f.token_key = t.token_key AND f.wallet_key = wanted.wallet_key
      WHERE ${isApplied}`,
  ]);
  await sql`DECLARE replay NO SCROLL CURSOR FOR SELECT row FROM (${sql.join(parts, sql` UNION ALL `)}) entries
    ORDER BY ${ORDER}`.execute(trx);
  let held: readonly ReadRow[] = [];
  for (;;) {
    const { rows } = await sql<Row>`FETCH ${sql.raw(String(FETCH))} FROM replay`.execute(trx);
    const read = [...held, ...rows.map(readEntry)];
    const isLast = rows.length < FETCH;
    // The last effect may go on in the next rows.
    const cut = isLast ? "" : (read.at(-1)?.effect ?? "");
    held = cut === "" ? [] : read.filter(({ effect }) => effect === cut);
    yield joinLegs(read.slice(0, read.length - held.length));
    if (isLast) break;
  }
  await sql`CLOSE replay`.execute(trx);
}

/** Written into the statement: utility statements take no parameters. */
const ints = (items: readonly number[]): RawBuilder<unknown> =>
  sql.raw(`'{${items.map((item) => Math.trunc(item)).join(",")}}'::int4[]`);

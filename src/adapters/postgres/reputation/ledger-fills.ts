/** Reading for the ledger: fills in the order of the chain, and the facts of their markets as of the finalized block. */
import { type RawBuilder, sql, type Transaction } from "kysely";
import type { LogPosition } from "../../../core/chain/fill.ts";
import type { OutcomeIndex } from "../../../core/market/market.ts";
import type { BlockRange } from "../../../core/reputation/block-ranges.ts";
import { marketSpan } from "../../../core/reputation/entries.ts";
import type { LedgerFill, LedgerMarket } from "../../../core/reputation/unit-record.ts";
import type { EpochMs } from "../../../core/time/time.ts";
import { int4Array } from "../codecs.ts";
import type { Schema } from "../schema.ts";
import { readRow, readTime } from "./row-text.ts";

type Trx = Transaction<Schema>;

/** A fill as the text of a record; the numbers are the places of its fields. */
type FillRow = { readonly fill: string };
const FILL = sql.raw(
  `ROW(f.block_number, f.log_index, f.wallet_key, f.token_key, t.market_key, t.outcome_index, f.is_sell, f.fee_in_shares,
   f.size_micros, f.cash_micros, f.fee_micros, f.occurred_at)::text AS fill`,
);

type ReadFill = LogPosition & {
  readonly walletKey: number;
  readonly tokenKey: number;
  readonly fill: LedgerFill | null;
};

function readFill({ fill: text }: FillRow): ReadFill {
  const [block, log, wallet, token, market, outcome, isSell, feeInShares, size, cash, fee, at] = readRow(text);
  const blockNumber = Number(block);
  const logIndex = Number(log);
  const walletKey = Number(wallet);
  const tokenKey = Number(token);
  if (market === "" || outcome === "") return { blockNumber, logIndex, walletKey, tokenKey, fill: null };
  const fillOfMarket: LedgerFill = {
    ...{ blockNumber, logIndex, walletKey },
    marketKey: Number(market),
    outcome: Number(outcome) as OutcomeIndex,
    at: readTime(at) as EpochMs,
    isSell: isSell === "t",
    size: BigInt(size ?? ""),
    cash: BigInt(cash ?? ""),
    fee: BigInt(fee ?? ""),
    isFeeInShares: feeInShares === "t",
  };
  return { blockNumber, logIndex, walletKey, tokenKey, fill: fillOfMarket };
}

export type FillPage = {
  readonly fills: readonly LedgerFill[];
  /** Tokens whose market is not known. */
  readonly passedOver: readonly number[];
  /** Of all fills, passed over or not: their volume counts either way. */
  readonly walletKeys: readonly number[];
  /** All fills up to this block are in the page. */
  readonly toBlock: number;
  readonly rows: number;
};

/** The first blocks of the range: whole ones, as many as hold about `maxFills`. */
export async function readFills(trx: Trx, range: BlockRange, maxFills: number): Promise<FillPage> {
  const { rows } = await sql<FillRow>`
    SELECT ${FILL} FROM flow.fill f JOIN flow.token t USING (token_key)
    WHERE f.block_number BETWEEN ${range.fromBlock} AND ${range.toBlock}
    ORDER BY f.block_number, f.log_index LIMIT ${maxFills}`.execute(trx);
  const read = rows.map(readFill);
  const last = read.at(-1);
  const isCut = last !== undefined && read.length === maxFills;
  if (isCut) {
    const rest = await sql<FillRow>`
      SELECT ${FILL} FROM flow.fill f JOIN flow.token t USING (token_key)
      WHERE f.block_number = ${last.blockNumber} AND f.log_index > ${last.logIndex}
      ORDER BY f.log_index`.execute(trx);
    read.push(...rest.rows.map(readFill));
  }
  return {
    fills: read.map(({ fill }) => fill).filter((fill) => fill !== null),
    passedOver: [...new Set(read.filter(({ fill }) => fill === null).map(({ tokenKey }) => tokenKey))],
    walletKeys: [...new Set(read.map(({ walletKey }) => walletKey))],
    toBlock: isCut ? last.blockNumber : range.toBlock,
    rows: read.length,
  };
}

/** Replays read through a cursor of the server: the largest markets have more fills than memory should hold. */
const FETCH = 20_000;

/** All fills in `applied` of the units (`wallet_key`, `market_key` of `named`) or of the whole markets. */
export async function* replayFills(
  trx: Trx,
  named:
    | { readonly units: readonly (readonly [walletKey: number, marketKey: number])[] }
    | { readonly markets: readonly number[] },
  applied: readonly BlockRange[],
): AsyncGenerator<readonly LedgerFill[]> {
  const from =
    "units" in named
      ? sql`unnest(${ints(named.units.map(([w]) => w))}, ${ints(named.units.map(([, m]) => m))}) AS wanted (wallet_key, market_key)
        JOIN flow.token t USING (market_key) JOIN flow.fill f USING (wallet_key, token_key)`
      : sql`flow.token t JOIN flow.fill f USING (token_key)`;
  const where = "units" in named ? sql`true` : sql`t.market_key = ANY(${ints(named.markets)})`;
  await sql`DECLARE replay NO SCROLL CURSOR FOR
    SELECT ${FILL} FROM ${from} WHERE ${where} AND EXISTS (
      SELECT 1 FROM unnest(${ints(applied.map((r) => r.fromBlock))}, ${ints(applied.map((r) => r.toBlock))})
        AS applied (from_block, to_block)
      WHERE f.block_number BETWEEN applied.from_block AND applied.to_block)
    ORDER BY f.block_number, f.log_index`.execute(trx);
  for (;;) {
    const { rows } = await sql<FillRow>`FETCH ${sql.raw(String(FETCH))} FROM replay`.execute(trx);
    yield rows.map((row) => readFill(row).fill).filter((fill) => fill !== null);
    if (rows.length < FETCH) break;
  }
  await sql`CLOSE replay`.execute(trx);
}

/** Written into the statement: utility statements take no parameters. */
const ints = (items: readonly number[]): RawBuilder<unknown> =>
  sql.raw(`'{${items.map((item) => Math.trunc(item)).join(",")}}'::int4[]`);

type MarketRow = {
  market_key: number;
  starts_at: EpochMs | null;
  ends_at: EpochMs | null;
  numerator_0: string | null;
  numerator_1: string | null;
  resolved_at: EpochMs | null;
};

/** Times are those that the market's units were computed with so far; `renew` takes the current ones. */
export async function loadMarkets(
  trx: Trx,
  marketKeys: Iterable<number>,
  finalizedBlock: number,
  renew: boolean,
): Promise<ReadonlyMap<number, LedgerMarket>> {
  const keys = [...new Set(marketKeys)];
  if (keys.length === 0) return new Map();
  const onConflict = renew
    ? sql`DO UPDATE SET starts_at = excluded.starts_at, ends_at = excluded.ends_at`
    : sql`DO NOTHING`;
  await sql`INSERT INTO flow.ledger_market (market_key, starts_at, ends_at)
    SELECT market_key, starts_at, ends_at FROM flow.market WHERE market_key = ANY(${int4Array(keys)})
    ON CONFLICT (market_key) ${onConflict}`.execute(trx);
  const { rows } = await sql<MarketRow>`
    SELECT m.market_key, m.starts_at, m.ends_at, r.numerator_0, r.numerator_1, r.resolved_at
    FROM flow.ledger_market m
    LEFT JOIN flow.resolution r ON r.market_key = m.market_key AND r.block_number <= ${finalizedBlock}
    WHERE m.market_key = ANY(${int4Array(keys)})`.execute(trx);
  return new Map(rows.map((row) => [row.market_key, toLedgerMarket(row)]));
}

const toLedgerMarket = (row: MarketRow): LedgerMarket => ({
  marketKey: row.market_key,
  span: marketSpan(row.starts_at, row.ends_at),
  resolution:
    row.numerator_0 === null || row.numerator_1 === null || row.resolved_at === null
      ? null
      : { at: row.resolved_at, payoutNumerators: [BigInt(row.numerator_0), BigInt(row.numerator_1)] },
});

/** Up to when fills may have left the database for the archive; null: all are here. */
export async function archivedUntil(trx: Trx): Promise<EpochMs | null> {
  const { rows } = await sql<{ until: EpochMs | null }>`
    SELECT max(last_at) AS until FROM flow.archive_file WHERE content = 'fill' AND source = 'chain'`.execute(trx);
  return rows[0]?.until ?? null;
}

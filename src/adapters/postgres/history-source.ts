/** The database's side of a backtest: what is final, under its own keys. */
import { sql, type Transaction } from "kysely";
import type { HistoryFacts, HistoryMarket, HistoryResolution } from "../../core/backtest/history.ts";
import { type RecordedBook, recordedBook } from "../../core/backtest/recorded-books.ts";
import { missingRanges } from "../../core/chain/missing-ranges.ts";
import { fromJson, type Json } from "../../core/engine/encode.ts";
import type { SeenMarket } from "../../core/execution/market-view.ts";
import type { Address, MarketId, TokenId } from "../../core/ids/ids.ts";
import { price, shares } from "../../core/money/amounts.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { HistoryMoment, HistoryRelation, HistorySource } from "../../ports/backtest.ts";
import { listFiles } from "./archive-catalog.ts";
import type { Hex } from "./codecs.ts";
import type { Database } from "./connect.ts";
import type { Schema } from "./schema.ts";

type Trx = Transaction<Schema>;

/** Of one COPY: the embedded engine holds what it gives in memory. */
const BLOCKS_PER_PAGE = 50_000;
const ROWS_PER_PAGE = 100_000;

export function createHistorySource(db: Database): HistorySource {
  return {
    atOneMoment: (use) =>
      db.kysely
        .transaction()
        .setIsolationLevel("repeatable read")
        .execute(async (trx) => {
          // Before the snapshot is taken: no partition leaves for the archive after the list of its files was read.
          await sql`LOCK TABLE flow.fill_packed, flow.lifecycle IN ACCESS SHARE MODE`.execute(trx);
          const { files } = await listFiles({ kysely: trx }, "fill");
          const { finalized_block: finalizedBlock } = await trx
            .selectFrom("flow.chain_state")
            .select("finalized_block")
            .executeTakeFirstOrThrow();
          return use({
            files,
            finalizedBlock,
            facts: await loadFacts(trx, finalizedBlock),
            missing: await loadMissing(trx),
            read: (relation) => read(db, trx, relation, finalizedBlock),
          });
        }),
  };
}

async function* read(
  db: Database,
  trx: Trx,
  relation: HistoryRelation,
  finalized: number,
): ReturnType<HistoryMoment["read"]> {
  if (relation !== "fill") {
    yield* db.copyOut(trx, QUERIES[relation](finalized));
    return;
  }
  const { rows } = await sql<{ first: number | null }>`
    SELECT min(block_number) AS first FROM flow.fill_packed`.execute(trx);
  for (let from = rows[0]?.first ?? finalized + 1; from <= finalized; from += BLOCKS_PER_PAGE) {
    yield* db.copyOut(trx, fillsQuery(from, Math.min(finalized, from + BLOCKS_PER_PAGE - 1)));
  }
}

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::int8`;

const fillsQuery = (from: number, to: number): string => `
  SELECT f.block_number, f.log_index, ${ms("f.occurred_at")}, f.wallet_key, f.token_key,
    (f.traits & 7) + 8 * e.version, f.size_micros, f.cash_micros, f.fee_micros, encode(f.order_hash, 'hex')
  FROM flow.fill_packed f JOIN flow.exchange e ON e.exchange_key = f.traits >> 3
  WHERE f.block_number BETWEEN ${from} AND ${to}`;

/** Columns as in adapters/archive/history/relations.ts. */
const QUERIES: Readonly<Record<Exclude<HistoryRelation, "fill">, (finalized: number) => string>> = {
  wallet: () => "SELECT wallet_key, encode(address, 'hex') FROM flow.wallet",
  token: () => "SELECT token_key, token_id::text FROM flow.token",
  leg: (finalized) => `
    SELECT block_number, log_index, ordinal, leg, ${ms("occurred_at")}, wallet_key, token_key, kind,
      CASE WHEN kind = 6 AND other_key <> 0
        THEN (flow.owner_of(wallet_key) = flow.owner_of(other_key))::int ELSE 0 END,
      amount_micros, cash_micros
    FROM flow.lifecycle WHERE block_number <= ${finalized}`,
};

async function loadMissing(trx: Trx) {
  const held = await trx.selectFrom("flow.coverage").selectAll().orderBy("from_block").execute();
  const ranges = held.map((row) => ({ fromBlock: row.from_block, toBlock: row.to_block }));
  const [first, last] = [ranges[0], ranges.at(-1)];
  if (first === undefined || last === undefined) return [];
  return missingRanges(ranges, first.fromBlock, last.toBlock);
}

async function loadFacts(trx: Trx, finalized: number): Promise<HistoryFacts> {
  const addresses: Address[] = [];
  for await (const rows of pages<{ key: number; address: Hex }>(trx, "wallet_key", "flow.wallet", "address")) {
    for (const { key, address } of rows) addresses[key] = address as Address;
  }
  const markets: (HistoryMarket | undefined)[] = [];
  for await (const rows of pages<MarketRow>(trx, "market_key", "flow.market", MARKET_COLUMNS)) {
    for (const row of rows) markets[row.key] = toMarket(row);
  }
  const tokens = await loadTokens(trx);
  return {
    wallets: Math.max(1, addresses.length),
    address: (wallet) => addresses[wallet] ?? ("" as Address),
    ...tokens,
    markets,
    resolutions: await loadResolutions(trx, finalized),
    books: await loadBooks(trx),
  };
}

async function* pages<Row extends { key: number }>(
  trx: Trx,
  key: string,
  table: string,
  columns: string,
): AsyncGenerator<readonly Row[]> {
  for (let after = -1; ; ) {
    const { rows } = await sql<Row>`SELECT ${sql.raw(key)} AS key, ${sql.raw(columns)} FROM ${sql.table(table)}
      WHERE ${sql.raw(key)} > ${after} ORDER BY 1 LIMIT ${ROWS_PER_PAGE}`.execute(trx);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last.key;
  }
}

type TokenRow = { key: number; token_id: string; market_key: number | null; outcome_index: number | null };

async function loadTokens(trx: Trx): Promise<Pick<HistoryFacts, "tokenMarket" | "tokenOutcome" | "tokenId">> {
  const ids: string[] = [];
  const known: TokenRow[] = [];
  const columns = "token_id::text AS token_id, market_key, outcome_index";
  for await (const rows of pages<TokenRow>(trx, "token_key", "flow.token", columns)) {
    for (const row of rows) {
      ids[row.key] = row.token_id;
      if (row.market_key !== null && row.outcome_index !== null) known.push(row);
    }
  }
  const tokenMarket = new Int32Array(ids.length).fill(-1);
  const tokenOutcome = new Uint8Array(ids.length);
  for (const { key, market_key: market, outcome_index: outcome } of known) {
    tokenMarket[key] = market as number;
    tokenOutcome[key] = outcome as number;
  }
  return { tokenMarket, tokenOutcome, tokenId: (token) => (ids[token] ?? "") as TokenId };
}

const MARKET_COLUMNS = `condition_id, title, outcome_0, outcome_1, category, event_id, starts_at, ends_at,
  tick_size_micros, min_order_size_micros, fee_rate, fee_exponent, is_combo`;

type MarketRow = {
  key: number;
  condition_id: Hex;
  title: string | null;
  outcome_0: string | null;
  outcome_1: string | null;
  category: string | null;
  event_id: string | null;
  starts_at: EpochMs | null;
  ends_at: EpochMs | null;
  tick_size_micros: bigint | null;
  min_order_size_micros: bigint | null;
  fee_rate: number | null;
  fee_exponent: number | null;
  is_combo: boolean;
};

const toMarket = (row: MarketRow): HistoryMarket => ({
  marketId: row.condition_id as string as MarketId,
  title: row.title,
  outcomes: [row.outcome_0, row.outcome_1],
  category: row.category,
  eventId: row.event_id,
  startsAt: row.starts_at,
  endsAt: row.ends_at,
  tickSize: row.tick_size_micros === null ? null : price(row.tick_size_micros),
  minOrderSize: row.min_order_size_micros === null ? null : shares(row.min_order_size_micros),
  fee: row.fee_rate === null ? null : { rate: row.fee_rate, exponent: row.fee_exponent ?? 1 },
  isCombo: row.is_combo,
});

/** Of paper and of live trading: a book is a book. */
async function loadBooks(trx: Trx): Promise<readonly RecordedBook[]> {
  const { rows } = await sql<{ token_key: number; seen: Json }>`SELECT token_key, seen FROM flow.signal
    WHERE seen ->> 'hasBook' = 'true' ORDER BY (seen ->> 'observedAt')::numeric, id`.execute(trx);
  return rows.flatMap(({ token_key: token, seen }) => recordedBook(token, fromJson(seen) as SeenMarket) ?? []);
}

async function loadResolutions(trx: Trx, finalized: number): Promise<readonly HistoryResolution[]> {
  const rows = await trx
    .selectFrom("flow.resolution")
    .selectAll()
    .where("block_number", "<=", finalized)
    .orderBy("block_number")
    .orderBy("log_index")
    .execute();
  return rows.map((row) => ({
    marketKey: row.market_key,
    blockNumber: row.block_number,
    logIndex: row.log_index,
    at: row.resolved_at,
    payoutNumerators: [BigInt(row.numerator_0), BigInt(row.numerator_1)],
  }));
}

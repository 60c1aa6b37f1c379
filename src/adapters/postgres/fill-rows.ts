import type { Transaction } from "kysely";
import { assert } from "../../core/assert.ts";
import type { Address, TokenId } from "../../core/ids/ids.ts";
import type { StoredFill } from "../../ports/chain-store.ts";
import { delayMs } from "./chain-rows.ts";
import type { Database } from "./connect.ts";
import type { DictionaryUse } from "./dictionary.ts";
import type { Schema } from "./schema.ts";

export type ExchangeKeys = ReadonlyMap<string, number>;

/** Columns of flow.fill_packed with their widths in bytes, in the order of `writeRow`. */
const COLUMNS = {
  ...{ occurred_at: 8, size_micros: 8, cash_micros: 8, fee_micros: 8, block_number: 4, log_index: 4 },
  ...{ wallet_key: 4, counterparty_key: 4, token_key: 4, known_delay_ms: 4, match_log_index: 4, traits: 2 },
  ...{ order_hash: 32, tx_hash: 32 },
};
const PARTITION_BLOCKS = 50_000;

/** COPY's binary format: a header, rows of (columns, then width and value of each), and -1 for the number of columns. */
const HEADER = new Uint8Array([...Buffer.from("PGCOPY\n"), 0xff, 0x0d, 0x0a, 0, ...new Array<number>(8).fill(0)]);
const TRAILER = new Uint8Array([0xff, 0xff]);
const WIDTHS = Object.values(COLUMNS);
const ROW_BYTES = 2 + WIDTHS.reduce((sum, width) => sum + 4 + width, 0);
/**
 * All of a range, mostly: the server takes in a piece as a whole before it goes to work on it. In smaller ones, with a socket
 * that holds a thousand rows, it would wait for the next whenever this thread is busy with the next range.
 */
const ROWS_PER_PIECE = 8_192;

/** No column is null and each has a fixed width, so that only values differ. */
const EMPTY_ROW = emptyRow();

function emptyRow(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(ROW_BYTES);
  const view = new DataView(bytes.buffer);
  view.setInt16(0, WIDTHS.length);
  let at = 2;
  for (const width of WIDTHS) {
    view.setInt32(at, width);
    at += 4 + width;
  }
  return bytes;
}

function emptyRows(rows: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(rows * ROW_BYTES);
  bytes.set(EMPTY_ROW);
  // What is there is doubled until there is enough.
  for (let filled = ROW_BYTES; filled < bytes.length; filled *= 2) bytes.copyWithin(filled, 0, filled);
  return bytes;
}

/** Where the value of each column begins in its row. */
const AT = Object.fromEntries(
  Object.keys(COLUMNS).map((name, index) => [
    name,
    2 + WIDTHS.slice(0, index).reduce((sum, width) => sum + 4 + width, 0) + 4,
  ]),
) as Readonly<Record<keyof typeof COLUMNS, number>>;

/** `wallets`: of each fill the wallet and the counterparty. */
type Keys = { readonly wallets: Int32Array; readonly tokens: Int32Array };

const partitionOf = ({ fill }: StoredFill): number => Math.floor(fill.blockNumber / PARTITION_BLOCKS);

/** A block of each partition that these fills belong to. */
export function partitionsOf(fills: readonly StoredFill[]): readonly number[] {
  const partitions = new Set<number>();
  for (const fill of fills) partitions.add(partitionOf(fill));
  return [...partitions].map((partition) => partition * PARTITION_BLOCKS);
}

type InsertDeps = {
  readonly dictionary: DictionaryUse;
  readonly exchanges: ExchangeKeys;
  /** Called when rows have gone out. */
  readonly onWriting?: () => void;
};

/** Into partitions that are there, which `flow.ensure_fill_partition` names. */
export async function insertFills(
  db: Database,
  trx: Transaction<Schema>,
  fills: readonly StoredFill[],
  { dictionary, exchanges, onWriting = () => {} }: InsertDeps,
): Promise<void> {
  if (fills.length === 0) return;
  const wallets = new Array<Address | null>(2 * fills.length);
  const tokens = new Array<TokenId>(fills.length);
  for (let index = 0; index < fills.length; index += 1) {
    const { fill } = fills[index] as StoredFill;
    wallets[2 * index] = fill.wallet;
    wallets[2 * index + 1] = fill.counterparty;
    tokens[index] = fill.tokenId;
  }
  const keys = { wallets: await dictionary.walletKeys(wallets), tokens: await dictionary.tokenKeys(tokens) };
  // In chain order, so that those of one partition follow each other.
  for (let from = 0, to = 0; from < fills.length; from = to) {
    const partition = partitionOf(fills[from] as StoredFill);
    for (to = from + 1; to < fills.length && partitionOf(fills[to] as StoredFill) === partition; ) to += 1;
    const table = `flow.fill_${partition.toString().padStart(5, "0")}`;
    const binary = pieces(fills, from, to, keys, exchanges);
    await db.copyInto(trx, table, Object.keys(COLUMNS), { binary, onSent: onWriting });
  }
}

function* pieces(
  fills: readonly StoredFill[],
  first: number,
  end: number,
  keys: Keys,
  exchanges: ExchangeKeys,
): Generator<Uint8Array<ArrayBuffer>> {
  yield HEADER;
  for (let from = first; from < end; from += ROWS_PER_PIECE) {
    const rows = Math.min(ROWS_PER_PIECE, end - from);
    const bytes = emptyRows(rows);
    const view = new DataView(bytes.buffer);
    for (let row = 0; row < rows; row += 1) {
      const index = from + row;
      const stored = fills[index] as StoredFill;
      writeRow(view, bytes, row * ROW_BYTES, stored, exchanges);
      writeTransaction(bytes, row, stored, fills[index - 1]);
      view.setInt32(row * ROW_BYTES + AT.wallet_key, keys.wallets[2 * index] as number);
      view.setInt32(row * ROW_BYTES + AT.counterparty_key, keys.wallets[2 * index + 1] as number);
      view.setInt32(row * ROW_BYTES + AT.token_key, keys.tokens[index] as number);
    }
    yield bytes;
  }
  yield TRAILER;
}

/** Timestamps of PostgreSQL count microseconds from the start of 2000. */
const EPOCH_2000_MS = 946_684_800_000;
const UINT32 = 4_294_967_296;

function writeRow(
  view: DataView,
  bytes: Uint8Array,
  at: number,
  { fill, occurredAt, knownAt }: StoredFill,
  exchanges: ExchangeKeys,
): void {
  const exchangeKey = exchanges.get(fill.exchange);
  assert(exchangeKey !== undefined, "a fill comes from a known exchange", { exchange: fill.exchange });
  const sells = fill.side === "SELL" ? 1 : 0;
  const isMaker = fill.role === "maker" ? 2 : 0;
  const feeInShares = fill.feeAsset === "shares" ? 4 : 0;
  const micros = (occurredAt - EPOCH_2000_MS) * 1_000;
  view.setInt32(at + AT.occurred_at, Math.floor(micros / UINT32));
  view.setUint32(at + AT.occurred_at + 4, micros >>> 0);
  view.setBigInt64(at + AT.size_micros, fill.size);
  view.setBigInt64(at + AT.cash_micros, fill.cash);
  view.setBigInt64(at + AT.fee_micros, fill.fee);
  view.setInt32(at + AT.block_number, fill.blockNumber);
  view.setInt32(at + AT.log_index, fill.logIndex);
  view.setFloat32(at + AT.known_delay_ms, delayMs(knownAt - occurredAt));
  view.setInt32(at + AT.match_log_index, fill.matchLogIndex ?? -1);
  view.setInt16(at + AT.traits, exchangeKey * 8 + feeInShares + isMaker + sells);
  writeHash(bytes, at + AT.order_hash, fill.orderHash);
}

/** Legs of a match follow each other: what the row before says is copied. */
function writeTransaction(bytes: Uint8Array, row: number, { fill }: StoredFill, before: StoredFill | undefined): void {
  const at = row * ROW_BYTES + AT.tx_hash;
  if (row > 0 && before?.fill.txHash === fill.txHash) bytes.copyWithin(at, at - ROW_BYTES, at - ROW_BYTES + 32);
  else writeHash(bytes, at, fill.txHash);
}

const NIBBLE = new Int8Array(128).fill(-1);
for (let digit = 0; digit < 16; digit += 1) NIBBLE[digit.toString(16).charCodeAt(0)] = digit;

/** @param hash 32 bytes as lower-case `0x…` */
function writeHash(bytes: Uint8Array, at: number, hash: string): void {
  let seen = hash.length === 66 ? 0 : -1;
  for (let index = 0; index < 32; index += 1) {
    const high = NIBBLE[hash.charCodeAt(2 * index + 2)] ?? -1;
    const low = NIBBLE[hash.charCodeAt(2 * index + 3)] ?? -1;
    seen |= high | low;
    bytes[at + index] = (high << 4) | low;
  }
  assert(seen >= 0, "a hash is 32 bytes of lower-case hex", { hash });
}

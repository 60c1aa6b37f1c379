import type { DuckDBValue } from "@duckdb/node-api";
import type { ExchangeVersion, FillRole, Side } from "../../core/chain/fill.ts";
import type { Address, MarketId, OrderHash, TokenId, TxHash } from "../../core/ids/ids.ts";
import type { OutcomeIndex } from "../../core/market/market.ts";
import { shares, usd } from "../../core/money/amounts.ts";
import { epochMs } from "../../core/time/time.ts";
import type { ArchivedFill, FillSource } from "../../ports/archive.ts";

/**
 * The columns of a fill file, in order: name, type in the file, and how the text of the spool becomes it.
 * Hashes and addresses are bytes: measured at 75 bytes a fill against 87 as "0x…" text. Token ids stay decimal text,
 * the form every tool knows: a dictionary per row group makes their length nearly free.
 */
const BYTES = (column: string): string => `unhex(${column}[3:])`;
const COLUMNS: readonly (readonly [name: string, spool: string, made?: (column: string) => string])[] = [
  ["block_number", "INTEGER"],
  ["log_index", "INTEGER"],
  ["timestamp", "BIGINT", (column) => `make_timestamptz(${column} * 1000)`],
  ["known_delay_ms", "BIGINT"],
  ["tx_hash", "VARCHAR", BYTES],
  ["order_hash", "VARCHAR", BYTES],
  ["exchange", "VARCHAR", BYTES],
  ["exchange_version", "TINYINT"],
  ["wallet", "VARCHAR", BYTES],
  ["counterparty", "VARCHAR", BYTES],
  ["token_id", "VARCHAR"],
  ["market_id", "VARCHAR", BYTES],
  ["outcome_index", "TINYINT"],
  ["side", "VARCHAR"],
  ["role", "VARCHAR"],
  ["size_micros", "BIGINT"],
  ["cash_micros", "BIGINT"],
  ["fee_micros", "BIGINT"],
  ["fee_asset", "VARCHAR"],
  ["match_log_index", "INTEGER"],
];

export const FILL_COLUMNS: readonly string[] = COLUMNS.map(([name]) => name);

/** For `read_csv(…, columns = …)`. */
export const spoolColumns = `{${COLUMNS.map(([name, type]) => `'${name}': '${type}'`).join(", ")}}`;
/** From the spool's text to the file's types. */
export const fromSpool = COLUMNS.map(([name, , made]) => `${made?.(name) ?? name} AS ${name}`).join(", ");

/** One line of the spool. No field holds a comma or a quote; an empty field is null. */
export const toSpoolLine = (fill: ArchivedFill): string =>
  `${fill.blockNumber},${fill.logIndex},${fill.occurredAt},${fill.knownAt - fill.occurredAt},${fill.txHash},` +
  `${fill.orderHash},${fill.exchange},${fill.exchangeVersion},${fill.wallet},${fill.counterparty ?? ""},` +
  `${fill.tokenId},${fill.marketId ?? ""},${fill.outcomeIndex ?? ""},${fill.side},${fill.role},${fill.size},` +
  `${fill.cash},${fill.fee},${fill.feeAsset},${fill.matchLogIndex ?? ""}\n`;

const hexOf = (column: string): string => `'0x' || lower(hex(${column}))`;

/** What `readFill` expects, in its order. */
export const readColumns = `block_number, log_index, epoch_ms(timestamp)::DOUBLE, known_delay_ms::DOUBLE, ${hexOf("tx_hash")},
  ${hexOf("order_hash")}, ${hexOf("exchange")}, exchange_version, ${hexOf("wallet")}, ${hexOf("counterparty")}, token_id,
  ${hexOf("market_id")}, outcome_index, side, role, size_micros, cash_micros, fee_micros, fee_asset, match_log_index`;

/** Only for files that this program wrote and the catalog names: brands are applied, nothing is parsed again. */
export function readFill(columns: readonly (readonly DuckDBValue[])[], row: number, source: FillSource): ArchivedFill {
  const at = (column: number): DuckDBValue => columns[column]?.[row] ?? null;
  const occurredAt = at(2) as number;
  return {
    blockNumber: at(0) as number,
    logIndex: at(1) as number,
    txHash: at(4) as TxHash,
    exchange: at(6) as Address,
    exchangeVersion: at(7) as ExchangeVersion,
    orderHash: at(5) as OrderHash,
    wallet: at(8) as Address,
    counterparty: at(9) as Address | null,
    role: at(14) as FillRole,
    side: at(13) as Side,
    tokenId: at(10) as TokenId,
    size: shares(at(15) as bigint),
    cash: usd(at(16) as bigint),
    fee: at(17) as bigint,
    feeAsset: at(18) as "collateral" | "shares",
    matchLogIndex: at(19) as number | null,
    occurredAt: epochMs(occurredAt),
    knownAt: epochMs(occurredAt + (at(3) as number)),
    marketId: at(11) as MarketId | null,
    outcomeIndex: at(12) as OutcomeIndex | null,
    source,
  };
}

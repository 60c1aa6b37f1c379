import type { ExchangeVersion, FillRole, Side } from "../../core/chain/fill.ts";
import type { Address, MarketId, OrderHash, TokenId, TxHash } from "../../core/ids/ids.ts";
import type { OutcomeIndex } from "../../core/market/market.ts";
import { shares, usd } from "../../core/money/amounts.ts";
import { addMs, epochMs } from "../../core/time/time.ts";
import type { ArchivedFill, FillSource } from "../../ports/archive.ts";

/** How a column stands in a line of text: as it is, as bare hex digits, or as milliseconds. */
type Form = "plain" | "hex" | "ms";

/**
 * The columns of a fill file, in order, with the type in a line and whether it may be empty there (null).
 * Hashes and addresses are bytes in the file: 75 bytes a fill against 87 as "0x…" text, measured. Token ids stay
 * decimal text, the form every tool knows: a dictionary per row group makes their length nearly free.
 */
const COLUMNS: readonly (readonly [name: string, type: string, form?: Form])[] = [
  ["block_number", "INTEGER"],
  ["log_index", "INTEGER"],
  ["timestamp", "BIGINT", "ms"],
  ["known_delay_ms", "BIGINT"],
  ["tx_hash", "VARCHAR", "hex"],
  ["order_hash", "VARCHAR", "hex"],
  ["exchange", "VARCHAR", "hex"],
  ["exchange_version", "TINYINT"],
  ["wallet", "VARCHAR", "hex"],
  ["counterparty", "VARCHAR", "hex"],
  ["token_id", "VARCHAR"],
  ["market_id", "VARCHAR", "hex"],
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

const fromText: Readonly<Record<Form, (column: string) => string>> = {
  plain: (column) => column,
  hex: (column) => `unhex(${column})`,
  ms: (column) => `make_timestamptz(${column} * 1000)`,
};
const toText: Readonly<Record<Form, (column: string) => string>> = {
  plain: (column) => `${column}::VARCHAR`,
  hex: (column) => `lower(hex(${column}))`,
  ms: (column) => `epoch_ms(${column})::VARCHAR`,
};

/** For `read_csv(…, columns = …)`. */
export const lineColumns = `{${COLUMNS.map(([name, type]) => `'${name}': '${type}'`).join(", ")}}`;
/** From the types of a line to those of the file. */
export const fromLine = COLUMNS.map(([name, , form = "plain"]) => `${fromText[form](name)} AS ${name}`).join(", ");
/** One text column for a whole row: three times as fast to take over as twenty values. */
export const asLine = `concat_ws(',', ${COLUMNS.map(([name, , form = "plain"]) => `coalesce(${toText[form](name)}, '')`).join(", ")})`;

const bare = (hex: string | null): string => hex?.slice(2) ?? "";

/** No field holds a comma or a quote; an empty one is null. */
export const formatLine = (fill: ArchivedFill): string =>
  `${fill.blockNumber},${fill.logIndex},${fill.occurredAt},${fill.knownAt - fill.occurredAt},${bare(fill.txHash)},` +
  `${bare(fill.orderHash)},${bare(fill.exchange)},${fill.exchangeVersion},${bare(fill.wallet)},` +
  `${bare(fill.counterparty)},${fill.tokenId},${bare(fill.marketId)},${fill.outcomeIndex ?? ""},${fill.side},` +
  `${fill.role},${fill.size},${fill.cash},${fill.fee},${fill.feeAsset},${fill.matchLogIndex ?? ""}`;

/** Only for files that this program wrote and the catalog names: brands are applied, nothing is checked again. */
export function parseLine(line: string, source: FillSource): ArchivedFill {
  const fields = line.split(",");
  const at = (column: number): string => fields[column] as string;
  const hex = (column: number): string => `0x${at(column)}`;
  const orNull = <T>(column: number, read: (column: number) => T): T | null =>
    at(column) === "" ? null : read(column);
  const number = (column: number): number => Number(at(column));
  const occurredAt = epochMs(number(2));
  return {
    blockNumber: number(0),
    logIndex: number(1),
    txHash: hex(4) as TxHash,
    exchange: hex(6) as Address,
    exchangeVersion: number(7) as ExchangeVersion,
    orderHash: hex(5) as OrderHash,
    wallet: hex(8) as Address,
    counterparty: orNull(9, hex) as Address | null,
    role: at(14) as FillRole,
    side: at(13) as Side,
    tokenId: at(10) as TokenId,
    size: shares(BigInt(at(15))),
    cash: usd(BigInt(at(16))),
    fee: BigInt(at(17)),
    feeAsset: at(18) as "collateral" | "shares",
    matchLogIndex: orNull(19, number),
    occurredAt,
    knownAt: addMs(occurredAt, number(3)),
    marketId: orNull(11, hex) as MarketId | null,
    outcomeIndex: orNull(12, number) as OutcomeIndex | null,
    source,
  };
}

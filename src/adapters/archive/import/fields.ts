/** What a column of somebody else's archive may be called, and how its text is read. */
import { name } from "../duckdb.ts";

export type Field =
  | "blockNumber"
  | "logIndex"
  | "txHash"
  | "orderHash"
  | "eventId"
  | "exchange"
  | "time"
  | "maker"
  | "taker"
  | "takerBought"
  | "makerAsset"
  | "takerAsset"
  | "makerAmount"
  | "takerAmount"
  | "fee"
  | "wallet"
  | "token"
  | "market"
  | "outcomeIndex"
  | "outcome"
  | "title"
  | "side"
  | "size"
  | "price"
  | "cash"
  | "kind";

/**
 * Names in lower case without separators, the better one first. Sources: prediction-market-analysis, poly_data,
 * Polymarket_data (orderfilled and trades), Polymarket-v1, polymarket-users, the Data API (v1 and v2), our own files.
 * `usdcSize` is left out on purpose: in the Data API it contains the fee.
 */
const ALIASES: Readonly<Record<Field, readonly string[]>> = {
  blockNumber: ["blocknumber", "block", "blockheight"],
  logIndex: ["logindex", "logidx"],
  txHash: ["transactionhash", "txhash", "tradeid", "transaction", "hash"],
  orderHash: ["orderhash"],
  eventId: ["id"],
  exchange: ["contract", "exchange", "contractaddress", "exchangeaddress"],
  time: ["blocktimestamp", "timestamputc", "timestamp", "blocktime", "datetime", "time"],
  maker: ["maker", "makeraddress"],
  taker: ["taker", "takeraddress"],
  takerBought: ["takerbought"],
  makerAsset: ["makerassetid"],
  takerAsset: ["takerassetid"],
  makerAmount: ["makeramountfilled", "makeramount"],
  takerAmount: ["takeramountfilled", "takeramount"],
  fee: ["fee", "makerfee"],
  wallet: ["proxywallet", "wallet", "walletaddress", "user"],
  token: ["tokenid", "tokenassetid", "assetid", "asset", "predictionid"],
  market: ["conditionid"],
  outcomeIndex: ["outcomeindex"],
  outcome: ["outcome", "answer", "outcomelabel"],
  title: ["title", "question", "marketquestion"],
  side: ["side", "makerdirection"],
  size: ["size", "tokenamount", "quantity"],
  price: ["price"],
  cash: ["usdamount", "usdcamount"],
  kind: ["type"],
};

export type Column = { readonly name: string; readonly type: string };
export type Columns = Readonly<Partial<Record<Field, Column>>>;

const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");

export function recogniseColumns(found: readonly Column[]): { columns: Columns; unrecognised: readonly string[] } {
  const byName = new Map(found.map((column) => [plain(column.name), column]));
  const columns: Partial<Record<Field, Column>> = {};
  const used = new Set<Column>();
  for (const [field, names] of Object.entries(ALIASES) as [Field, readonly string[]][]) {
    const column = names.map((each) => byName.get(each)).find((each) => each !== undefined);
    if (column === undefined) continue;
    columns[field] = column;
    used.add(column);
  }
  // A plain "id" is somebody's row number; only where nothing better is there may it be "transaction_order".
  if (columns.eventId !== undefined && columns.txHash !== undefined) {
    used.delete(columns.eventId);
    delete columns.eventId;
  }
  return { columns, unrecognised: found.filter((each) => !used.has(each)).map((each) => each.name) };
}

export const isFloat = ({ type }: Column): boolean => type === "DOUBLE" || type === "FLOAT";
const isInteger = ({ type }: Column): boolean => /^U?(HUGE|BIG|SMALL|TINY)?INT(EGER)?$/.test(type);
const isTime = ({ type }: Column): boolean => type.startsWith("TIMESTAMP") || type === "DATE";

const NOTHING = "NULL::VARCHAR";

/** Trimmed text; an empty one is null. */
export function textOf(column: Column | undefined): string {
  if (column === undefined) return NOTHING;
  const value = `raw.${name(column.name)}`;
  if (column.type === "BLOB") return `('0x' || lower(hex(${value})))`;
  return `nullif(trim(${value}::VARCHAR), '')`;
}

/** Bytes from text of that many hex digits, with or without 0x, in any case; null when it is something else. */
export function hexOfText(value: string, digits: string): string {
  const bare = `regexp_replace(lower(${value}), '^0x', '')`;
  return `CASE WHEN regexp_full_match(${bare}, '[0-9a-f]{${digits}}') THEN unhex(${bare}) END`;
}

export const hexOf = (column: Column | undefined, digits: string): string => hexOfText(textOf(column), digits);

export const integerOf = (column: Column | undefined, type: "INTEGER" | "TINYINT"): string =>
  `CASE WHEN regexp_full_match(${textOf(column)}, '[0-9]+(\\.0+)?') THEN TRY_CAST(${textOf(column)} AS ${type}) END`;

/** Digits, perhaps with zeros behind a point, as BIGINT. (Decimals of 128 bits would cost ten times the time.) */
const wholeNumber = (value: string): string =>
  `CASE WHEN regexp_full_match(${value}, '[0-9]{1,18}(\\.0+)?') THEN TRY_CAST(split_part(${value}, '.', 1) AS BIGINT) END`;

/** An amount that the source gives in millionths. */
export function microsOf(column: Column | undefined): string {
  if (column === undefined) return "NULL::BIGINT";
  const value = `raw.${name(column.name)}`;
  if (isInteger(column)) return `TRY_CAST(${value} AS BIGINT)`;
  if (isFloat(column)) return `CASE WHEN ${value} = floor(${value}) THEN TRY_CAST(${value} AS BIGINT) END`;
  return wholeNumber(textOf(column));
}

/** An amount in whole dollars or shares, unless its column holds integers: then millionths. */
export const amountOf = (column: Column | undefined): string =>
  column !== undefined && isInteger(column)
    ? microsOf(column)
    : `TRY_CAST(TRY_CAST(${textOf(column)} AS DECIMAL(18, 6)) * 1000000 AS BIGINT)`;

export const holdsMicros = isInteger;

/** Dollars per share; exact as far as the source wrote it. */
export const priceOf = (column: Column | undefined): string => `TRY_CAST(${textOf(column)} AS DECIMAL(19, 18))`;

/** Unix seconds, milliseconds, microseconds or nanoseconds (told apart by their size), or a date; text without a zone is UTC. */
export function timeOf(column: Column | undefined): string {
  if (column === undefined) return "NULL::TIMESTAMPTZ";
  if (isTime(column)) return `raw.${name(column.name)}::TIMESTAMPTZ`;
  if (isInteger(column)) return timeOfNumber(`TRY_CAST(raw.${name(column.name)} AS BIGINT)`);
  if (isFloat(column)) return timeOfNumber(`raw.${name(column.name)}`);
  const value = textOf(column);
  return `CASE WHEN regexp_full_match(${value}, '[0-9]+') THEN ${timeOfNumber(`TRY_CAST(${value} AS BIGINT)`)}
    WHEN regexp_full_match(${value}, '[0-9]+\\.[0-9]+') THEN ${timeOfNumber(`TRY_CAST(${value} AS DOUBLE)`)}
    ELSE TRY_CAST(${value} AS TIMESTAMPTZ) END`;
}

const timeOfNumber = (number: string): string =>
  `CASE WHEN ${number} < 100000000000 THEN make_timestamptz((${number} * 1000000)::BIGINT)
    WHEN ${number} < 100000000000000 THEN make_timestamptz((${number} * 1000)::BIGINT)
    WHEN ${number} < 100000000000000000 THEN make_timestamptz(${number}::BIGINT)
    ELSE make_timestamptz((${number} / 1000)::BIGINT) END`;

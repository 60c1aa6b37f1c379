/** From the columns of a group to what its rows can become, and why they cannot become more. */
import { EXCHANGES } from "../../../core/chain/contracts.ts";
import { InputError } from "../../../core/errors.ts";
import type { ArchiveContent } from "../../../ports/archive.ts";
import type { ColumnUse } from "../../../ports/archive-import.ts";
import { text } from "../duckdb.ts";
import * as read from "./fields.ts";
import type { InputGroup } from "./relation.ts";
import { type Shape, shapeOf } from "./shapes.ts";

export type RowPlan = {
  readonly content: ArchiveContent;
  readonly missingForFills: readonly string[];
  readonly used: readonly ColumnUse[];
  readonly unrecognised: readonly string[];
  readonly remarks: readonly string[];
  /** Canonical column → SQL over `raw`. */
  readonly values: Readonly<Record<string, string>>;
};

/** From here on "CTF Exchange" may be either generation: names without an address are taken for V1 only before. */
const V2_FIRST_BLOCK = Math.min(
  ...EXCHANGES.flatMap(({ version, firstBlock }) => (version > 1 ? [firstBlock ?? Infinity] : [])),
);
/** The V1 fee modules give back most of a fee in a log of their own, which no public archive holds. */
const V1_REFUNDS_FROM = 75_253_526;

const WANTED = [
  "orderFilled: maker, taker, maker_asset_id, taker_asset_id, maker_amount(_filled), taker_amount(_filled), transaction_hash, timestamp; with block_number, log_index, order_hash and fee they become fills",
  "trades: side, asset or token_id, size and price (or usd_amount), timestamp, and where known proxyWallet and transactionHash",
].join("; or ");

/** @throws InputError when the columns are those of neither form */
export function planRows(group: InputGroup, hasBlocks: boolean): RowPlan {
  const { columns, unrecognised } = read.recogniseColumns(group.columns);
  refuseFloatIds(group, columns);
  const shape = shapeOf(columns);
  const place = group.files[0]?.path ?? "";
  const found = group.columns.map((column) => column.name).join(", ");
  if (shape === null || (columns.time === undefined && !hasBlocks)) {
    const missing =
      shape === null ? "what was traded" : "the time (give --blocks a file of block_number and timestamp)";
    throw new InputError("IMPORT_COLUMNS", `${place}: no columns for ${missing}. Found: ${found}. Wanted: ${WANTED}`, {
      path: place,
    });
  }
  const missing = missingForFills(columns);
  const content = missing.length === 0 ? "fill" : "evidence";
  return {
    ...{ content, missingForFills: missing, unrecognised: unrecognised.filter((each) => each !== "filename") },
    used: Object.entries(columns).map(([field, column]) => ({ field, column: column.name })),
    remarks: [...shape.remarks, ...remarksOn(content, columns)],
    values: valuesOf(columns, shape, hasBlocks),
  };
}

function refuseFloatIds({ files }: InputGroup, columns: read.Columns): void {
  for (const column of [columns.makerAsset, columns.takerAsset, columns.token]) {
    if (column === undefined || !read.isFloat(column)) continue;
    const path = files[0]?.path ?? "";
    throw new InputError(
      "IMPORT_LOST_DIGITS",
      `${path}: column ${column.name} holds floating-point numbers, which keep 16 of a token id's 77 digits: write it as text`,
      { path },
    );
  }
}

/** A fill needs its place on the chain, its order, both wallets and the exact amounts and fee of the log. */
function missingForFills(columns: read.Columns): readonly string[] {
  const needed: readonly (readonly [string, boolean])[] = [
    ["block_number", columns.blockNumber !== undefined],
    ["log_index", columns.logIndex !== undefined],
    ["transaction_hash", columns.txHash !== undefined],
    ["order_hash", columns.orderHash !== undefined],
    ["maker", columns.maker !== undefined],
    ["taker", columns.taker !== undefined],
    ["maker_amount and taker_amount", columns.makerAmount !== undefined && columns.takerAmount !== undefined],
    ["fee", columns.fee !== undefined],
  ];
  return needed.filter(([, isThere]) => !isThere).map(([name]) => name);
}

function remarksOn(content: ArchiveContent, columns: read.Columns): readonly string[] {
  if (content === "evidence") {
    return [
      "kept as trade evidence: it cannot be placed on the chain as fills, so no ledger or score reads it",
      columns.txHash === undefined && columns.eventId === undefined
        ? "no transaction hash: equal rows are all kept, a page that was fetched twice counts twice"
        : "rows that are equal in every column are one trade: two equal fills of one transaction cannot be told from a repeated page",
    ];
  }
  return [
    "coverage is not proven: blocks without a row may be gaps of the archive",
    `V1 fees from block ${V1_REFUNDS_FROM} on are before refunds, which the archive does not hold`,
  ];
}

/** The taker's wallet is the trader where only matches are listed; in logs it is the maker. */
function valuesOf(columns: read.Columns, shape: Shape, hasBlocks: boolean): Readonly<Record<string, string>> {
  const isMatch = columns.takerBought !== undefined && columns.side === undefined;
  const [wallet, other] = isMatch ? [columns.taker, columns.maker] : [columns.wallet ?? columns.maker, columns.taker];
  const event = read.textOf(columns.eventId);
  const fromEvent = (part: number): string => read.hexOfText(`split_part(${event}, '_', ${part})`, "64");
  const time = read.timeOf(columns.time);
  return {
    block_number: read.integerOf(columns.blockNumber, "INTEGER"),
    log_index: read.integerOf(columns.logIndex, "INTEGER"),
    timestamp: hasBlocks ? `coalesce(${time}, block_times.mined_at)` : time,
    tx_hash: columns.txHash === undefined ? fromEvent(1) : read.hexOf(columns.txHash, "64"),
    order_hash: columns.orderHash === undefined ? fromEvent(2) : read.hexOf(columns.orderHash, "64"),
    exchange: exchangeOf(columns),
    exchange_name: read.textOf(columns.exchange),
    wallet: read.hexOf(wallet, "40"),
    wallet_text: read.textOf(wallet),
    taker: read.hexOf(other, "40"),
    token_id: `CASE WHEN regexp_full_match(${shape.token}, '[1-9][0-9]{0,77}') THEN ${shape.token} END`,
    market_id: read.hexOf(columns.market, "62|[0-9a-f]{64"),
    outcome_index: `CASE WHEN ${read.textOf(columns.outcomeIndex)} IN ('0', '1') THEN ${read.integerOf(columns.outcomeIndex, "TINYINT")} END`,
    outcome: read.textOf(columns.outcome),
    title: read.textOf(columns.title),
    side: shape.side,
    size_micros: shape.size,
    cash_micros: shape.cash,
    fee_micros: read.microsOf(columns.fee),
    kind: read.textOf(columns.kind),
  };
}

/** An address, or one of the two names the public archives use for V1. */
function exchangeOf({ exchange, blockNumber }: read.Columns): string {
  if (exchange === undefined) return "NULL::BLOB";
  const label = `lower(${read.textOf(exchange)})`;
  const [standard, negRisk] = EXCHANGES.map(({ address }) => `unhex(${text(address.slice(2))})`);
  return `CASE WHEN starts_with(${label}, '0x') THEN ${read.hexOf(exchange, "40")}
    WHEN ${read.integerOf(blockNumber, "INTEGER")} >= ${V2_FIRST_BLOCK} THEN NULL
    WHEN contains(${label}, 'neg') THEN ${negRisk} WHEN contains(${label}, 'exchange') THEN ${standard} END`;
}

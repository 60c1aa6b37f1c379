import type { DuckDBValue } from "@duckdb/node-api";
import type { Side } from "../../core/chain/fill.ts";
import type { Address, MarketId, TokenId, TxHash } from "../../core/ids/ids.ts";
import type { OutcomeIndex } from "../../core/market/market.ts";
import { shares, usd } from "../../core/money/amounts.ts";
import { type EpochMs, epochMs } from "../../core/time/time.ts";
import type { TradeEvidence } from "../../ports/archive.ts";
import { type Duckdb, text } from "./duckdb.ts";

/** The columns of an evidence file, in order; its key is everything but the origin. */
export const EVIDENCE_COLUMNS: readonly string[] = [
  "timestamp",
  "tx_hash",
  "block_number",
  "log_index",
  "wallet",
  "counterparty",
  "token_id",
  "market_id",
  "outcome_index",
  "outcome",
  "title",
  "side",
  "size_micros",
  "cash_micros",
  "fee_micros",
  "origin",
];

const hexOf = (column: string): string => `'0x' || lower(hex(${column}))`;

const readColumns = `epoch_ms(timestamp)::DOUBLE, ${hexOf("tx_hash")}, block_number, log_index, ${hexOf("wallet")},
  ${hexOf("counterparty")}, token_id, ${hexOf("market_id")}, outcome_index, outcome, title, side, size_micros, cash_micros,
  origin`;

export async function* readEvidence(
  duckdb: Duckdb,
  path: string,
  from: EpochMs,
  to: EpochMs,
): AsyncGenerator<readonly TradeEvidence[]> {
  const statement = `SELECT ${readColumns} FROM read_parquet(${text(path)})
    WHERE timestamp BETWEEN make_timestamptz(${from * 1000}::BIGINT) AND make_timestamptz(${to * 1000}::BIGINT)`;
  for await (const columns of duckdb.stream(statement)) {
    yield Array.from({ length: columns[0]?.length ?? 0 }, (_, row) => toEvidence(columns, row));
  }
}

function toEvidence(columns: readonly (readonly DuckDBValue[])[], row: number): TradeEvidence {
  const at = (column: number): DuckDBValue => columns[column]?.[row] ?? null;
  return {
    occurredAt: epochMs(at(0) as number),
    txHash: at(1) as TxHash | null,
    blockNumber: at(2) as number | null,
    logIndex: at(3) as number | null,
    wallet: at(4) as Address | null,
    counterparty: at(5) as Address | null,
    tokenId: at(6) as TokenId,
    marketId: at(7) as MarketId | null,
    outcomeIndex: at(8) as OutcomeIndex | null,
    outcome: at(9) as string | null,
    title: at(10) as string | null,
    side: at(11) as Side,
    size: shares(at(12) as bigint),
    cash: usd(at(13) as bigint),
    origin: at(14) as string,
  };
}

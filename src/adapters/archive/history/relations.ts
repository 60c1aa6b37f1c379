import type { HistoryRelation } from "../../../ports/backtest.ts";

/** Columns of each relation in the order of its lines. Keys are the database's own; hex without 0x; amounts in micros. */
export const RELATIONS: Readonly<Record<HistoryRelation, readonly (readonly [name: string, type: string])[]>> = {
  wallet: [
    ["wallet_key", "INTEGER"],
    ["address", "VARCHAR"],
  ],
  token: [
    ["token_key", "INTEGER"],
    ["token_id", "VARCHAR"],
  ],
  leg: [
    ["block_number", "INTEGER"],
    ["log_index", "INTEGER"],
    ["ordinal", "SMALLINT"],
    ["leg", "SMALLINT"],
    /** Milliseconds since 1970. */
    ["occurred_ms", "DOUBLE"],
    ["wallet_key", "INTEGER"],
    ["token_key", "INTEGER"],
    /** As in flow.lifecycle. */
    ["kind", "TINYINT"],
    /** 1: a transfer between two wallets of one owner */
    ["is_own", "TINYINT"],
    ["amount_micros", "BIGINT"],
    ["cash_micros", "BIGINT"],
  ],
  fill: [
    ["block_number", "INTEGER"],
    ["log_index", "INTEGER"],
    ["occurred_ms", "DOUBLE"],
    ["wallet_key", "INTEGER"],
    ["token_key", "INTEGER"],
    /** As in core/backtest/history.ts. */
    ["traits", "UTINYINT"],
    ["size_micros", "DOUBLE"],
    ["cash_micros", "DOUBLE"],
    ["fee_micros", "DOUBLE"],
    ["order_hash", "VARCHAR"],
  ],
};

export const lineColumns = (relation: HistoryRelation): string =>
  `{${RELATIONS[relation].map(([name, type]) => `'${name}': '${type}'`).join(", ")}}`;

import type { PopulationRelation } from "../../../core/reputation/population-relations.ts";

/**
 * The columns of each relation, in the order of its lines, with their types. Keys are the database's own; hex without 0x;
 * amounts in micros.
 */
export const RELATIONS: Readonly<Record<PopulationRelation, readonly (readonly [name: string, type: string])[]>> = {
  fill: [
    ["wallet_key", "INTEGER"],
    ["token_key", "INTEGER"],
    /** 1: SELL */
    ["is_sell", "TINYINT"],
    /** 1: the fee is shares */
    ["is_fee_in_shares", "TINYINT"],
    ["size_micros", "BIGINT"],
    ["cash_micros", "BIGINT"],
    ["fee_micros", "BIGINT"],
  ],
  leg: [
    ["block_number", "INTEGER"],
    ["log_index", "INTEGER"],
    ["ordinal", "SMALLINT"],
    ["leg", "SMALLINT"],
    ["wallet_key", "INTEGER"],
    ["token_key", "INTEGER"],
    /** As in flow.lifecycle. */
    ["kind", "TINYINT"],
    /** 1: a transfer between two wallets of one owner */
    ["is_own", "TINYINT"],
    ["amount_micros", "BIGINT"],
    ["cash_micros", "BIGINT"],
  ],
  /** Of known markets. */
  token: [
    ["token_key", "INTEGER"],
    ["token_id", "VARCHAR"],
    ["market_key", "INTEGER"],
    ["outcome_index", "TINYINT"],
  ],
  market: [
    ["market_key", "INTEGER"],
    ["condition_id", "VARCHAR"],
    /** In lowest terms; empty: not resolved. */
    ["numerator_0", "BIGINT"],
    ["numerator_1", "BIGINT"],
    /** 1: the ledger still has work to do for it */
    ["is_waiting", "TINYINT"],
  ],
  wallet: [
    ["wallet_key", "INTEGER"],
    ["address", "VARCHAR"],
    /** The first wallet of its owner, or itself. */
    ["owner_key", "INTEGER"],
  ],
  /** The row ledger. */
  unit: [
    ["wallet_key", "INTEGER"],
    ["market_key", "INTEGER"],
    ["shares_0", "BIGINT"],
    ["shares_1", "BIGINT"],
    ["paid_in", "BIGINT"],
    /** Cash in less cash out; once resolved, what was realised. */
    ["money", "BIGINT"],
    ["is_incomplete", "TINYINT"],
  ],
};

import { sql } from "kysely";
import { expect } from "vitest";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import { type Anvil, GENESIS } from "./anvil.ts";
import { type MarketRow, type ResolutionRow, readChainRows, type TradeRow, type WalletRow } from "./anvil-rows.ts";

/** The tables and the node's own logs say the same, row for row, and nothing is held of any other chain. */
export async function expectTablesEqualChain({ kysely }: Database, node: Anvil): Promise<void> {
  const chain = await readChainRows(node);
  const trades = await readStoredTrades({ kysely });
  const markets = await sql<MarketRow>`
    SELECT '0x' || encode(condition_id, 'hex') AS market_id, prepared_block, neg_risk,
      (SELECT json_agg(token_id::text ORDER BY outcome_index) FROM flow.token t WHERE t.market_key = m.market_key) AS tokens
    FROM flow.market m WHERE prepared_block IS NOT NULL ORDER BY condition_id`.execute(kysely);
  const resolutions = await sql<ResolutionRow>`
    SELECT '0x' || encode(condition_id, 'hex') AS market_id, block_number || ':' || log_index AS at,
      extract(epoch FROM resolved_at)::int AS seconds, numerator_0 || '/' || numerator_1 AS payouts
    FROM flow.resolution JOIN flow.market USING (market_key) ORDER BY block_number, log_index`.execute(kysely);
  const wallets = await sql<WalletRow>`
    SELECT '0x' || encode(address, 'hex') AS wallet, total_trades::int AS trades, volume_micros::text AS volume,
      extract(epoch FROM first_trade_at)::int AS first_seconds, extract(epoch FROM last_trade_at)::int AS last_seconds
    FROM flow.wallet_activity JOIN flow.wallet USING (wallet_key) ORDER BY address`.execute(kysely);
  expect({
    trades,
    markets: markets.rows,
    resolutions: resolutions.rows,
    wallets: wallets.rows,
  }).toEqual(chain);
  const quarantined = await sql`SELECT block_number, log_index, reason FROM flow.quarantine`.execute(kysely);
  expect(quarantined.rows).toEqual([]);
  await expectBlocksEqualChain(kysely, node);
}

/** Every block from the first to the newest is covered, and every hash remembered is the chain's. */
async function expectBlocksEqualChain(kysely: Database["kysely"], node: Anvil): Promise<void> {
  const { number } = await node.head();
  const coverage = await sql`SELECT from_block, to_block FROM flow.coverage`.execute(kysely);
  expect(coverage.rows).toEqual([{ from_block: GENESIS.block, to_block: number }]);
  const { rows } = await sql<{ number: number; hash: string }>`
    SELECT block_number AS number, '0x' || encode(hash, 'hex') AS hash FROM flow.block ORDER BY 1`.execute(kysely);
  const standing = await Promise.all(rows.map(async (row) => (await node.block(row.number))?.hash));
  expect(rows.map(({ hash }) => hash)).toEqual(standing);
  expect(rows.at(-1)?.number).toBe(number);
}

export async function readStoredTrades({ kysely }: Pick<Database, "kysely">): Promise<readonly TradeRow[]> {
  const { rows } = await sql<TradeRow>`
    SELECT block_number || ':' || log_index AS at, tx_hash, extract(epoch FROM timestamp)::int AS seconds, exchange,
      exchange_version, order_hash, wallet_address AS wallet, counterparty, is_maker, market_id, outcome_index, token_id,
      side, (size * 1000000)::bigint::text AS size, (usd_amount * 1000000)::bigint::text AS cash,
      (fee_usd * 1000000)::bigint::text AS fee, match_id, is_final
    FROM orderflow_trades ORDER BY block_number, log_index`.execute(kysely);
  return rows;
}

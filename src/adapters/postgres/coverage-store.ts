import { sql } from "kysely";
import { EXCHANGES } from "../../core/chain/contracts.ts";
import { InvariantError } from "../../core/errors.ts";
import {
  type Address,
  type BlockHash,
  type OrderHash,
  parseAddress,
  parseOrderHash,
  parseTxHash,
  type TokenId,
} from "../../core/ids/ids.ts";
import { shares, usd } from "../../core/money/amounts.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { CoverageStore, HeldFill } from "../../ports/coverage-store.ts";
import type { Hex } from "./codecs.ts";
import type { Database } from "./connect.ts";

type FillRow = {
  block_number: number;
  log_index: number;
  tx_hash: Hex;
  exchange: Hex;
  order_hash: Hex;
  wallet: Hex;
  counterparty: Hex | null;
  is_maker: boolean;
  is_sell: boolean;
  token_id: string;
  size_micros: bigint;
  cash_micros: bigint;
  fee_micros: bigint;
  fee_in_shares: boolean;
  match_log_index: number;
  occurred_at: EpochMs;
};

const versions = new Map<Address, HeldFill["exchangeVersion"]>(
  EXCHANGES.map(({ address, version }) => [address, version]),
);

function toFill(row: FillRow): HeldFill {
  const exchange = parseAddress(row.exchange);
  const exchangeVersion = versions.get(exchange);
  if (exchangeVersion === undefined) throw new InvariantError("EXCHANGE_UNKNOWN", "a fill of an unknown exchange");
  return {
    blockNumber: row.block_number,
    logIndex: row.log_index,
    txHash: parseTxHash(row.tx_hash),
    exchange,
    exchangeVersion,
    orderHash: parseOrderHash(row.order_hash) as OrderHash,
    wallet: parseAddress(row.wallet),
    counterparty: row.counterparty === null ? null : parseAddress(row.counterparty),
    role: row.is_maker ? "maker" : "taker",
    side: row.is_sell ? "SELL" : "BUY",
    tokenId: row.token_id as TokenId,
    size: shares(row.size_micros),
    cash: usd(row.cash_micros),
    fee: row.fee_micros,
    feeAsset: row.fee_in_shares ? "shares" : "collateral",
    matchLogIndex: row.match_log_index < 0 ? null : row.match_log_index,
    occurredAt: row.occurred_at,
  };
}

export function createCoverageStore({ kysely }: Database): CoverageStore {
  const toRange = (row: { from_block: number; to_block: number }) => ({
    fromBlock: row.from_block,
    toBlock: row.to_block,
  });
  return {
    async coverage() {
      return (await kysely.selectFrom("flow.coverage").selectAll().orderBy("from_block").execute()).map(toRange);
    },
    async parts({ fromBlock, toBlock }) {
      const rows = await kysely
        .selectFrom("flow.coverage_part")
        .selectAll()
        .where("to_block", ">=", fromBlock)
        .where("from_block", "<=", toBlock)
        .orderBy("from_block")
        .execute();
      return rows.map((row) => ({
        ...toRange(row),
        parentHash: row.parent_hash as BlockHash | null,
        firstHash: row.first_hash as BlockHash | null,
        lastHash: row.last_hash as BlockHash | null,
        endpoint: row.endpoint,
      }));
    },
    async fills({ fromBlock, toBlock }) {
      const { rows } = await sql<FillRow>`
        SELECT f.block_number, f.log_index, f.tx_hash, e.address AS exchange, f.order_hash, w.address AS wallet,
          c.address AS counterparty, f.is_maker, f.is_sell, t.token_id, f.size_micros, f.cash_micros, f.fee_micros,
          f.fee_in_shares, f.match_log_index, f.occurred_at
        FROM flow.fill f
        JOIN flow.exchange e USING (exchange_key)
        JOIN flow.wallet w USING (wallet_key)
        LEFT JOIN flow.wallet c ON c.wallet_key = f.counterparty_key
        JOIN flow.token t USING (token_key)
        WHERE f.block_number BETWEEN ${fromBlock} AND ${toBlock}
        ORDER BY f.block_number, f.log_index`.execute(kysely);
      return rows.map(toFill);
    },
    async quarantined({ fromBlock, toBlock }) {
      const { rows } = await sql<{ at: string }>`
        SELECT block_number || ':' || log_index AS at FROM flow.quarantine
        WHERE block_number BETWEEN ${fromBlock} AND ${toBlock}
          AND reason NOT LIKE 'EFFECT %' AND reason NOT LIKE 'FACT %'
        ORDER BY block_number, log_index`.execute(kysely);
      return rows.map(({ at }) => at);
    },
    async blockHashes({ fromBlock, toBlock }) {
      const rows = await kysely
        .selectFrom("flow.block")
        .select(["block_number", "hash"])
        .where("block_number", ">=", fromBlock)
        .where("block_number", "<=", toBlock)
        .execute();
      return new Map(rows.map((row) => [row.block_number, row.hash as string as BlockHash]));
    },
    async finalizedBlock() {
      const { rows } = await sql<{ n: number }>`SELECT finalized_block AS n FROM flow.chain_state`.execute(kysely);
      return rows[0]?.n ?? -1;
    },
    async archived() {
      const { rows } = await sql<{ from_block: number; to_block: number }>`
        SELECT from_block, to_block FROM flow.archive_file
        WHERE content = 'fill' AND source = 'chain' ORDER BY from_block`.execute(kysely);
      return rows.map(toRange);
    },
  };
}

import { sql } from "kysely";
import type { BlockHash } from "../../core/ids/ids.ts";
import type { CoverageStore } from "../../ports/coverage-store.ts";
import type { Database } from "./connect.ts";
import { type HeldFillRow, heldFillColumns, toHeldFill } from "./held-fill.ts";

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
      const { rows } = await sql<HeldFillRow>`
        SELECT ${heldFillColumns}
        FROM flow.fill f
        JOIN flow.exchange e USING (exchange_key)
        JOIN flow.wallet w USING (wallet_key)
        LEFT JOIN flow.wallet c ON c.wallet_key = f.counterparty_key
        JOIN flow.token t USING (token_key)
        WHERE f.block_number BETWEEN ${fromBlock} AND ${toBlock}
        ORDER BY f.block_number, f.log_index`.execute(kysely);
      return rows.map(toHeldFill);
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

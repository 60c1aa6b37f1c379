/** Units whose cost hangs together: they are replayed together or not at all. */
import { sql, type Transaction } from "kysely";
import type { BlockRange } from "../../../core/reputation/block-ranges.ts";
import type { UnitName } from "../../../core/reputation/ledger-entry.ts";
import { int4Array } from "../codecs.ts";
import type { Schema } from "../schema.ts";

type Trx = Transaction<Schema>;

type MemberRow = { root: number; wallet_key: number; market_key: number };

/**
 * Shares that one unit gave for shares of another took their cost along: in a conversion or a migration, and in a
 * transfer between two wallets of one owner. Followed from unit to unit, over the blocks that are in the ledger.
 * @returns per unit asked for: itself and all that it hangs together with
 */
export async function findCoupledUnits(
  trx: Trx,
  units: readonly UnitName[],
  applied: readonly BlockRange[],
): Promise<readonly (readonly UnitName[])[]> {
  if (units.length === 0) return [];
  const { rows } = await sql<MemberRow>`
    WITH RECURSIVE member (root, wallet_key, market_key) AS (
      SELECT * FROM unnest(${int4Array(units.map((_, root) => root))},
        ${int4Array(units.map(({ walletKey }) => walletKey))}, ${int4Array(units.map(({ marketKey }) => marketKey))})
      UNION
      SELECT m.root, p.wallet_key, pt.market_key
      FROM member m
      JOIN flow.token t ON t.market_key = m.market_key
      JOIN flow.lifecycle l ON l.token_key = t.token_key AND l.wallet_key = m.wallet_key
      JOIN flow.lifecycle p ON p.block_number = l.block_number AND p.log_index = l.log_index
        AND p.ordinal = l.ordinal AND p.leg <> l.leg
      JOIN flow.token pt ON pt.token_key = p.token_key
      WHERE pt.market_key IS NOT NULL AND (l.kind IN (4, 5)
        OR (l.kind = 6 AND flow.owner_of(l.wallet_key) = flow.owner_of(l.other_key)))
        AND EXISTS (SELECT FROM unnest(${int4Array(applied.map((r) => r.fromBlock))},
          ${int4Array(applied.map((r) => r.toBlock))}) AS applied (from_block, to_block)
          WHERE l.block_number BETWEEN applied.from_block AND applied.to_block)
    )
    SELECT * FROM member`.execute(trx);
  const groups = Map.groupBy(rows, ({ root }) => root);
  return units.map((_, root) =>
    (groups.get(root) ?? []).map((row) => ({ walletKey: row.wallet_key, marketKey: row.market_key })),
  );
}

/** Units of these markets that may hang together with others. */
export async function findCouplingUnits(trx: Trx, marketKeys: readonly number[]): Promise<readonly UnitName[]> {
  const { rows } = await sql<{ wallet_key: number; market_key: number }>`
    SELECT DISTINCT l.wallet_key, t.market_key FROM flow.token t JOIN flow.lifecycle l USING (token_key)
    WHERE t.market_key = ANY(${int4Array(marketKeys)}) AND l.kind >= 4`.execute(trx);
  return rows.map((row) => ({ walletKey: row.wallet_key, marketKey: row.market_key }));
}

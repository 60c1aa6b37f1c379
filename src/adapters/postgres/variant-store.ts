import { sql } from "kysely";
import { assert } from "../../core/assert.ts";
import type { VariantStore } from "../../ports/backtest.ts";
import { textArray, ts } from "./codecs.ts";
import { type Database, repeatableTransaction } from "./connect.ts";

export const createVariantStore = (db: Database): VariantStore => ({
  async countWith(hashes, from, to) {
    const { rows } = await sql<{ others: bigint }>`
      SELECT count(*) AS others FROM flow.variant
      WHERE hash <> ALL (${textArray(hashes)}) AND from_at < ${ts(to)} AND to_at > ${ts(from)}`.execute(db.kysely);
    const [row] = rows;
    assert(row !== undefined, "an aggregate gives a row");
    return Number(row.others) + hashes.length;
  },
  record: (variant) =>
    repeatableTransaction(db, async (trx) => {
      await sql`
        INSERT INTO flow.variant (hash, from_at, to_at, parameters, verdict, edge_per_share, tried_at)
        VALUES (${variant.hash}, ${ts(variant.from)}, ${ts(variant.to)}, ${variant.parameters}::jsonb, ${variant.verdict},
          ${variant.edgePerShare}, ${ts(variant.triedAt)})
        ON CONFLICT (hash) DO UPDATE SET verdict = excluded.verdict, edge_per_share = excluded.edge_per_share,
          tried_at = excluded.tried_at`.execute(trx);
    }),
});

import { sql, type Transaction } from "kysely";
import type { PopulationRelation } from "../../core/reputation/population-relations.ts";
import type { PopulationMoment, PopulationSource } from "../../ports/population.ts";
import { listFiles } from "./archive-catalog.ts";
import type { Database } from "./connect.ts";
import type { Schema } from "./schema.ts";

type Trx = Transaction<Schema>;

/** Of one COPY: the embedded engine holds what it gives in memory. */
const BLOCKS_PER_PAGE = 50_000;

/** Reads what the row ledger was made of, and the row ledger; writes nothing. */
export function createPopulationSource(db: Database): PopulationSource {
  return {
    atOneMoment: (use) =>
      db.kysely
        .transaction()
        .setIsolationLevel("repeatable read")
        .execute(async (trx) => {
          // Before the snapshot is taken: no partition leaves for the archive after the list of its files was read.
          await sql`LOCK TABLE flow.fill_packed, flow.lifecycle IN ACCESS SHARE MODE`.execute(trx);
          const { files } = await listFiles({ kysely: trx }, "fill");
          return use({
            files: files.filter(({ source }) => source === "chain"),
            read: (relation) => read(db, trx, relation),
          });
        }),
  };
}

async function* read(db: Database, trx: Trx, relation: PopulationRelation): ReturnType<PopulationMoment["read"]> {
  if (relation !== "fill") {
    yield* db.copyOut(trx, QUERIES[relation]);
    return;
  }
  const { rows } = await sql<{ first: number | null; last: number | null }>`
    SELECT min(block_number) AS first, max(block_number) AS last FROM flow.fill_packed`.execute(trx);
  const [first, last] = [rows[0]?.first ?? 0, rows[0]?.last ?? -1];
  for (let from = first; from <= last; from += BLOCKS_PER_PAGE) {
    yield* db.copyOut(trx, fillsQuery(from, Math.min(last, from + BLOCKS_PER_PAGE - 1)));
  }
}

const APPLIED = "flow.ledger_range a ON a.is_applied AND e.block_number BETWEEN a.from_block AND a.to_block";

const fillsQuery = (from: number, to: number): string => `
  SELECT e.wallet_key, e.token_key, e.traits & 1, (e.traits >> 2) & 1, e.size_micros, e.cash_micros, e.fee_micros
  FROM flow.fill_packed e JOIN ${APPLIED} WHERE e.block_number BETWEEN ${from} AND ${to}`;

/** Columns as in adapters/archive/population/relations.ts. */
const QUERIES: Readonly<Record<Exclude<PopulationRelation, "fill">, string>> = {
  leg: `
    SELECT e.block_number, e.log_index, e.ordinal, e.leg, e.wallet_key, e.token_key, e.kind,
      CASE WHEN e.kind = 6 AND e.other_key <> 0
        THEN (flow.owner_of(e.wallet_key) = flow.owner_of(e.other_key))::int ELSE 0 END,
      e.amount_micros, e.cash_micros
    FROM flow.lifecycle e JOIN ${APPLIED}`,
  token: `
    SELECT token_key, token_id::text, market_key, outcome_index FROM flow.token
    WHERE market_key IS NOT NULL AND outcome_index IS NOT NULL`,
  market: `
    WITH resolution AS (
      SELECT market_key, block_number, div(numerator_0, gcd(numerator_0, numerator_1)) AS numerator_0,
        div(numerator_1, gcd(numerator_0, numerator_1)) AS numerator_1
      FROM flow.resolution WHERE block_number <= (SELECT finalized_block FROM flow.chain_state)),
    waiting AS (
      SELECT market_key FROM flow.ledger_due
      UNION SELECT t.market_key FROM flow.ledger_waiting JOIN flow.token t USING (token_key)
      UNION SELECT e.market_key FROM resolution e LEFT JOIN ${APPLIED} WHERE a.from_block IS NULL
      UNION SELECT t.market_key FROM flow.wallet_owner o JOIN flow.wallet w USING (address)
      JOIN flow.lifecycle l ON l.wallet_key = w.wallet_key AND l.kind = 6 JOIN flow.token t USING (token_key)
      WHERE o.seq > (SELECT owner_seq FROM flow.ledger_state))
    SELECT m.market_key, encode(m.condition_id, 'hex'), r.numerator_0, r.numerator_1,
      (EXISTS (SELECT FROM waiting w WHERE w.market_key = m.market_key))::int
    FROM flow.market m LEFT JOIN resolution r USING (market_key)`,
  wallet: `
    WITH first_wallet AS (
      SELECT o.owner, min(w.wallet_key) AS wallet_key FROM flow.wallet w JOIN flow.wallet_owner o USING (address) GROUP BY 1)
    SELECT w.wallet_key, encode(w.address, 'hex'), coalesce(f.wallet_key, w.wallet_key)
    FROM flow.wallet w LEFT JOIN flow.wallet_owner o USING (address) LEFT JOIN first_wallet f USING (owner)`,
  unit: `
    SELECT wallet_key, market_key, shares_0, shares_1, paid_in,
      CASE WHEN resolved_at IS NULL THEN cash_in - cash_out ELSE realised END, is_incomplete::int
    FROM flow.unit`,
};

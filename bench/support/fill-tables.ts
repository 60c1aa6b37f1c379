import type pg from "pg";
import { PONDER_SCHEMA } from "./ponder.ts";

/** Fills that the listener wrote, and what they take in the database with their indexes. */
export async function sizeOfFills(
  client: pg.Client,
): Promise<{ readonly fills: number; readonly bytesPerFill: number }> {
  const { rows } = await client.query(`
    SELECT (SELECT count(*) FROM flow.fill_packed)::int AS fills, sum(pg_total_relation_size(relid))::float8 AS bytes
    FROM pg_partition_tree('flow.fill_packed')`);
  return { fills: rows[0].fills, bytesPerFill: rows[0].bytes / rows[0].fills };
}

/** @throws Error when a fill is in one of the two tables only, or differs in any decoded column. */
export async function requireSameFills(client: pg.Client): Promise<void> {
  const { rows } = await client.query(`
    WITH ours AS (
      SELECT f.block_number, f.log_index, extract(epoch FROM f.occurred_at)::bigint AS seconds,
        '0x' || encode(f.tx_hash, 'hex') AS tx_hash, '0x' || encode(f.order_hash, 'hex') AS order_hash,
        '0x' || encode(w.address, 'hex') AS maker,
        '0x' || encode(CASE WHEN f.is_maker THEN c.address ELSE e.address END, 'hex') AS taker,
        CASE WHEN f.is_sell THEN 1 ELSE 0 END AS side, t.token_id,
        CASE WHEN f.is_sell THEN f.size_micros ELSE f.cash_micros END AS given,
        CASE WHEN f.is_sell THEN f.cash_micros ELSE f.size_micros END AS received, f.fee_micros AS fee
      FROM flow.fill f JOIN flow.exchange e USING (exchange_key) JOIN flow.wallet w USING (wallet_key)
      JOIN flow.token t USING (token_key) LEFT JOIN flow.wallet c ON c.wallet_key = f.counterparty_key),
    theirs AS (
      SELECT block_number::int, log_index, timestamp::bigint AS seconds, tx_hash, order_hash, maker, taker, side, token_id,
        maker_amount_filled::bigint AS given, taker_amount_filled::bigint AS received, fee::bigint
      FROM ${PONDER_SCHEMA}.fill)
    SELECT count(*)::int AS different FROM ours FULL JOIN theirs USING (block_number, log_index)
    WHERE (ours.seconds, ours.tx_hash, ours.order_hash, ours.maker, ours.taker, ours.side, ours.token_id, ours.given, ours.received, ours.fee)
      IS DISTINCT FROM (theirs.seconds, theirs.tx_hash, theirs.order_hash, theirs.maker, theirs.taker, theirs.side,
        theirs.token_id, theirs.given, theirs.received, theirs.fee)`);
  if (rows[0].different !== 0) throw new Error(`${rows[0].different} fills are not the same as Ponder's`);
}

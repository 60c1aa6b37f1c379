import { sql } from "kysely";

/**
 * Shares of its token that the wallet of the fill `f` held just before it, as decimal text. The ledger knows what it held
 * when its last blocks were applied, also of fills that are in the archive by now; fills and effects since then are
 * added, and where we read late those that the ledger has already are taken back. A wallet cannot have held less than what
 * came last, whatever left before: so nothing is sold below zero, and a ledger that has yet to learn of the market or is
 * computed anew does not say too little of it. Of archived blocks only the effects are still here: they are no such proof.
 */
export const HELD_BEFORE = sql`(
  SELECT greatest(0, max(tail) FILTER (WHERE is_before),
    coalesce((SELECT CASE t.outcome_index WHEN 0 THEN u.shares_0 ELSE u.shares_1 END
      FROM flow.token t JOIN flow.unit u ON u.market_key = t.market_key AND u.wallet_key = f.wallet_key
      WHERE t.token_key = f.token_key), 0)
    + sum(CASE WHEN is_before AND NOT is_applied THEN amount WHEN is_applied AND NOT is_before THEN -amount ELSE 0 END))
  FROM (
    SELECT c.amount, c.is_before,
      sum(c.amount) FILTER (WHERE c.is_before AND c.block_number > (
        SELECT coalesce(max(to_block), -1) FROM flow.archive_file WHERE content = 'fill' AND source = 'chain'
      )) OVER (ORDER BY c.block_number DESC, c.log_index DESC) AS tail,
      EXISTS (SELECT FROM flow.ledger_range r
        WHERE r.is_applied AND c.block_number BETWEEN r.from_block AND r.to_block) AS is_applied
    FROM (
      SELECT b.block_number, b.log_index, (b.block_number, b.log_index) < (f.block_number, f.log_index) AS is_before,
        CASE WHEN b.is_sell THEN -b.size_micros
             WHEN b.fee_in_shares THEN b.size_micros - b.fee_micros
             ELSE b.size_micros END AS amount
      FROM flow.fill b WHERE b.wallet_key = f.wallet_key AND b.token_key = f.token_key
      UNION ALL
      SELECT l.block_number, l.log_index, (l.block_number, l.log_index) < (f.block_number, f.log_index), l.amount_micros
      FROM flow.lifecycle l WHERE l.wallet_key = f.wallet_key AND l.token_key = f.token_key
    ) c
  ) changes
)::text`;

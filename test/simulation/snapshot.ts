import { sql } from "kysely";
import type { Database } from "../../src/adapters/postgres/connect.ts";

/**
 * What the tables say, a line a row, without keys that the database makes and without times at which something was
 * learned: two listeners that have read the same chain agree on it, whatever they went through.
 * Markets and tokens that only replaced blocks spoke of stay known; they are left out as long as no row needs them.
 */
export async function snapshot({ kysely }: Database): Promise<readonly string[]> {
  const { rows } = await sql<{ line: string }>`
    WITH fills AS (
      SELECT f.*, w.address AS wallet, c.address AS counterparty, t.token_id
      FROM flow.fill f JOIN flow.wallet w USING (wallet_key)
        LEFT JOIN flow.wallet c ON c.wallet_key = f.counterparty_key JOIN flow.token t USING (token_key)),
    markets AS (
      SELECT m.* FROM flow.market m WHERE m.prepared_block IS NOT NULL
        OR EXISTS (SELECT FROM flow.resolution r WHERE r.market_key = m.market_key)
        OR EXISTS (SELECT FROM flow.token t JOIN flow.fill_packed f USING (token_key) WHERE t.market_key = m.market_key))
    SELECT concat_ws(' ', 'fill:', block_number, log_index, tx_hash, order_hash, exchange_key, wallet, counterparty, token_id,
      is_sell, is_maker, fee_in_shares, size_micros, cash_micros, fee_micros, match_log_index, occurred_at) AS line FROM fills
    UNION ALL SELECT concat_ws(' ', 'market:', condition_id, neg_risk, prepared_block, title) FROM markets
    UNION ALL SELECT concat_ws(' ', 'token:', token_id, condition_id, outcome_index)
      FROM flow.token JOIN markets USING (market_key)
    UNION ALL SELECT concat_ws(' ', 'token without a market:', t.token_id)
      FROM flow.token t WHERE market_key IS NULL AND EXISTS (SELECT FROM flow.fill_packed f WHERE f.token_key = t.token_key)
    UNION ALL SELECT concat_ws(' ', 'resolution:', condition_id, numerator_0, numerator_1, block_number, log_index, resolved_at)
      FROM flow.resolution JOIN flow.market USING (market_key)
    UNION ALL SELECT concat_ws(' ', 'activity:', address, total_trades, volume_micros, first_trade_at, last_trade_at)
      FROM flow.wallet_activity JOIN flow.wallet USING (wallet_key)
    UNION ALL SELECT concat_ws(' ', 'quarantine:', block_number, log_index, reason, log) FROM flow.quarantine
    UNION ALL SELECT concat_ws(' ', 'effect:', block_number, log_index, ordinal, leg, kind, is_combo, w.address, o.address,
      token_id, amount_micros, cash_micros, occurred_at)
      FROM flow.lifecycle l JOIN flow.wallet w USING (wallet_key) LEFT JOIN flow.wallet o ON o.wallet_key = l.other_key
        JOIN flow.token t USING (token_key)
    UNION ALL SELECT concat_ws(' ', 'question:', block_number, log_index, neg_risk_market_id) FROM flow.neg_risk_question
    UNION ALL SELECT concat_ws(' ', 'question group:', neg_risk_market_id, fee_bips, prepared_block) FROM flow.neg_risk_market
    UNION ALL SELECT concat_ws(' ', 'label:', address, kind, label, block_number) FROM flow.wallet_label
    UNION ALL SELECT concat_ws(' ', 'upgrade:', block_number, log_index, address, implementation, upgraded_at)
      FROM flow.contract_upgrade
    UNION ALL SELECT concat_ws(' ', 'halt:', address, from_block, reason) FROM flow.contract_halt
    UNION ALL SELECT concat_ws(' ', 'owner (stays):', address, owner, kind) FROM flow.wallet_owner
    UNION ALL SELECT concat_ws(' ', 'effects covered:', from_block, to_block) FROM flow.lifecycle_coverage
    UNION ALL SELECT concat_ws(' ', 'coverage:', from_block, to_block) FROM flow.coverage
    UNION ALL SELECT concat_ws(' ', 'finalized:', finalized_block) FROM flow.chain_state
      WHERE finalized_block >= (SELECT min(from_block) FROM flow.coverage)`.execute(kysely);
  return rows.map(({ line }) => line).sort();
}

/** What stays known although the block that said it is no more: arithmetic does not become wrong. */
const STAYS = "owner (stays):";

/** Lines of one and not of the other, as a person reads a difference. */
export function differences(actual: readonly string[], expected: readonly string[]): readonly string[] {
  const [had, wanted] = [new Set(actual), new Set(expected)];
  return [
    ...actual
      .filter((line) => !wanted.has(line) && !line.startsWith(STAYS))
      .map((line) => `only after faults: ${line}`),
    ...expected.filter((line) => !had.has(line)).map((line) => `missing: ${line}`),
  ];
}

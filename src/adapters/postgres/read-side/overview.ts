import { sql } from "kysely";
import type { Row } from "../../../ports/read-side.ts";
import { createCommandStore } from "../command-store.ts";
import type { Database } from "../connect.ts";
import { readOverview as readCounts } from "../overview.ts";

/** Account, today and feed: cheap enough to be asked for every second. */
export async function readState(db: Database): Promise<Row> {
  const { rows } = await sql<Row>`
    SELECT e.mode, e.capital_micros * 0.000001 AS capital_usd, e.cash_micros * 0.000001 AS cash_usd,
      e.equity_micros * 0.000001 AS equity_usd, e.realized_micros * 0.000001 AS realized_pnl_usd,
      (e.equity_micros - e.capital_micros - e.realized_micros) * 0.000001 AS unrealized_pnl_usd,
      (e.equity_micros - coalesce((
        SELECT d.equity_micros FROM flow.performance_day d WHERE d.mode = e.mode
        ORDER BY d.date DESC OFFSET 1 LIMIT 1), e.capital_micros)) * 0.000001 AS day_pnl_usd,
      e.open_positions, e.trading_state, e.entries_stopped_until, e.updated_at
    FROM flow.executor_state e ORDER BY e.updated_at DESC LIMIT 1`.execute(db.kysely);
  const today = await sql<Row>`
    SELECT * FROM orderflow_performance WHERE mode = ${rows[0]?.mode ?? "PAPER"} ORDER BY date DESC LIMIT 1`.execute(
    db.kysely,
  );
  const feed = await sql<Row>`
    SELECT s.head_block, s.finalized_block, s.updated_at,
      (SELECT block_time FROM flow.block ORDER BY block_number DESC LIMIT 1) AS block_time,
      (SELECT count(*)::int FROM flow.command WHERE handled_at IS NULL) AS commands_waiting
    FROM flow.chain_state s`.execute(db.kysely);
  const { isRunning, lastSeenAt } = await createCommandStore(db).sight();
  return {
    account: rows[0] ?? null,
    today: today.rows[0] ?? null,
    feed: feed.rows[0] ?? null,
    executor: { is_running: isRunning, last_seen_at: lastSeenAt, trading_state: rows[0]?.trading_state ?? null },
  };
}

export async function readMode({ kysely }: Database): Promise<"PAPER" | "LIVE"> {
  const { rows } = await sql<{ mode: "PAPER" | "LIVE" }>`
    SELECT mode FROM flow.executor_state ORDER BY updated_at DESC LIMIT 1`.execute(kysely);
  return rows[0]?.mode ?? "PAPER";
}

/** Of everything that was read: adds up every wallet, so not for every second. */
export async function readTotals(db: Database): Promise<Row> {
  const { tiers, signals, positions, ...totals } = await readCounts(db);
  return {
    totals: {
      ...{ fills: totals.fills, wallets: totals.wallets, markets: totals.markets },
      ...{ resolved_markets: totals.resolvedMarkets, quarantined: totals.quarantined, last_fill_at: totals.lastFillAt },
    },
    tiers: tiers.map(({ tier, wallets }) => ({ trader_tier: tier, wallets })),
    signals: signals.map(({ type, reason, ...rest }) => ({ ...rest, signal_type: type, skip_reason: reason })),
    positions: {
      ...{ open: positions.open, closed: positions.closed, resolved: positions.resolved, wins: positions.wins },
      ...{ realized_pnl_usd: positions.realizedPnlUsd, unrealized_pnl_usd: positions.unrealizedPnlUsd },
      fees_usd: positions.feesUsd,
    },
  };
}

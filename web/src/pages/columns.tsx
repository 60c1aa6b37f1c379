/** Columns that several pages show. */

import { UNKNOWN } from "../format/numbers.ts";
import { plain, words } from "../format/text.ts";
import * as column from "../parts/column-kinds.tsx";
import type { Column } from "../parts/table.tsx";
import { Ago, Side, Time } from "../parts/values.tsx";
import type { Position, Signal, Trade } from "../state/rows.ts";

export const tradeColumns: readonly Column<Trade>[] = [
  column.timeOfDay("timestamp", "Time"),
  column.market(),
  column.side("side", "Side", { term: "side" }),
  column.text("outcome", "Outcome", { term: "outcome" }),
  column.price("price", "Price", { term: "price" }),
  column.usd("usd_amount", "Amount"),
  column.wallet("wallet_address", "Wallet", { term: "wallet" }),
  column.tier("trader_tier", "Tier", { term: "traderTier" }),
  column.score("wallet_score", "Score", { term: "score" }),
  {
    key: "role",
    card: "hidden",
    label: "Role",
    term: "role",
    show: (row) => (row.is_maker ? "maker" : "taker"),
    value: (row) => (row.is_maker ? "maker" : "taker"),
  },
];

export const signalColumns: readonly Column<Signal>[] = [
  {
    key: "created_at",
    label: "Time",
    show: (row) => (
      <a href={`/signals/${encodeURIComponent(row.id)}`}>
        <Time at={row.created_at} />
      </a>
    ),
    value: (row) => row.created_at,
  },
  column.code("signal_type", "Type", { term: "signal" }),
  column.market(),
  {
    key: "outcome",
    label: "Side",
    term: "side",
    show: (row) => (
      <span class="nowrap">
        <Side of={row.side} /> {plain(row.outcome ?? UNKNOWN)}
      </span>
    ),
    value: (row) => row.outcome,
  },
  column.wallet("trigger_wallet", "Wallet", { term: "leader" }),
  column.score("wallet_score", "Score", { term: "score", card: "hidden" }),
  column.price("trigger_price", "Its price", { card: "hidden" }),
  column.usd("stake_usd", "Stake", { term: "stakeUsd" }),
  column.status("status", "Status"),
  {
    key: "skip_reason",
    label: "Why",
    term: "refusal",
    card: "full",
    show: (row) => <Why row={row} />,
    value: (row) => row.skip_reason,
  },
  column.gain("profit_loss_usd", "P&L", { term: "realizedPnlUsd" }),
];

export const Why = ({ row }: { row: Signal }) => (
  <a href={`/signals/${encodeURIComponent(row.id)}`}>
    {row.skip_reason === null ? (row.status === "EXECUTED" ? "every check passed" : "details") : words(row.skip_reason)}
  </a>
);

export const positionColumns: readonly Column<Position>[] = [
  column.market(),
  column.text("outcome", "Outcome", { term: "outcome" }),
  column.text("mode", "Mode", { term: "mode", card: "hidden" }),
  column.shares("shares", "Shares", { term: "size" }),
  column.price("entry_price", "Entry", { term: "price" }),
  column.usd("cost_usd", "Cost", { term: "costUsd" }),
];

export const openColumns: readonly Column<Position>[] = [
  ...positionColumns,
  column.price("current_price", "Mark", { term: "mark" }),
  column.gain("unrealized_pnl_usd", "P&L", { term: "unrealizedPnlUsd" }),
  column.wallet("leader", "Leader", { term: "leader" }),
  {
    key: "opened_at",
    label: "Opened",
    show: (row) => (
      <a href={`/positions/${encodeURIComponent(row.id)}`}>
        <Ago at={row.opened_at} />
      </a>
    ),
    value: (row) => row.opened_at,
  },
];

export const closedColumns: readonly Column<Position>[] = [
  ...positionColumns,
  column.price("exit_price", "Exit"),
  column.gain("realized_pnl_usd", "P&L", { term: "realizedPnlUsd" }),
  {
    key: "close_reason",
    label: "Closed by",
    show: (row) => words(row.close_reason ?? "–"),
    value: (row) => row.close_reason,
  },
  column.wallet("leader", "Leader", { term: "leader" }),
  {
    key: "closed_at",
    label: "Closed",
    show: (row) => (
      <a href={`/positions/${encodeURIComponent(row.id)}`}>
        <Time at={row.closed_at} />
      </a>
    ),
    value: (row) => row.closed_at,
  },
];

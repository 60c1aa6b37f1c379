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

const pathOf = (kind: "signals" | "positions", { id }: { id: string }): string => `/${kind}/${encodeURIComponent(id)}`;

export const signalColumns: readonly Column<Signal>[] = [
  column.field("created_at", "Time", (row) => (
    <a href={pathOf("signals", row)}>
      <Time at={row.created_at} />
    </a>
  )),
  column.code("signal_type", "Type", { term: "signal" }),
  column.market(),
  column.field(
    "outcome",
    "Side",
    (row) => (
      <span class="nowrap">
        <Side of={row.side} /> {plain(row.outcome ?? UNKNOWN)}
      </span>
    ),
    { term: "side" },
  ),
  column.wallet("trigger_wallet", "Wallet", { term: "leader" }),
  column.score("wallet_score", "Score", { term: "score", card: "hidden" }),
  column.price("trigger_price", "Its price", { card: "hidden" }),
  column.usd("stake_usd", "Stake", { term: "stakeUsd" }),
  column.status("status", "Status"),
  column.field("skip_reason", "Why", (row) => <Why row={row} />, { term: "refusal", card: "full" }),
  column.gain("profit_loss_usd", "P&L", { term: "realizedPnlUsd" }),
];

/** Why a signal was acted on, or not. */
export const whyText = ({ skip_reason: reason, status }: { skip_reason: string | null; status: string }): string =>
  reason !== null ? words(reason) : status === "EXECUTED" ? "every check passed" : words(status);

const Why = ({ row }: { row: Signal }) => (
  <a href={pathOf("signals", row)}>
    {row.skip_reason === null && row.status !== "EXECUTED" ? "details" : whyText(row)}
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
  column.field("opened_at", "Opened", (row) => (
    <a href={pathOf("positions", row)}>
      <Ago at={row.opened_at} />
    </a>
  )),
];

export const closedColumns: readonly Column<Position>[] = [
  ...positionColumns,
  column.price("exit_price", "Exit"),
  column.gain("realized_pnl_usd", "P&L", { term: "realizedPnlUsd" }),
  column.code("close_reason", "Closed by"),
  column.wallet("leader", "Leader", { term: "leader" }),
  column.field("closed_at", "Closed", (row) => (
    <a href={pathOf("positions", row)}>
      <Time at={row.closed_at} />
    </a>
  )),
];

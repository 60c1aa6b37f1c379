/** Columns that several pages show. */

import { words } from "../format/text.ts";
import type { Column } from "../parts/table.tsx";
import {
  Ago,
  Decimal,
  MarketLink,
  Price,
  Side,
  Signed,
  Status,
  Tier,
  Time,
  Usd,
  WalletLink,
} from "../parts/values.tsx";
import type { Position, Signal, Trade } from "../state/rows.ts";

export const tradeColumns: readonly Column<Trade>[] = [
  {
    key: "timestamp",
    label: "Time",
    show: (row) => <Time at={row.timestamp} seconds />,
    value: (row) => row.timestamp,
  },
  {
    key: "market_title",
    label: "Market",
    card: "title",
    isText: true,
    show: (row) => <MarketLink id={row.market_id} title={row.market_title} />,
    value: (row) => row.market_title,
  },
  { key: "side", label: "Side", term: "side", show: (row) => <Side of={row.side} />, value: (row) => row.side },
  { key: "outcome", label: "Outcome", term: "outcome", show: (row) => row.outcome ?? "–", value: (row) => row.outcome },
  {
    key: "price",
    label: "Price",
    term: "price",
    isRight: true,
    show: (row) => <Price value={row.price} />,
    value: (row) => row.price,
  },
  {
    key: "usd_amount",
    label: "Amount",
    isRight: true,
    show: (row) => <Usd value={row.usd_amount} />,
    value: (row) => row.usd_amount,
  },
  {
    key: "wallet_address",
    label: "Wallet",
    term: "wallet",
    show: (row) => <WalletLink address={row.wallet_address} />,
    value: (row) => row.wallet_address,
  },
  {
    key: "trader_tier",
    label: "Tier",
    term: "traderTier",
    show: (row) => <Tier of={row.trader_tier} />,
    value: (row) => row.trader_tier,
  },
  {
    key: "wallet_score",
    label: "Score",
    term: "score",
    isRight: true,
    show: (row) => <Decimal value={row.wallet_score} digits={1} />,
    value: (row) => row.wallet_score,
  },
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
  {
    key: "signal_type",
    label: "Type",
    term: "signal",
    show: (row) => words(row.signal_type),
    value: (row) => row.signal_type,
  },
  {
    key: "market_title",
    label: "Market",
    card: "title",
    isText: true,
    show: (row) => <MarketLink id={row.market_id} title={row.market_title} />,
    value: (row) => row.market_title,
  },
  { key: "side", label: "Side", term: "side", show: (row) => <Side of={row.side} />, value: (row) => row.side },
  { key: "outcome", label: "Outcome", term: "outcome", show: (row) => row.outcome ?? "–", value: (row) => row.outcome },
  {
    key: "trigger_wallet",
    label: "Wallet",
    term: "leader",
    show: (row) => <WalletLink address={row.trigger_wallet} />,
    value: (row) => row.trigger_wallet,
  },
  {
    key: "wallet_score",
    card: "hidden",
    label: "Score",
    term: "score",
    isRight: true,
    show: (row) => <Decimal value={row.wallet_score} digits={1} />,
    value: (row) => row.wallet_score,
  },
  {
    key: "trigger_price",
    card: "hidden",
    label: "Its price",
    isRight: true,
    show: (row) => <Price value={row.trigger_price} />,
    value: (row) => row.trigger_price,
  },
  {
    key: "stake_usd",
    label: "Stake",
    term: "stakeUsd",
    isRight: true,
    show: (row) => <Usd value={row.stake_usd} />,
    value: (row) => row.stake_usd,
  },
  { key: "status", label: "Status", show: (row) => <Status of={row.status} />, value: (row) => row.status },
  {
    key: "skip_reason",
    label: "Why not",
    term: "refusal",
    card: "full",
    show: (row) => <Why row={row} />,
    value: (row) => row.skip_reason,
  },
  {
    key: "profit_loss_usd",
    label: "P&L",
    term: "realizedPnlUsd",
    isRight: true,
    show: (row) => <Signed value={row.profit_loss_usd} />,
    value: (row) => row.profit_loss_usd,
  },
];

export const Why = ({ row }: { row: Signal }) => (
  <a href={`/signals/${encodeURIComponent(row.id)}`}>
    {row.skip_reason === null ? (row.status === "EXECUTED" ? "why it was done" : "details") : words(row.skip_reason)}
  </a>
);

export const positionColumns: readonly Column<Position>[] = [
  {
    key: "market_title",
    label: "Market",
    card: "title",
    isText: true,
    show: (row) => <MarketLink id={row.market_id} title={row.market_title} />,
    value: (row) => row.market_title,
  },
  { key: "outcome", label: "Outcome", term: "outcome", show: (row) => row.outcome ?? "–", value: (row) => row.outcome },
  {
    key: "shares",
    label: "Shares",
    term: "size",
    isRight: true,
    show: (row) => <Decimal value={row.shares} />,
    value: (row) => row.shares,
  },
  {
    key: "entry_price",
    label: "Entry",
    term: "price",
    isRight: true,
    show: (row) => <Price value={row.entry_price} />,
    value: (row) => row.entry_price,
  },
  {
    key: "cost_usd",
    label: "Cost",
    term: "costUsd",
    isRight: true,
    show: (row) => <Usd value={row.cost_usd} />,
    value: (row) => row.cost_usd,
  },
];

export const openColumns: readonly Column<Position>[] = [
  ...positionColumns,
  {
    key: "current_price",
    label: "Mark",
    term: "mark",
    isRight: true,
    show: (row) => <Price value={row.current_price} />,
    value: (row) => row.current_price,
  },
  {
    key: "unrealized_pnl_usd",
    label: "P&L",
    term: "unrealizedPnlUsd",
    isRight: true,
    show: (row) => <Signed value={row.unrealized_pnl_usd} />,
    value: (row) => row.unrealized_pnl_usd,
  },
  {
    key: "leader",
    label: "Leader",
    term: "leader",
    show: (row) => <WalletLink address={row.leader} />,
    value: (row) => row.leader,
  },
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
  {
    key: "exit_price",
    label: "Exit",
    isRight: true,
    show: (row) => <Price value={row.exit_price} />,
    value: (row) => row.exit_price,
  },
  {
    key: "realized_pnl_usd",
    label: "P&L",
    term: "realizedPnlUsd",
    isRight: true,
    show: (row) => <Signed value={row.realized_pnl_usd} />,
    value: (row) => row.realized_pnl_usd,
  },
  {
    key: "close_reason",
    label: "Closed by",
    show: (row) => words(row.close_reason ?? "–"),
    value: (row) => row.close_reason,
  },
  {
    key: "leader",
    label: "Leader",
    term: "leader",
    show: (row) => <WalletLink address={row.leader} />,
    value: (row) => row.leader,
  },
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

import type { Overview, PositionRow, SignalCount, WalletRow } from "../adapters/postgres/overview.ts";
import {
  renderFitting,
  renderTable,
  shorten,
  shortenMiddle,
  shortHex,
  showCount,
  showPercent,
  showUsd,
} from "./table.ts";

const right = (title: string) => ({ title, align: "right" }) as const;
const left = (title: string) => ({ title }) as const;
const optional = <C extends object>(column: C) => ({ ...column, optional: true }) as const;
const WHOLE = Number.POSITIVE_INFINITY;

export function readTable(overview: Overview): string {
  const last = overview.lastFillAt === null ? "never" : new Date(overview.lastFillAt).toISOString().slice(0, 19);
  return renderTable(
    [left("read"), right("")],
    [
      ["fills", showCount(overview.fills)],
      ["wallets", showCount(overview.wallets)],
      ["markets (resolved)", `${showCount(overview.markets)} (${showCount(overview.resolvedMarkets)})`],
      [
        "block (finalized)",
        overview.headBlock < 0
          ? "none yet"
          : `${showCount(overview.headBlock)} (${showCount(overview.finalizedBlock)})`,
      ],
      ["last fill, UTC", last.replace("T", " ")],
      ["logs in quarantine", showCount(overview.quarantined)],
    ],
  );
}

export const tierTable = (overview: Overview): string =>
  renderTable(
    [left("tier"), right("wallets")],
    overview.tiers.map(({ tier, wallets }) => [tier, showCount(wallets)]),
  );

export const walletTable = (wallets: readonly WalletRow[], width = WHOLE): string =>
  renderFitting(
    [
      left("wallet"),
      right("score"),
      left("tier"),
      optional(right("units")),
      optional(right("won")),
      right("P&L"),
      { title: "followed", shrinks: true },
    ],
    wallets.map((wallet) => [
      shortHex(wallet.wallet),
      wallet.score.toFixed(2),
      wallet.tier,
      showCount(wallet.closedMarkets),
      showPercent(wallet.winRate),
      wallet.totalPnlUsd === null ? "–" : showUsd(wallet.totalPnlUsd, "always"),
      wallet.followEligible ? "yes" : `no: ${wallet.ineligibleReason ?? "unknown"}`,
    ]),
    width,
  );

export const signalTable = (counts: readonly SignalCount[]): string =>
  renderTable(
    [left("signal"), left("status"), left("reason"), right("count")],
    counts.map(({ type, status, reason, count }) => [type, status, reason ?? "", showCount(count)]),
  );

export const positionTable = (positions: readonly PositionRow[], width = WHOLE): string =>
  renderFitting(
    [
      { title: "position", shrinks: "middle" },
      left("outcome"),
      optional(right("shares")),
      optional(right("entry")),
      optional(right("exit")),
      optional(right("cost")),
      right("P&L"),
      left("status"),
    ],
    positions.map((position) => [
      shortenMiddle(position.market ?? shortHex(position.marketId), 52),
      shorten(position.outcome ?? "", 8),
      Number(position.shares).toFixed(2),
      Number(position.entryPrice).toFixed(3),
      position.exitPrice === null ? "" : Number(position.exitPrice).toFixed(3),
      showUsd(position.costUsd),
      showUsd(position.pnlUsd, "always"),
      position.status === "OPEN" ? "open" : `closed: ${(position.closeReason ?? "").toLowerCase()}`,
    ]),
    width,
  );

export function pnlLine({ positions }: Overview): string {
  return (
    `Paper positions: ${showCount(positions.open)} open, ${showCount(positions.closed)} closed, ` +
    `${showCount(positions.wins)} of them won. P&L realised ${showUsd(positions.realizedPnlUsd, "always")}, ` +
    `unrealised ${showUsd(positions.unrealizedPnlUsd, "always")}, fees ${showUsd(positions.feesUsd)}.`
  );
}

import { styleText } from "node:util";
import type { Overview, PositionRow, WalletRow } from "../../adapters/postgres/overview.ts";
import type { EpochMs } from "../../core/time/time.ts";
import { shorten, shortenMiddle, shortHex, showCount, showUsd } from "../table.ts";
import type { DemoOptions } from "./options.ts";

export type DemoState = {
  readonly seconds: number;
  readonly simulatedNow: EpochMs;
  readonly overview: Overview;
  readonly wallets: readonly WalletRow[];
  readonly positions: readonly PositionRow[];
};

const mark = (colours: boolean): string =>
  colours ? styleText(["black", "bgYellow"], " SIMULATED ", { validateStream: false }) : "SIMULATED";

function signalWords({ signals }: Overview): string {
  const total = signals.reduce((sum, { count }) => sum + count, 0n);
  const executed = signals.reduce((sum, { count, status }) => (status === "EXECUTED" ? sum + count : sum), 0n);
  return `${showCount(total)} signals, ${showCount(executed)} executed`;
}

function positionLine(position: PositionRow): string {
  const open = position.status === "OPEN";
  const state = open ? "open  " : "closed";
  const prices = `${Number(position.entryPrice).toFixed(3)}${open ? "" : ` → ${Number(position.exitPrice ?? 0).toFixed(3)}`}`;
  const pnl = `${open ? "so far " : ""}${showUsd(position.pnlUsd, "always")}`;
  const title = shortenMiddle(position.market ?? shortHex(position.marketId), 46).padEnd(46);
  return `  ${state} ${title} ${shorten(position.outcome ?? "", 6).padEnd(6)} ${prices.padEnd(14)} ${pnl}`;
}

/** The state as a few lines; the first two carry the essentials. */
export function renderPanel(state: DemoState, { speed, seed }: DemoOptions, colours: boolean): readonly string[] {
  const { overview, wallets, positions, seconds } = state;
  const time = new Date(state.simulatedNow).toISOString().slice(11, 19);
  const tiers = overview.tiers.map(({ tier, wallets: count }) => `${tier} ${showCount(count)}`).join("  ");
  const totals = overview.positions;
  return [
    `${mark(colours)} ${Math.floor(seconds)} s · simulated time ${time} UTC, ${speed} times as fast · seed ${seed} · block ${overview.headBlock}`,
    `${mark(colours)} ${showCount(overview.fills)} fills · ${showCount(overview.resolvedMarkets)} of ${showCount(overview.markets)} markets resolved · ` +
      `${signalWords(overview)} · positions ${showCount(totals.open)} open, ${showCount(totals.closed)} closed · P&L ${showUsd(totals.realizedPnlUsd, "always")}`,
    tiers === "" ? "  no scores yet" : `  tiers  ${tiers}`,
    ...wallets.map(
      (wallet) =>
        `  ${shortHex(wallet.wallet)}  ${wallet.score.toFixed(2)}  ${wallet.tier.padEnd(7)}  ${wallet.closedMarkets} units  ${
          wallet.totalPnlUsd === null ? "" : showUsd(wallet.totalPnlUsd, "always")
        }`,
    ),
    ...positions.map(positionLine),
  ];
}

import type { CheckRow, PerformanceRow, SignalReasons, SignalRow } from "../adapters/postgres/operator-reads.ts";
import type { PositionRow } from "../adapters/postgres/overview.ts";
import type { ModelView } from "../core/signals/signal.ts";
import type { EpochMs } from "../core/time/time.ts";
import type { ExecutorSight } from "../ports/command-store.ts";
import { type Column, renderFitting, renderTable, shortHex, showPercent, showUsd } from "./table.ts";

const left = (title: string): Column => ({ title });
const right = (title: string): Column => ({ title, align: "right" });
const shrinking = (title: string): Column => ({ title, shrinks: true });
const title = (name: string): Column => ({ title: name, shrinks: "middle" });
const optional = (column: Column): Column => ({ ...column, optional: true });

const timeText = (at: EpochMs): string => new Date(at).toISOString().slice(0, 19).replace("T", " ");
const dollars = (amount: string | null): string => (amount === null ? "" : showUsd(amount));
const signed = (amount: string | null): string => (amount === null ? "" : showUsd(amount, "always"));
const priceText = (price: string | null): string => (price === null ? "" : Number(price).toFixed(3));
const ratio = (value: number | null): string => (value === null ? "–" : value.toFixed(2));

/** Beside the signal's own status PENDING would be taken for that. */
const standing = (outcomeStatus: string | null): string =>
  outcomeStatus === "PENDING" ? "open" : (outcomeStatus ?? "");

export function sightLine({ isRunning, lastSeenAt, tradingState }: ExecutorSight): string {
  const state = tradingState ?? "ACTIVE";
  if (isRunning) return `Executor: running, trading is ${state}.`;
  const since = lastSeenAt === null ? "it has never run here" : `last sign of life ${timeText(lastSeenAt)} UTC`;
  return `Executor: not running, ${since}; trading will start ${state}.`;
}

export const signalsTable = (signals: readonly SignalRow[], width: number): string =>
  renderFitting(
    [
      left("id"),
      optional(left("time, UTC")),
      left("status"),
      shrinking("reason or result"),
      title("market"),
      optional(shrinking("outcome")),
      optional(right("price")),
      optional(right("whale's")),
      optional(right("stake")),
      right("score"),
      optional(left("wallet")),
    ],
    signals.map((signal) => [
      signal.id,
      timeText(signal.createdAt).slice(5),
      signal.status,
      signal.reason ?? (signal.profitUsd === null ? standing(signal.outcomeStatus) : signed(signal.profitUsd)),
      signal.market ?? "",
      signal.outcome ?? "",
      priceText(signal.triggerPrice),
      dollars(signal.triggerUsd),
      dollars(signal.stakeUsd),
      signal.walletScore.toFixed(1),
      shortHex(signal.wallet),
    ]),
    width,
  );

export const positionsTable = (positions: readonly PositionRow[], width: number): string =>
  renderFitting(
    [
      left("id"),
      optional(left("mode")),
      title("market"),
      shrinking("outcome"),
      optional(right("shares")),
      optional(right("entry")),
      optional(right("exit")),
      right("cost"),
      right("P&L"),
      left("status"),
      optional(left("opened, UTC")),
    ],
    positions.map((position) => [
      position.id,
      position.mode.toLowerCase(),
      position.market ?? shortHex(position.marketId),
      position.outcome ?? "",
      Number(position.shares).toFixed(2),
      priceText(position.entryPrice),
      priceText(position.exitPrice),
      dollars(position.costUsd),
      signed(position.pnlUsd),
      position.status === "OPEN" ? "open" : (position.closeReason ?? "closed").toLowerCase(),
      timeText(position.openedAt).slice(5),
    ]),
    width,
  );

export const performanceTable = (days: readonly PerformanceRow[], width: number): string =>
  renderFitting(
    [
      left("day"),
      optional(left("mode")),
      optional(right("signals")),
      optional(right("done")),
      optional(right("won")),
      optional(right("lost")),
      right("win rate"),
      right("net P&L"),
      optional(right("reversed")),
      optional(right("fees")),
      right("equity"),
      right("drawdown"),
      optional(right("Sharpe")),
      optional(right("profit factor")),
    ],
    days.map((day) => [
      day.date,
      day.mode,
      ...[day.signals, day.executed, day.wins, day.losses].map(String),
      showPercent(day.winRate),
      signed(day.netPnlUsd),
      signed(day.controlPnlUsd),
      dollars(day.feesUsd),
      dollars(day.equityUsd),
      `${day.maxDrawdownPct.toFixed(1)} %`,
      ratio(day.sharpeRatio),
      ratio(day.profitFactor),
    ]),
    width,
  );

/** Inputs, the score as it stood, the book as it was seen, and each check with its figures. */
export function reasonsText({ signal, checks }: SignalReasons, width: number): string {
  const { book_seen: book, model, ...facts } = signal;
  const lines = Object.entries(facts).filter(([, value]) => value !== null);
  const table = renderFitting(
    [left("signal"), shrinking(String(signal.id))],
    lines.filter(([name]) => name !== "id").map(([name, value]) => [name, factText(name, value)]),
    width,
  );
  const said = model === null || model === undefined ? [] : [modelText(model as ModelView, width)];
  return [table, ...said, bookText(book as SeenBook | null), checksText(checks, width)].join("\n\n");
}

function factText(name: string, value: unknown): string {
  if (typeof value === "number" && /_at$/.test(name)) return timeText(value as EpochMs);
  if (typeof value === "number" && !Number.isInteger(value)) return value.toFixed(4);
  const text = String(value);
  return /^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, "") : text;
}

const modelText = ({ hash, probability, lowerProbability, margin, features }: ModelView, width: number): string =>
  [
    `Model ${hash}: probability ${probability.toFixed(4)}, proven of it ${lowerProbability.toFixed(4)}, margin ${margin} USD.`,
    renderFitting(
      [left("feature"), right("value")],
      Object.entries(features).map(([name, value]) => [name, value.toFixed(4)]),
      width,
    ),
  ].join("\n");

type SeenBook = {
  readonly bids: readonly (readonly [string, string])[];
  readonly asks: readonly (readonly [string, string])[];
  readonly hasBook: boolean;
  readonly tickSize: string | null;
  readonly minOrderSize: string | null;
  readonly feeRate: number | null;
  readonly observedAt: EpochMs;
  readonly chainAsOf: EpochMs | null;
};

function bookText(book: SeenBook | null): string {
  if (book === null) return "No book was looked at.";
  const chain = book.chainAsOf === null ? "no block" : `chain as of ${timeText(book.chainAsOf)}`;
  const seen = `Book as seen at ${timeText(book.observedAt)} UTC (${chain})`;
  if (!book.hasBook) return `${seen}: the venue had none.`;
  const depth = Math.max(book.bids.length, book.asks.length);
  const rows = Array.from({ length: depth }, (_, index) => {
    const [bid, ask] = [book.bids[index], book.asks[index]];
    return [bid?.[1] ?? "", bid?.[0] ?? "", ask?.[0] ?? "", ask?.[1] ?? ""];
  });
  const levels = renderTable(["bid size", "bid", "ask", "ask size"].map(right), rows);
  return `${seen}, tick ${book.tickSize}, least ${book.minOrderSize} shares, fee rate ${book.feeRate ?? 0}:\n${levels}`;
}

const checksText = (checks: readonly CheckRow[], width: number): string =>
  checks.length === 0
    ? "No risk check was made: it ended before."
    : renderFitting(
        [right(""), left("check"), shrinking("limit"), shrinking("value"), left("")],
        checks.map(({ step, code, limit, value, passed }) => [
          String(step),
          code,
          limit,
          value,
          passed ? "passed" : "REFUSED",
        ]),
        width,
      );

import { subUsd, toNumber, type UsdMicros } from "../money/amounts.ts";
import { DAILY_CLOSES_MAX, type DayRecord, type EquityRecord } from "./day.ts";

/** One row of `orderflow_performance`: what a backtest, paper and live trading report alike. */
export type PerformanceRow = {
  readonly date: string;
  readonly signals: number;
  readonly executed: number;
  readonly wins: number;
  readonly losses: number;
  /** null: nothing closed. */
  readonly winRate: number | null;
  readonly grossUsd: UsdMicros;
  readonly feesUsd: UsdMicros;
  readonly netUsd: UsdMicros;
  /** Cost of what is held at the end of the day. */
  readonly deployedUsd: UsdMicros;
  readonly equityUsd: UsdMicros;
  /** Deepest fall from a peak from the beginning up to this day, in percent. */
  readonly maxDrawdownPct: number;
  /** From daily returns up to this day; null below 20 of them. */
  readonly sharpe: number | null;
  /** Won over lost on this day; null: nothing lost. */
  readonly profitFactor: number | null;
};

/** @param startUsd the equity that the first day began with. */
export function summarizeDay(
  day: DayRecord,
  equity: EquityRecord,
  account: { readonly startUsd: UsdMicros; readonly deployedUsd: UsdMicros },
): PerformanceRow {
  const closed = day.wins + day.losses;
  return {
    date: day.date,
    signals: day.signals,
    executed: day.executed,
    wins: day.wins,
    losses: day.losses,
    winRate: closed === 0 ? null : day.wins / closed,
    grossUsd: day.grossUsd,
    feesUsd: day.feesUsd,
    netUsd: subUsd(day.grossUsd, day.feesUsd),
    deployedUsd: account.deployedUsd,
    equityUsd: equity.equityUsd,
    maxDrawdownPct: equity.maxDrawdown * 100,
    sharpe: sharpeOf(equity, account.startUsd),
    profitFactor: day.lostUsd === 0n ? null : toNumber(day.wonUsd) / toNumber(day.lostUsd),
  };
}

/** A day may have thousands of signals between two changes of the equity, each with a row of the day. */
const sharpes = new WeakMap<EquityRecord, { readonly startUsd: UsdMicros; readonly sharpe: number | null }>();

function sharpeOf(equity: EquityRecord, startUsd: UsdMicros): number | null {
  const known = sharpes.get(equity);
  if (known?.startUsd === startUsd) return known.sharpe;
  // Of a long series the oldest days are gone: then it does not begin with the account.
  const begin = equity.dailyCloseUsd.length < DAILY_CLOSES_MAX ? [startUsd] : [];
  const sharpe = computeSharpe(dailyReturns([...begin, ...equity.dailyCloseUsd, equity.equityUsd]));
  sharpes.set(equity, { startUsd, sharpe });
  return sharpe;
}

export const SHARPE_DAYS_MIN = 20;
/** The venue trades every day of the year. */
const DAYS_PER_YEAR = 365;

/** Each day's equity over the day before, less 1. A day that begins with nothing ends the series. */
export function dailyReturns(closes: readonly UsdMicros[]): readonly number[] {
  const returns: number[] = [];
  for (let day = 1; day < closes.length; day += 1) {
    const before = closes[day - 1];
    const after = closes[day];
    if (before === undefined || after === undefined || before <= 0n) break;
    returns.push(toNumber(after) / toNumber(before) - 1);
  }
  return returns;
}

/** Mean over sample standard deviation of daily returns, times √365. Null below 20 days or where nothing varies. */
export function computeSharpe(returns: readonly number[]): number | null {
  if (returns.length < SHARPE_DAYS_MIN) return null;
  const mean = returns.reduce((sum, each) => sum + each, 0) / returns.length;
  const variance = returns.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (returns.length - 1);
  return variance === 0 ? null : (mean / Math.sqrt(variance)) * Math.sqrt(DAYS_PER_YEAR);
}

/** What became of the account: the figures that paper and live trading report, with intervals clustered by event. */
import type { Position } from "../execution/position.ts";
import { addUsd, subUsd, toNumber, type UsdMicros, ZERO_USD } from "../money/amounts.ts";
import { computeSharpe, dailyReturns } from "../performance/summary.ts";
import { DAY_MS, type EpochMs } from "../time/time.ts";
import { CLUSTERS_MIN, type Interval, quantile } from "./bootstrap.ts";
import type { Draw } from "./random.ts";
import type { RunOptions, RunRecord } from "./run.ts";

/** A figure, and where it lies in 95 of 100 draws of the events; null: too few of them. */
export type Figure = { readonly value: number | null; readonly interval: Interval | null };

export type AccountResult = {
  readonly startUsd: UsdMicros;
  readonly endUsd: UsdMicros;
  readonly netUsd: UsdMicros;
  readonly realizedUsd: UsdMicros;
  readonly feesUsd: UsdMicros;
  readonly averageProfitUsd: UsdMicros | null;
  readonly trades: number;
  readonly wins: number;
  readonly openPositions: number;
  readonly events: number;
  readonly totalReturn: Figure;
  readonly sharpe: Figure;
  readonly maxDrawdown: Figure;
  readonly winRate: Figure;
  readonly averageProfit: Figure;
  readonly profitFactor: Figure;
  /** Bought and sold, over the capital. */
  readonly turnover: number;
  /** Share of the capital that was at stake, on average over time. */
  readonly exposure: number;
};

const ROUNDS = 1_000;

export function judgeAccount(record: RunRecord, { engine, from }: RunOptions, draw: Draw): AccountResult {
  const { state, positions, days, endedAt } = record;
  const closed = positions.filter(({ status }) => status === "CLOSED");
  const wins = closed.filter(({ realizedUsd }) => realizedUsd > 0n).length;
  const startUsd = engine.capitalUsd;
  const endUsd = state.equity.equityUsd;
  const netUsd = subUsd(endUsd, startUsd);
  const realizedUsd = closed.reduce((sum, { realizedUsd: each }) => addUsd(sum, each), ZERO_USD);
  const last = days.at(-1);
  const clusters = clusterTrades(closed, from);
  const dayCount = Math.max(1, Math.ceil((endedAt - from) / DAY_MS));
  const drawn = clusters.length < CLUSTERS_MIN ? null : resample(clusters, toNumber(startUsd), dayCount, draw);
  const figure = (value: number | null, name: keyof Sampled): Figure => ({
    value,
    interval: drawn === null || value === null ? null : intervalOf(drawn.map((each) => each[name])),
  });
  const factor = profitFactor(closed.map(({ realizedUsd: each }) => toNumber(each)));
  const average = closed.length === 0 ? null : ((realizedUsd / BigInt(closed.length)) as UsdMicros);
  return {
    ...{ startUsd, endUsd, netUsd, realizedUsd, averageProfitUsd: average },
    feesUsd: positions.reduce((sum, each) => addUsd(sum, addUsd(each.entryFeesUsd, each.exitFeesUsd)), ZERO_USD),
    ...{ trades: closed.length, wins, openPositions: positions.length - closed.length, events: clusters.length },
    totalReturn: figure(toNumber(netUsd) / toNumber(startUsd), "totalReturn"),
    sharpe: figure(last?.sharpe ?? null, "sharpe"),
    maxDrawdown: figure(state.equity.maxDrawdown, "maxDrawdown"),
    winRate: figure(closed.length === 0 ? null : wins / closed.length, "winRate"),
    averageProfit: figure(closed.length === 0 ? null : toNumber(realizedUsd) / closed.length, "averageProfit"),
    profitFactor: figure(factor, "profitFactor"),
    turnover: toNumber(turnoverOf(positions)) / toNumber(startUsd),
    exposure: exposureOf(positions, toNumber(startUsd), from, endedAt),
  };
}

/** Positions of one event share their fate. */
export const clusterOf = ({ eventId, marketId }: Pick<Position, "eventId" | "marketId">): string => eventId ?? marketId;

type Trade = { readonly at: number; readonly day: number; readonly profit: number };

function clusterTrades(closed: readonly Position[], from: EpochMs): readonly (readonly Trade[])[] {
  const trade = ({ closedAt, realizedUsd }: Position): Trade => ({
    at: closedAt ?? from,
    day: Math.max(0, Math.floor(((closedAt ?? from) - from) / DAY_MS)),
    profit: toNumber(realizedUsd),
  });
  return [...Map.groupBy(closed, clusterOf).values()].map((list) => list.map(trade));
}

type Sampled = Readonly<
  Record<"totalReturn" | "sharpe" | "maxDrawdown" | "winRate" | "averageProfit" | "profitFactor", number | null>
>;

/** Events drawn with replacement, each with its trades on their days. */
function resample(
  clusters: readonly (readonly Trade[])[],
  start: number,
  days: number,
  draw: Draw,
): readonly Sampled[] {
  return Array.from({ length: ROUNDS }, () => {
    const trades = clusters.flatMap(() => clusters[Math.floor(draw() * clusters.length)] as readonly Trade[]);
    const daily = new Float64Array(days + 1);
    for (const { day, profit } of trades) daily[Math.min(day, days)] = (daily[Math.min(day, days)] as number) + profit;
    const profits = trades.map(({ profit }) => profit);
    const total = profits.reduce((sum, each) => sum + each, 0);
    const closes = [start];
    for (const profit of daily) closes.push((closes.at(-1) as number) + profit);
    return {
      totalReturn: total / start,
      sharpe: computeSharpe(dailyReturns(closes.map((usd) => BigInt(Math.round(usd * 1e6)) as UsdMicros))),
      maxDrawdown: drawdownOf(start, trades),
      winRate: profits.filter((profit) => profit > 0).length / profits.length,
      averageProfit: total / profits.length,
      profitFactor: profitFactor(profits),
    };
  });
}

function intervalOf(values: readonly (number | null)[]): Interval | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (sorted.length < ROUNDS / 2) return null;
  return { low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}

function profitFactor(profits: readonly number[]): number | null {
  const won = profits.reduce((sum, each) => sum + Math.max(0, each), 0);
  const lost = profits.reduce((sum, each) => sum - Math.min(0, each), 0);
  return lost === 0 ? null : won / lost;
}

/** Of closed trades one after the other: what open ones were worth meanwhile is not drawn again. */
function drawdownOf(start: number, trades: readonly Trade[]): number {
  let [equity, peak, deepest] = [start, start, 0];
  for (const { profit } of trades.toSorted((a, b) => a.at - b.at)) {
    equity += profit;
    peak = Math.max(peak, equity);
    deepest = Math.max(deepest, (peak - equity) / peak);
  }
  return deepest;
}

function turnoverOf(positions: readonly Position[]): UsdMicros {
  return positions.reduce(
    (sum, each) =>
      addUsd(sum, addUsd(each.entryCashUsd, each.closeReason === "RESOLUTION" ? ZERO_USD : each.exitCashUsd)),
    ZERO_USD,
  );
}

function exposureOf(positions: readonly Position[], start: number, from: EpochMs, to: EpochMs): number {
  if (to <= from) return 0;
  const stakeTime = positions.reduce((sum, { entryCashUsd, entryFeesUsd, openedAt, closedAt }) => {
    return sum + toNumber(addUsd(entryCashUsd, entryFeesUsd)) * ((closedAt ?? to) - openedAt);
  }, 0);
  return stakeTime / start / (to - from);
}

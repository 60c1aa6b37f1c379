/** The figures of a sweep as text, for terminal and page alike. */
import type { GridValue } from "../../core/backtest/sweep/grid.ts";
import type { DayRange, Objective } from "../../core/backtest/sweep/objective.ts";
import type { JudgedWindow } from "../../core/backtest/sweep/walk-forward.ts";
import { addMs, DAY_MS, isoDate } from "../../core/time/time.ts";
import type { SweepReport, SweepRow } from "../../services/backtest/sweep-report.ts";
import { cents, count, dollars, percent, plain, time } from "./figures.ts";

export const showValue = (value: GridValue): string => (value === null ? "none" : String(value));

/** What varies, of one variant. */
export const pointText = ({ plan: { grid } }: SweepReport, { point }: Pick<SweepRow, "point">): string =>
  Object.entries(point)
    .filter(([name]) => (grid[name]?.length ?? 0) > 1)
    .map(([name, value]) => `${name} ${showValue(value)}`)
    .join(", ");

const FORMATS: Readonly<Record<Objective, (value: number) => string>> = {
  profit: plain,
  sharpe: plain,
  edge: cents,
};
export const OBJECTIVE_TITLES: Readonly<Record<Objective, string>> = {
  profit: "USD a day",
  sharpe: "Sharpe ratio",
  edge: "edge a share",
};

export const objectiveText = ({ plan }: SweepReport, value: number | null): string =>
  value === null ? "–" : FORMATS[plan.objective](value);

const share = (value: number | null): string => (value === null ? "–" : value.toFixed(2));

export const variantHead = (report: SweepReport): readonly string[] => [
  ...["variant", OBJECTIVE_TITLES[report.plan.objective]],
  ...(report.plan.objective === "profit" ? [] : ["profit USD"]),
  ...["trades", "won", "drawdown", "signals", "edge a share", "corrected"],
];

/** @param place of the row */
export function variantCells(report: SweepReport, place: number): readonly string[] {
  const row = report.rows[place] as SweepRow;
  const { profits, trades, wins, maxDrawdown, signals, edge } = row.figures;
  return [
    ...[pointText(report, row), objectiveText(report, report.judgement.values[place] ?? null)],
    ...(report.plan.objective === "profit" ? [] : [plain(profits.reduce((sum, each) => sum + each, 0))]),
    ...[count(trades), trades === 0 ? "–" : percent(wins / trades), percent(maxDrawdown), count(signals)],
    edge === null ? "–" : cents(edge.mean),
    row.corrected === null ? "–" : `${cents(row.corrected.low)} to ${cents(row.corrected.high)}`,
  ];
}

/** Places of the rows, the best first; those without a value last. */
export const ranked = ({ judgement: { values } }: SweepReport): readonly number[] =>
  [...values.keys()].sort(
    (a, b) => (values[b] ?? Number.NEGATIVE_INFINITY) - (values[a] ?? Number.NEGATIVE_INFINITY) || a - b,
  );

export const WINDOW_HEAD = [
  ...["chosen on", "judged on", "variant", "in sample", "out of sample", "median of all", "beats", "rank correlation"],
];

export function windowCells(report: SweepReport, window: JudgedWindow): readonly string[] {
  const row = window.chosen === null ? undefined : report.rows[window.chosen];
  const days = ({ from, to }: DayRange): string =>
    `${isoDate(addMs(report.plan.from, from * DAY_MS))} to ${isoDate(addMs(report.plan.from, to * DAY_MS - 1))}`;
  return [
    ...[days(window.fit), days(window.judge), row === undefined ? "none" : pointText(report, row)],
    ...[window.inSample, window.outOfSample, window.medianOutOfSample].map((value) => objectiveText(report, value)),
    ...[window.standing === null ? "–" : percent(window.standing), share(window.rankCorrelation)],
  ];
}

export type NamedText = { readonly name: string; readonly value: string; readonly note: string };

/** How much of what was found is luck. */
export function overfittingFigures(report: SweepReport): readonly NamedText[] {
  const { walk, overfitting } = report.judgement;
  const unit = OBJECTIVE_TITLES[report.plan.objective];
  const walked: readonly NamedText[] =
    walk === null
      ? []
      : [
          { name: "In sample", value: objectiveText(report, walk.inSample), note: `${unit}, of the variant chosen` },
          {
            name: "Out of sample",
            value: objectiveText(report, walk.outOfSample),
            note: `the same variant on the days after`,
          },
          {
            name: "Survives",
            value: walk.survives === null ? "–" : percent(walk.survives),
            note: walk.survives === null ? "nothing was earned in sample" : "of the in-sample figure",
          },
          {
            name: "Rank correlation",
            value: share(walk.rankCorrelation),
            note: "of all variants, one window with the next",
          },
          {
            name: "Profit out of sample",
            value: dollars(walk.profitUsd),
            note: walk.judgedDays === 1 ? "on the one judged day" : `on ${walk.judgedDays} judged days`,
          },
          {
            name: "Edge out of sample",
            value: walk.edge === null ? "–" : cents(walk.edge.mean),
            note:
              walk.edge?.interval == null
                ? `${walk.edge?.clusters ?? 0} events`
                : `${cents(walk.edge.interval.low)} to ${cents(walk.edge.interval.high)} a share`,
          },
        ];
  return [
    ...walked,
    {
      name: "Probability of overfitting",
      value: overfitting === null ? "–" : percent(overfitting.probability),
      note:
        overfitting === null
          ? "too few days or variants"
          : `${overfitting.splits} splits of ${overfitting.blocks} blocks`,
    },
    ...(overfitting === null
      ? []
      : [
          {
            name: "Probability of loss",
            value: percent(overfitting.lossProbability),
            note: "of the best, out of sample",
          },
        ]),
  ];
}

export function sweepCoverage({ plan: { coverage, from, to, seed }, rows, variants, tried }: SweepReport): string {
  const lost = coverage.missing.reduce((sum, { fromBlock, toBlock }) => sum + toBlock - fromBlock + 1, 0);
  return [
    `${count(rows.length)} of ${count(variants)} variants over ${count(coverage.fills)} fills, traded from ${time(from)} to ${time(to)}.`,
    lost === 0 ? "No block is missing." : `${count(lost)} blocks are missing in ${coverage.missing.length} gaps.`,
    `${count(tried)} variants have been tried on this data; corrected intervals hold for the luckiest of them (Bonferroni).`,
    `Seed ${seed}.`,
  ].join(" ");
}

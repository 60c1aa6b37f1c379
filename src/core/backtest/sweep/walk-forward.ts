/** Choosing on one window and judging on the next: what a sweep is worth to somebody who does not know the future. */
import { type Cluster, type Estimate, estimate } from "../bootstrap.ts";
import { createDraw, seedOf } from "../random.ts";
import { bestOf, type DayRange, type Objective, standingOf, sumsOf, toValue } from "./objective.ts";
import { measureOverfitting, type Overfitting } from "./overfitting.ts";
import { rankCorrelation } from "./rank-correlation.ts";
import type { VariantFigures } from "./variant-figures.ts";

/** Days from the beginning of the sweep. */
export type WalkWindow = { readonly fit: DayRange; readonly judge: DayRange };

export type JudgedWindow = WalkWindow & {
  /** Place of the variant that was best on the fit; null: none could be judged. */
  readonly chosen: number | null;
  readonly inSample: number | null;
  readonly outOfSample: number | null;
  /** Of all variants: what choosing has to beat. */
  readonly medianOutOfSample: number | null;
  /** Share of the other variants that did worse than the chosen one on the judged days. */
  readonly standing: number | null;
  /** Spearman's, of all variants: 1 where the order of the fit is the order that came after. */
  readonly rankCorrelation: number | null;
};

export type WalkForward = {
  readonly windows: readonly JudgedWindow[];
  /** Means over the windows, of the variants chosen. */
  readonly inSample: number | null;
  readonly outOfSample: number | null;
  /** Share of the in-sample value that was left out of sample; null where there was none above 0. */
  readonly survives: number | null;
  readonly rankCorrelation: number | null;
  /** Of the chosen variants on the judged days. */
  readonly profitUsd: number;
  readonly judgedDays: number;
  /** Of the chosen variants' signals on the judged days, by event. Chosen before, so nothing is to be corrected. */
  readonly edge: Estimate | null;
};

export type SweepVerdict = { readonly word: "edge" | "no edge" | "cannot tell"; readonly because: readonly string[] };

export type SweepJudgement = {
  /** Null: not asked for. */
  readonly walk: WalkForward | null;
  readonly overfitting: Overfitting | null;
  /** The best of all days, by hindsight. */
  readonly best: number | null;
  readonly values: readonly (number | null)[];
  readonly verdict: SweepVerdict;
};

export function walkWindows(days: number, fitDays: number, judgeDays: number): readonly WalkWindow[] {
  const count = Math.max(0, Math.floor((days - fitDays) / judgeDays));
  return Array.from({ length: count }, (_, index) => {
    const middle = index * judgeDays + fitDays;
    return { fit: { from: middle - fitDays, to: middle }, judge: { from: middle, to: middle + judgeDays } };
  });
}

/** @param windows null: no walk-forward */
export function judgeSweep(
  variants: readonly VariantFigures[],
  days: number,
  windows: readonly WalkWindow[] | null,
  { objective, seed }: { readonly objective: Objective; readonly seed: number },
): SweepJudgement {
  const walk = windows === null ? null : walkForward(variants, windows, objective, seed);
  const overfitting = measureOverfitting(variants, days, objective);
  const values = variants.map((variant) => toValue(sumsOf(variant, objective, { from: 0, to: days }), objective));
  return { walk, overfitting, best: bestOf(values), values, verdict: decide(walk, variants) };
}

function walkForward(
  variants: readonly VariantFigures[],
  windows: readonly WalkWindow[],
  objective: Objective,
  seed: number,
): WalkForward {
  const judged = windows.map((window) => judgeWindow(variants, window, objective));
  const [inSample, outOfSample] = [
    mean(judged.map((each) => each.inSample)),
    mean(judged.map((each) => each.outOfSample)),
  ];
  let profitUsd = 0;
  const clusters = new Map<number, Cluster>();
  for (const { chosen, judge } of judged) {
    const variant = chosen === null ? undefined : variants[chosen];
    if (variant === undefined) continue;
    profitUsd += sumsOf(variant, "profit", judge).sum;
    for (const { event, madeOn, bets, edge } of variant.bets) {
      if (madeOn < judge.from || madeOn >= judge.to) continue;
      const { value, weight } = clusters.get(event) ?? { value: 0, weight: 0 };
      clusters.set(event, { value: value + edge, weight: weight + bets });
    }
  }
  return {
    ...{ windows: judged, inSample, outOfSample, profitUsd },
    survives: inSample === null || outOfSample === null || inSample <= 0 ? null : outOfSample / inSample,
    rankCorrelation: mean(judged.map((each) => each.rankCorrelation)),
    judgedDays: windows.reduce((sum, { judge }) => sum + judge.to - judge.from, 0),
    edge: estimate([...clusters.values()], createDraw(seedOf(seed, "walk-forward")), 1),
  };
}

/** The choice sees what was known when the fit ended, and nothing after. */
export function judgeWindow(
  variants: readonly VariantFigures[],
  window: WalkWindow,
  objective: Objective,
): JudgedWindow {
  const { fit, judge } = window;
  const fitted = variants.map((variant) => toValue(sumsOf(variant, objective, fit, fit.to), objective));
  const after = variants.map((variant) => toValue(sumsOf(variant, objective, judge), objective));
  const chosen = bestOf(fitted);
  const pairs = fitted.flatMap((value, index) => {
    const later = after[index] ?? null;
    return value === null || later === null ? [] : [[value, later] as const];
  });
  const correlation = rankCorrelation(
    pairs.map(([value]) => value),
    pairs.map(([, later]) => later),
  );
  return {
    ...{ fit, judge, chosen },
    inSample: chosen === null ? null : (fitted[chosen] ?? null),
    outOfSample: chosen === null ? null : (after[chosen] ?? null),
    medianOutOfSample: median(after.filter((value) => value !== null)),
    standing: chosen === null ? null : standingOf(chosen, after),
    rankCorrelation: Number.isFinite(correlation) ? correlation : null,
  };
}

function decide(walk: WalkForward | null, variants: readonly VariantFigures[]): SweepVerdict {
  if (walk === null) return { word: "cannot tell", because: ["nothing was judged on days that it was not chosen on"] };
  const interval = walk.edge?.interval ?? null;
  if (walk.edge === null || interval === null) {
    const events = walk.edge?.clusters ?? 0;
    return {
      word: "cannot tell",
      because: [`bets in ${events} events on the judged days are too few to say anything`],
    };
  }
  const chosen = walk.windows.flatMap(({ chosen }) => (chosen === null ? [] : [variants[chosen] as VariantFigures]));
  const cents = (usd: number): string => `${(usd * 100).toFixed(2)} cents`;
  const where =
    `on days that it was not chosen on, a share earned ${cents(walk.edge.mean)}, ` +
    `between ${cents(interval.low)} and ${cents(interval.high)}`;
  if (interval.high <= 0) return { word: "no edge", because: [where] };
  if (interval.low <= 0) return { word: "cannot tell", because: [where, "the interval holds 0"] };
  const control = Math.max(...chosen.map((variant) => variant.controlEdge ?? Number.NEGATIVE_INFINITY));
  if (control >= interval.low) {
    return { word: "cannot tell", because: [where, `a control earned as much: ${cents(control)}`] };
  }
  return { word: "edge", because: [where] };
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

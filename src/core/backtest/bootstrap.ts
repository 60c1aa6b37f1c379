import type { Draw } from "./random.ts";

/** `value` over `weight`, summed by cluster: a mean per share, a rate, a total (weight 1 for the whole). */
export type Cluster = { readonly value: number; readonly weight: number };

export type Interval = { readonly low: number; readonly high: number };

export type Estimate = {
  readonly mean: number;
  /** Two-sided 95 %; null below `CLUSTERS_MIN` clusters. */
  readonly interval: Interval | null;
  /** The same for the worst of `variants` looks at the same data (Bonferroni). */
  readonly corrected: Interval | null;
  readonly clusters: number;
};

export const CLUSTERS_MIN = 12;
export const BOOTSTRAP_ROUNDS = 2_000;
const ALPHA = 0.05;

/**
 * Ratio of sums over clusters with a studentised bootstrap: whole clusters are drawn with replacement, and the quantiles of
 * `(ratio* − ratio) / error*` make the interval (Efron and Tibshirani, "An Introduction to the Bootstrap", ch. 12). It
 * keeps its promise for few and skewed clusters, where plain percentiles are too narrow.
 */
export function estimate(clusters: readonly Cluster[], draw: Draw, variants: number): Estimate | null {
  const weight = clusters.reduce((sum, each) => sum + each.weight, 0);
  if (weight <= 0) return null;
  const whole = ratioOf(clusters, (index) => index);
  const count = clusters.length;
  if (count < CLUSTERS_MIN || whole.error === 0) {
    return { mean: whole.mean, interval: null, corrected: null, clusters: count };
  }
  const scores: number[] = [];
  const picks = new Int32Array(count);
  for (let round = 0; round < BOOTSTRAP_ROUNDS; round += 1) {
    for (let index = 0; index < count; index += 1) picks[index] = Math.floor(draw() * count);
    const again = ratioOf(clusters, (index) => picks[index] as number);
    if (again.error > 0) scores.push((again.mean - whole.mean) / again.error);
  }
  scores.sort((a, b) => a - b);
  const [low, high] = [quantile(scores, ALPHA / 2), quantile(scores, 1 - ALPHA / 2)];
  const interval = { low: whole.mean - high * whole.error, high: whole.mean - low * whole.error };
  return { mean: whole.mean, interval, corrected: correctFor(variants, whole.mean, interval), clusters: count };
}

/** Quantiles further out than the rounds reach: the tails are stretched as the normal distribution's are. */
export function correctFor(variants: number, mean: number, { low, high }: Interval): Interval {
  const stretch = normalQuantile(1 - ALPHA / 2 / Math.max(1, variants)) / normalQuantile(1 - ALPHA / 2);
  return { low: mean - (mean - low) * stretch, high: mean + (high - mean) * stretch };
}

/** Mean and its error from the residuals of whole clusters, as in `core/performance/significance.ts`. */
function ratioOf(clusters: readonly Cluster[], pick: (index: number) => number): { mean: number; error: number } {
  const count = clusters.length;
  let value = 0;
  let weight = 0;
  for (let index = 0; index < count; index += 1) {
    const each = clusters[pick(index)] as Cluster;
    value += each.value;
    weight += each.weight;
  }
  if (weight <= 0) return { mean: 0, error: 0 };
  const mean = value / weight;
  let squares = 0;
  for (let index = 0; index < count; index += 1) {
    const each = clusters[pick(index)] as Cluster;
    squares += (each.value - mean * each.weight) ** 2;
  }
  return { mean, error: Math.sqrt(((count / (count - 1)) * squares) / weight ** 2) };
}

/** Linear between neighbours. */
export function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const below = sorted[low] ?? 0;
  const above = sorted[Math.min(low + 1, sorted.length - 1)] ?? 0;
  return below + (place - low) * (above - below);
}

/** P. J. Acklam's rational approximation of the inverse, relative error below 1.2e-9; for 0.5 and above. */
export function normalQuantile(p: number): number {
  if (p > 0.97575) {
    const q = Math.sqrt(-2 * Math.log(1 - p));
    const over = horner(
      [
        -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
        2.938163982698783,
      ],
      q,
    );
    const under = horner([7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1], q);
    return -over / under;
  }
  const q = p - 0.5;
  const r = q * q;
  const over = horner(
    [
      -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
      2.506628277459239,
    ],
    r,
  );
  const under = horner(
    [-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1],
    r,
  );
  return (q * over) / under;
}

const horner = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, each) => sum * x + each, 0);

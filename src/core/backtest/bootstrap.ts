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
  const count = clusters.length;
  const mean = clusters.reduce((sum, each) => sum + each.value, 0) / weight;
  const sums = new Residuals(clusters, mean);
  for (let index = 0; index < count; index += 1) sums.add(index);
  const error = sums.error();
  if (count < CLUSTERS_MIN || error === 0) return { mean, interval: null, corrected: null, clusters: count };
  const scores: number[] = [];
  for (let round = 0; round < BOOTSTRAP_ROUNDS; round += 1) {
    sums.clear();
    for (let index = 0; index < count; index += 1) sums.add(Math.floor(draw() * count));
    const errorAgain = sums.error();
    if (errorAgain > 0) scores.push(sums.ratio() / errorAgain);
  }
  scores.sort((a, b) => a - b);
  const [low, high] = [quantile(scores, ALPHA / 2), quantile(scores, 1 - ALPHA / 2)];
  const interval = { low: mean - high * error, high: mean - low * error };
  return { mean, interval, corrected: correctFor(variants, mean, interval), clusters: count };
}

/** Quantiles further out than the rounds reach: the tails are stretched as the normal distribution's are. */
export function correctFor(variants: number, mean: number, { low, high }: Interval): Interval {
  const stretch = normalQuantile(1 - ALPHA / 2 / Math.max(1, variants)) / normalQuantile(1 - ALPHA / 2);
  return { low: mean - (mean - low) * stretch, high: mean + (high - mean) * stretch };
}

/**
 * Sums over picked clusters of what lies beyond the mean of them all, so that the ratio of a pick and its error, from the
 * residuals of whole clusters as in `core/performance/significance.ts`, take one pass.
 */
class Residuals {
  private readonly residual: Float64Array;
  private readonly weight: Float64Array;
  private picked = 0;
  private residuals = 0;
  private weights = 0;
  private residualsSquared = 0;
  private products = 0;
  private weightsSquared = 0;

  constructor(clusters: readonly Cluster[], mean: number) {
    this.residual = Float64Array.from(clusters, ({ value, weight }) => value - mean * weight);
    this.weight = Float64Array.from(clusters, ({ weight }) => weight);
  }

  clear(): void {
    this.picked = this.residuals = this.weights = this.residualsSquared = this.products = this.weightsSquared = 0;
  }

  add(index: number): void {
    const [residual, weight] = [this.residual[index] as number, this.weight[index] as number];
    this.picked += 1;
    this.residuals += residual;
    this.weights += weight;
    this.residualsSquared += residual * residual;
    this.products += residual * weight;
    this.weightsSquared += weight * weight;
  }

  /** Of the pick, less the mean of all. */
  ratio(): number {
    return this.weights > 0 ? this.residuals / this.weights : 0;
  }

  error(): number {
    if (this.weights <= 0) return 0;
    const ratio = this.ratio();
    const squares = this.residualsSquared - 2 * ratio * this.products + ratio ** 2 * this.weightsSquared;
    return Math.sqrt(((this.picked / (this.picked - 1)) * Math.max(0, squares)) / this.weights ** 2);
  }
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

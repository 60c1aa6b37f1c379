/**
 * What a wallet's entries earn per share beyond the price they paid: strategy section 3, "Edge".
 *
 * Estimator. x_ij is wallet i's mean edge in market j (`unitEdgeMicros`), m_i its number of resolved markets.
 * Model: x_ij = μ_i + e_ij, Var(e) = σ²_w, Var(μ) = σ²_b. One-way analysis of variance over all wallets, unbalanced
 * (Searle, Casella, McCulloch, "Variance Components", ch. 3):
 *   σ²_w = Σ_i Σ_j (x_ij − x̄_i)² / (N − W)
 *   σ²_b = (Σ_i m_i (x̄_i − x̄)² / (W − 1) − σ²_w) / n₀,   n₀ = (N − Σ m_i² / N) / (W − 1)
 *   k    = max(10, σ²_w / σ²_b), at most `K_MAX` where the wallets do not differ
 * Shrunk edge: x̄_i · m_i / (m_i + k), towards 0 and not towards the crowd's mean, so luck has to be outgrown.
 * Lower bound, one-sided 95 %: shrunk edge − t · √(s²_i / (m_i + k)), the spread of the posterior; s²_i pools the
 * wallet's own variance with `POOLED_WEIGHT` degrees of freedom of σ²_w, and t is Student's with their sum.
 */
import { assert } from "../assert.ts";

export const K_FLOOR = 10;
export const K_MAX = 100_000;
/** Degrees of freedom that the crowd's variance is worth beside the wallet's own. */
const POOLED_WEIGHT = 10;
/** Variance of a fair bet at 0.5: stands in until the crowd has shown its own. */
const DEFAULT_VARIANCE = 0.25;
/** One-sided 95 % of the normal distribution. */
const Z_95 = 1.6448536269514722;
const GRID_STEP = 1.1;
const MICROS = 1e6;
const MICROS_SQUARED = 1e12;

/** Per wallet, integers: edges are in micros per share. */
export type EdgeSums = { readonly markets: number; readonly sum: bigint; readonly sumOfSquares: bigint };

/** Over all wallets with at least one resolved market. */
export type EdgePopulation = {
  readonly wallets: bigint;
  readonly markets: bigint;
  readonly marketsSquared: bigint;
  readonly sum: bigint;
  readonly sumOfSquares: bigint;
  /** Σ_i (Σ_j x_ij)² / m_i, each term rounded down. */
  readonly squaredSumOverMarkets: bigint;
};

export type EdgePrior = { readonly k: number; readonly variance: number };

export type Edge = { readonly perShare: number; readonly lowerBound: number };

/** Before the population says anything. */
export const DEFAULT_PRIOR: EdgePrior = { k: K_FLOOR, variance: DEFAULT_VARIANCE };

/**
 * Both figures are moved onto a grid of 10 % steps (k upwards, towards caution). They change with every market that
 * resolves, and each change changes the edge of every wallet; on the grid that happens rarely.
 */
export function estimatePrior(population: EdgePopulation): EdgePrior {
  const wallets = Number(population.wallets);
  const markets = Number(population.markets);
  if (wallets < 2 || markets <= wallets) return DEFAULT_PRIOR;
  const within = Number(population.sumOfSquares - population.squaredSumOverMarkets) / MICROS_SQUARED;
  const variance = within / (markets - wallets);
  if (!(variance > 0)) return DEFAULT_PRIOR;
  const grand = Number((population.sum * population.sum) / population.markets);
  const betweenSquares = (Number(population.squaredSumOverMarkets) - grand) / MICROS_SQUARED;
  const effective = (markets - Number(population.marketsSquared) / markets) / (wallets - 1);
  const between = (betweenSquares / (wallets - 1) - variance) / effective;
  const k = between > 0 ? Math.min(K_MAX, Math.max(K_FLOOR, variance / between)) : K_MAX;
  return { k: k === K_FLOOR || k === K_MAX ? k : Math.min(K_MAX, gridAbove(k)), variance: gridAbove(variance) };
}

/** Null without a resolved market. In USD per share. */
export function computeEdge(sums: EdgeSums, prior: EdgePrior): Edge | null {
  const m = sums.markets;
  if (m === 0) return null;
  assert(m > 0 && prior.k >= K_FLOOR, "an edge needs markets and a prior", { m, k: prior.k });
  const perShare = Number(sums.sum) / MICROS / (m + prior.k);
  const ownSquares = Number(BigInt(m) * sums.sumOfSquares - sums.sum * sums.sum) / m / MICROS_SQUARED;
  const freedom = m - 1 + POOLED_WEIGHT;
  const variance = (ownSquares + POOLED_WEIGHT * prior.variance) / freedom;
  return { perShare, lowerBound: perShare - studentT95(freedom) * Math.sqrt(variance / (m + prior.k)) };
}

const gridAbove = (value: number): number => GRID_STEP ** Math.ceil(Math.log(value) / Math.log(GRID_STEP) - 1e-9);

/** Cornish–Fisher expansion (Abramowitz and Stegun 26.7.5): right to three digits from 10 degrees of freedom on. */
export function studentT95(freedom: number): number {
  const z = Z_95;
  return (
    z +
    (z ** 3 + z) / (4 * freedom) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3)
  );
}

import { bestOf, type Objective, type Sums, standingOf, sumsOf, toValue } from "./objective.ts";
import type { VariantFigures } from "./variant-figures.ts";

export type Overfitting = {
  /** That the variant which was best on one half of the days stands below the middle on the other half. */
  readonly probability: number;
  /** That it loses there. */
  readonly lossProbability: number;
  readonly blocks: number;
  readonly splits: number;
};

const BLOCKS_MAX = 16;
const BLOCKS_MIN = 6;

/**
 * Combinatorially symmetric cross-validation: the days in blocks, every half of the blocks against the other half (Bailey,
 * Borwein, López de Prado, Zhu, "The probability of backtest overfitting", 2015). Null: too few days or variants.
 */
export function measureOverfitting(
  variants: readonly VariantFigures[],
  days: number,
  objective: Objective,
): Overfitting | null {
  const blocks = Math.min(BLOCKS_MAX, 2 * Math.floor(days / 4));
  if (variants.length < 2 || blocks < BLOCKS_MIN) return null;
  const edges = Array.from({ length: blocks + 1 }, (_, block) => Math.floor((block * days) / blocks));
  const sums = variants.map((variant) => {
    const parts = edges.slice(1).map((to, block) => sumsOf(variant, objective, { from: edges[block] as number, to }));
    return { parts, whole: parts.reduce(plus) };
  });
  let [splits, below, losses] = [0, 0, 0];
  for (const half of halves(blocks)) {
    const inside = sums.map(({ parts }) => half.reduce<Sums>((sum, block) => plus(sum, parts[block] as Sums), NOTHING));
    const best = bestOf(inside.map((sum) => toValue(sum, objective)));
    if (best === null) continue;
    const outOfSample = sums.map(({ whole }, index) => toValue(minus(whole, inside[index] as Sums), objective));
    const standing = standingOf(best, outOfSample);
    splits += 1;
    below += standing < 0.5 ? 1 : standing === 0.5 ? 0.5 : 0;
    losses += (outOfSample[best] ?? 0) < 0 ? 1 : 0;
  }
  return splits === 0 ? null : { probability: below / splits, lossProbability: losses / splits, blocks, splits };
}

const NOTHING: Sums = { count: 0, sum: 0, squares: 0 };
const plus = (a: Sums, b: Sums): Sums => ({
  count: a.count + b.count,
  sum: a.sum + b.sum,
  squares: a.squares + b.squares,
});
const minus = (a: Sums, b: Sums): Sums => ({
  count: a.count - b.count,
  sum: a.sum - b.sum,
  squares: a.squares - b.squares,
});

/** Every half of the blocks. */
function* halves(blocks: number): Generator<readonly number[]> {
  for (let mask = 0; mask < 2 ** blocks; mask += 1) {
    const half: number[] = [];
    for (let block = 0; block < blocks; block += 1) if (((mask >> block) & 1) === 1) half.push(block);
    if (half.length === blocks / 2) yield half;
  }
}

/** The variants of a sweep: every combination of the values given, or a seeded sample of them. */
import { createDraw, seedOf } from "../random.ts";

export type GridValue = number | string | boolean | null;
/** One value of each parameter. */
export type GridPoint = Readonly<Record<string, GridValue>>;
export type Grid = Readonly<Record<string, readonly GridValue[]>>;

export const gridSize = (grid: Grid): number =>
  Object.values(grid).reduce((product, values) => product * values.length, 1);

/** @param sample so many different ones, drawn by the seed, in the order of the grid; null: all */
export function gridPoints(grid: Grid, sample: number | null, seed: number): readonly GridPoint[] {
  const size = gridSize(grid);
  if (sample === null || sample >= size) return Array.from({ length: size }, (_, index) => pointAt(grid, index));
  const draw = createDraw(seedOf(seed, "grid"));
  const chosen = new Set<number>();
  // Floyd: each set of this size is as likely, and no index is drawn in vain.
  for (let top = size - sample; top < size; top += 1) {
    const index = Math.floor(draw() * (top + 1));
    chosen.add(chosen.has(index) ? top : index);
  }
  return [...chosen].sort((a, b) => a - b).map((index) => pointAt(grid, index));
}

/** The last parameter changes fastest. */
function pointAt(grid: Grid, index: number): GridPoint {
  let rest = index;
  const entries = Object.entries(grid)
    .reverse()
    .map(([name, values]) => {
      const value = values[rest % values.length] as GridValue;
      rest = Math.floor(rest / values.length);
      return [name, value] as const;
    });
  return Object.fromEntries(entries.reverse());
}

import type { EpochMs } from "../time/time.ts";

/** One candidate of the past and how it ended. */
export type Example = {
  /** When it happened. */
  readonly at: EpochMs;
  /** When its market's resolution could be known. */
  readonly knownAt: EpochMs;
  /** Event, or market where it belongs to none: outcomes within one share their fate. */
  readonly cluster: string;
  readonly price: number;
  /** Per share, 0 to 1. */
  readonly payout: number;
  readonly features: readonly number[];
};

/** What a model said of an example that it had not seen. */
export type Said = Pick<Example, "cluster" | "price" | "payout"> & {
  /** In logits, from the price. */
  readonly departure: number;
};

/** A stretch of examples to be judged, and where the past of its model ends. */
export type Fold = { readonly test: readonly Example[]; readonly testFrom: EpochMs };

/**
 * Walk-forward: the examples in `folds + 1` parts of equal number by time. Each part but the first is judged by a model
 * that knows only what came before it.
 * @param examples by time
 */
export function cutFolds(examples: readonly Example[], folds: number): readonly Fold[] {
  const edge = (part: number): number => Math.floor((part * examples.length) / (folds + 1));
  return Array.from({ length: folds }, (_, index) => examples.slice(edge(index + 1), edge(index + 2))).flatMap(
    (test) => {
      const [first] = test;
      return first === undefined ? [] : [{ test, testFrom: first.at }];
    },
  );
}

/** Purged: those whose outcome was known an embargo before `at`. An outcome that came later would tell of the future. */
export const knownBefore = (examples: readonly Example[], at: EpochMs, embargoMs: number): readonly Example[] =>
  examples.filter(({ knownAt }) => knownAt <= at - embargoMs);

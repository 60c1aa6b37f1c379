import { RangeTooLargeError } from "../../core/errors.ts";

/** How many blocks to ask for at once: providers cap blocks, results, bytes or time, and few say how much is allowed. */
export type RangeSize = {
  readonly current: number;
  /** The largest size known to have been answered; 0: none is. */
  readonly answered: number;
  /** The smallest size known to fail; growth stays below it until it has been forgotten. */
  readonly failed: number;
  /** Successes since the last failure at that size. */
  readonly successes: number;
  readonly max: number;
};

/** More logs than this in one answer cost memory and a long transaction for no speed. */
const LOGS_WANTED = 8_000;
const FORGET_AFTER = 40;

export const rangeSize = (initial: number, max: number): RangeSize => ({
  current: Math.min(initial, max),
  answered: 0,
  failed: max + 1,
  successes: 0,
  max,
});

/**
 * After "too large" or a timeout. A size of one stays: there is nothing smaller to ask for.
 * @param blocksMax what the provider said that it allows; null: it did not say, so what was answered before is asked
 * for again, or half of what failed
 */
export function shrunk(size: RangeSize, askedBlocks: number, blocksMax: number | null = null): RangeSize {
  const isSaid = blocksMax !== null && blocksMax >= 1 && blocksMax < askedBlocks;
  const answered = size.answered < askedBlocks ? size.answered : 0;
  const half = Math.floor(Math.min(size.current, askedBlocks) / 2);
  const next = isSaid ? Math.min(size.current, blocksMax) : answered > 0 ? Math.min(size.current, answered) : half;
  const failed = Math.max(2, isSaid ? blocksMax + 1 : askedBlocks);
  return { ...size, current: Math.max(1, next), answered, failed, successes: 0 };
}

/** The most blocks that the provider said it serves, from its refusal. */
export function saidBlocksMax(error: unknown): number | null {
  const said = error instanceof RangeTooLargeError ? error.context.blocksMax : null;
  return typeof said === "number" ? said : null;
}

/** After a whole range of this size: doubles, or halves the way to what failed, and tries that again once it lies long back. */
export function grown(size: RangeSize, logs: number): RangeSize {
  const successes = size.successes + 1;
  const answered = Math.max(size.answered, size.current);
  if (logs > LOGS_WANTED) return { ...size, answered, successes, current: Math.max(1, Math.floor(size.current / 2)) };
  if (logs * 2 > LOGS_WANTED) return { ...size, answered, successes };
  if (successes >= FORGET_AFTER && size.failed <= size.max) {
    return { ...size, answered, successes: 0, failed: Math.min(size.failed * 2, size.max + 1) };
  }
  const hasFailed = size.failed <= size.max;
  const next = hasFailed ? Math.floor((size.current + size.failed) / 2) : Math.min(size.current * 2, size.max);
  return { ...size, answered, successes, current: Math.max(size.current, Math.min(next, size.failed - 1)) };
}

import { firstWord, noiseBits, uniqueHash } from "../random/noise.ts";
import { hashText, type Seed } from "../random/prng.ts";

export const BLOCK_MS = 1_500;

export type Header = {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  /** Unix seconds, as in real headers, although blocks come every one and a half. */
  readonly timestamp: number;
};

/**
 * Headers by arithmetic: number, time and hash of a block follow from one another, so 36 hours of empty blocks cost
 * nothing, and the chain reaches back as far as anybody asks.
 */
export type Headers = {
  /** First block at or after a time. */
  numberAfter(at: number): number;
  /** Last block at or before a time. */
  numberAt(at: number): number;
  timeOf(number: number): number;
  header(number: number): Header;
  /** Null for a hash that no block has, or none has any more. */
  numberOf(hash: string): number | null;
  /** From `number` up, blocks are others from now on. */
  forkFrom(number: number): void;
};

export function createHeaders(seed: Seed, genesisMs: number, firstBlock: number): Headers {
  const key = hashText(`${seed}/blocks`);
  /** Ascending: which fork holds from which block up. */
  let forks: readonly { readonly from: number; readonly fork: number }[] = [];
  let forked = 0;

  const forkOf = (number: number): number => forks.findLast(({ from }) => number >= from)?.fork ?? 0;
  const hashOf = (number: number): string => {
    const fork = forkOf(number);
    return uniqueHash(key, number, fork, 0, noiseBits(key, fork));
  };
  const timeOf = (number: number): number => genesisMs + (number - firstBlock) * BLOCK_MS;

  return {
    numberAfter: (at) => firstBlock + Math.ceil((at - genesisMs) / BLOCK_MS),
    numberAt: (at) => firstBlock + Math.floor((at - genesisMs) / BLOCK_MS),
    timeOf,
    header: (number) => ({
      number,
      hash: hashOf(number),
      parentHash: hashOf(number - 1),
      timestamp: Math.floor(timeOf(number) / 1_000),
    }),
    numberOf(hash) {
      const number = firstWord(key, hash);
      return hashOf(number) === hash ? number : null;
    },
    forkFrom(number) {
      forked += 1;
      forks = [...forks.filter(({ from }) => from < number), { from: number, fork: forked }];
    },
  };
}

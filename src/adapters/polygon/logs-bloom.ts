import { type Hex, hexToBytes, keccak256 } from "viem";
import type { LogFilter } from "../../ports/log-source.ts";

/** The three bits that a value sets in a block's 2048-bit bloom filter (Ethereum yellow paper, section 4.3.1). */
function bloomBits(value: string): readonly number[] {
  const hash = hexToBytes(keccak256(hexToBytes(value as Hex)));
  return [0, 2, 4].map((at) => (((hash[at] as number) << 8) | (hash[at + 1] as number)) & 2047);
}

function hasBit(bloom: string, bit: number): boolean {
  const nibble = Number.parseInt(bloom[bloom.length - 1 - (bit >> 2)] as string, 16);
  return ((nibble >> (bit & 3)) & 1) === 1;
}

const hasAll = (bloom: string, bits: readonly number[]): boolean => bits.every((bit) => hasBit(bloom, bit));

export type BloomCheck = {
  /** False: the block certainly holds no log of the filter. True: it may, the more so the emptier the block. */
  mayHold(bloom: string): boolean;
  /** How likely it says so of a block without such logs: near 1 where thousands of others have set nearly all bits. */
  chance(bloom: string): number;
};

const BITS_PER_DIGIT = [0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4];

/** Of the 2048 bits. */
const shareOfBits = (bloom: string): number =>
  [...bloom.slice(2)].reduce((sum, digit) => sum + (BITS_PER_DIGIT[Number.parseInt(digit, 16)] ?? 0), 0) / 2_048;

const known = new WeakMap<LogFilter, BloomCheck>();

/** A filter is hashed once: there are three, and to hash one takes as long as to decode a block. */
export function bloomCheck(filter: LogFilter): BloomCheck {
  const check = known.get(filter) ?? createBloomCheck(filter);
  known.set(filter, check);
  return check;
}

function createBloomCheck(filter: LogFilter): BloomCheck {
  const addresses = filter.addresses.map(bloomBits);
  const topics = filter.topics.map(bloomBits);
  const chanceOfAny = (share: number, values: number): number => 1 - (1 - share ** 3) ** values;
  return {
    chance(bloom) {
      const share = shareOfBits(bloom);
      return chanceOfAny(share, addresses.length) * chanceOfAny(share, topics.length);
    },
    mayHold: (bloom) => addresses.some((bits) => hasAll(bloom, bits)) && topics.some((bits) => hasAll(bloom, bits)),
  };
}

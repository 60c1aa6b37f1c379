/** V2 exchange logs as a node sends them: real shapes and real frequencies of repeated wallets and tokens, made up by a seed. */

export const EXCHANGE_V2 = "0xe111180000d2663c0091e4f400237545b87b996b";
const ORDER_FILLED = "0xd543adfd945773f1a62f74f0ee55a5e3b9b1a28262980ba90b1a89f2ea84d8ee";
export const ORDERS_MATCHED = "0x174b3811690657c217184f89418266767c87e4805d09680c39fc9c031c0cab7c";

export type LogJson = {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockNumber: string;
  readonly blockHash: string;
  readonly blockTimestamp: string;
  readonly transactionHash: string;
  readonly transactionIndex: string;
  readonly logIndex: string;
  readonly removed: false;
};

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;
const word = (value: number | bigint): string => value.toString(16).padStart(64, "0");

/** Mulberry32: small, seeded, good enough to spread keys. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

const hexWords = (next: () => number, count: number): string =>
  Array.from({ length: count }, () => next().toString(16).padStart(8, "0")).join("");

/** Addresses and token ids are hashes on the chain, and look like ones here; the same index gives the same one. */
const randomWords = (seed: number, count: number): string => hexWords(generator(Math.imul(seed, 0x9e3779b1)), count);
const WALLETS_SEED = 1_000_000;
const TOKENS_SEED = 500_000_000;

export const FIRST_BLOCK = 90_000_000;
export const FIRST_TIMESTAMP = 1_790_000_000;
export const blockHash = (number: number): string => `0x${word(BigInt(number) * 0x9e3779b97f4a7c15n).slice(-64)}`;
export const blockTimestamp = (number: number): number => FIRST_TIMESTAMP + Math.floor((number - FIRST_BLOCK) * 1.5);

/** How many fills a block has: even, no two blocks alike, `mean` on average over every two. */
export function fillsOfBlock(index: number, mean: number): number {
  const spread = 2 * ((generator(Math.floor(index / 2))() % mean) >> 2);
  return index % 2 === 0 ? mean - spread : mean + spread;
}

/** One block's logs: matches of one maker and one taker order, each `OrderFilled` twice and `OrdersMatched` once. */
export function createBlockMaker(
  seed: number,
  wallets = 20_000,
  tokens = 2_000,
): (number: number, fills: number) => LogJson[] {
  const next = generator(seed);
  const hash = (): string => `0x${hexWords(next, 8)}`;
  // Squared, so that few wallets make most fills, as on the venue.
  const skewed = (count: number): number => Math.floor((next() / 2 ** 32) ** 2 * count);
  const addressOf = (index: number): string => `${"0".repeat(24)}${randomWords(WALLETS_SEED + index, 5)}`;
  const tokenOf = (index: number): string => randomWords(TOKENS_SEED + index, 8);
  return (number, fills) => {
    const logs: LogJson[] = [];
    const place = {
      blockNumber: hex(number),
      blockHash: blockHash(number),
      blockTimestamp: hex(blockTimestamp(number)),
    };
    for (let match = 0; match < fills / 2; match += 1) {
      const transactionHash = hash();
      const shares = 1_000_000 + (next() % 500_000_000);
      const price = 10_000 + (next() % 980) * 1_000;
      const cash = Math.floor((shares * price) / 1_000_000);
      const token = tokenOf(skewed(tokens));
      const [maker, taker] = [addressOf(skewed(wallets)), addressOf(skewed(wallets))];
      const takerHash = hash();
      const amounts = (side: 0 | 1): string =>
        word(side) + token + (side === 0 ? word(cash) + word(shares) : word(shares) + word(cash));
      const fee = Math.floor(cash / 50);
      const emit = (topics: string[], data: string): void => {
        logs.push({
          address: EXCHANGE_V2,
          topics,
          data: `0x${data}`,
          ...place,
          transactionHash,
          transactionIndex: hex(match),
          logIndex: hex(logs.length),
          removed: false,
        });
      };
      const tags = word(0) + word(0);
      emit([ORDER_FILLED, hash(), `0x${maker}`, `0x${taker}`], amounts(1) + word(0) + tags);
      emit(
        [ORDER_FILLED, takerHash, `0x${taker}`, `0x${"0".repeat(24)}${EXCHANGE_V2.slice(2)}`],
        amounts(0) + word(fee) + tags,
      );
      emit([ORDERS_MATCHED, takerHash, `0x${taker}`], amounts(0));
    }
    return logs;
  };
}

export const isFill = (log: LogJson): boolean => log.topics[0] === ORDER_FILLED;

import { createHash } from "node:crypto";
import type { Fill } from "../../src/core/chain/fill.ts";
import { parseAddress, parseOrderHash, parseTxHash, toTokenId } from "../../src/core/ids/ids.ts";
import { shares, usd } from "../../src/core/money/amounts.ts";
import { addMs, type EpochMs, epochMs } from "../../src/core/time/time.ts";
import type { BlockRangeRecord, StoredFill } from "../../src/ports/chain-store.ts";

/** Numbers in [0, 1) that are the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const hex = (text: string): string => createHash("sha256").update(text).digest("hex");
export const walletOf = (n: number) => parseAddress(`0x${hex(`wallet${n}`).slice(0, 40)}`);
export const tokenOf = (n: number) => toTokenId(BigInt(`0x${hex(`token${n}`)}`));

const V1 = parseAddress("0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e");
const V2 = parseAddress("0xe111180000d2663c0091e4f400237545b87b996b");

const BLOCK_MS = 1_500;
export const timeOfBlock = (block: number): EpochMs =>
  epochMs(1_700_000_000_000 + block * BLOCK_MS - ((block * BLOCK_MS) % 1000));

/** Matches of one maker and one taker, `fillOrder` legs, both roles, both sides, both generations and kinds of fee. */
export function makeFills(seed: number, blocks: readonly number[], perBlock: number): readonly StoredFill[] {
  const random = randomOf(seed);
  const pick = (below: number): number => Math.floor(random() ** 3 * below);
  return blocks.flatMap((block) =>
    Array.from({ length: perBlock }, (_, index): StoredFill => {
      const isV1 = random() < 0.4;
      const isMaker = index % 2 === 0;
      const isAlone = isMaker && (index === perBlock - 1 || random() < 0.1);
      const side = random() < 0.6 ? "BUY" : "SELL";
      const size = BigInt(1 + Math.floor(random() * 5_000_000_000));
      const logIndex = index * 3 + 1;
      const fill: Fill = {
        blockNumber: block,
        logIndex,
        txHash: parseTxHash(`0x${hex(`tx${seed}/${block}/${index >> 1}`)}`),
        txIndex: index >> 1,
        exchange: isV1 ? V1 : V2,
        exchangeVersion: isV1 ? 1 : 2,
        orderHash: parseOrderHash(`0x${hex(`order${seed}/${block}/${index}`)}`),
        wallet: walletOf(pick(200)),
        counterparty: isMaker ? walletOf(pick(200)) : null,
        role: isMaker ? "maker" : "taker",
        side,
        tokenId: tokenOf(pick(60)),
        size: shares(size),
        cash: usd((size * BigInt(1 + Math.floor(random() * 99))) / 100n),
        fee: random() < 0.3 ? size / 200n : 0n,
        feeAsset: isV1 && side === "BUY" ? "shares" : "collateral",
        matchLogIndex: isAlone ? null : isMaker ? logIndex + 3 : logIndex,
      };
      const occurredAt = timeOfBlock(block);
      return { fill, occurredAt, knownAt: addMs(occurredAt, 500 + Math.floor(random() * 4_000)) };
    }),
  );
}

/** What a listener would commit for the range. */
export const rangeOf = (fromBlock: number, toBlock: number, fills: readonly StoredFill[]): BlockRangeRecord => ({
  ...{ fromBlock, toBlock, finalizedBlock: toBlock, fills, blocks: [], markets: [], resolutions: [], quarantined: [] },
  committedAt: timeOfBlock(toBlock),
});

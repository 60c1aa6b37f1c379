/** Builders of chain facts: everything has a plausible value that a test overrides where it matters. */
import type { BlockRef, Fill } from "../../src/core/chain/fill.ts";
import {
  type Address,
  type BlockHash,
  type MarketId,
  parseAddress,
  parseMarketId,
  parseOrderHash,
  parseTxHash,
  type TokenId,
  toTokenId,
} from "../../src/core/ids/ids.ts";
import type { MarketInfo } from "../../src/core/market/market.ts";
import { price, shares, usd } from "../../src/core/money/amounts.ts";
import { type EpochMs, epochMs } from "../../src/core/time/time.ts";
import type { BlockRangeRecord, StoredFill } from "../../src/ports/chain-store.ts";

const hex = (value: number, bytes: number): string => `0x${value.toString(16).padStart(bytes * 2, "0")}`;

export const walletNo = (n: number): Address => parseAddress(hex(0xa0_0000 + n, 20));
export const marketNo = (n: number): MarketId => parseMarketId(hex(0xc0_0000 + n, 32));
/** Both outcomes of market n are tokens 2n and 2n + 1. */
export const tokenNo = (n: number): TokenId => toTokenId(10n ** 60n + BigInt(n));
export const blockHash = (block: number, fork = 0): BlockHash => hex(fork * 2 ** 32 + block + 1, 32) as BlockHash;

/** Two seconds a block. */
export const blockTime = (block: number): EpochMs => epochMs(Date.UTC(2026, 0, 1) + block * 2_000);

export const aBlock = (number: number, fork = 0): BlockRef => ({
  number,
  hash: blockHash(number, fork),
  parentHash: blockHash(number - 1, fork),
  timestamp: blockTime(number) / 1000,
});

export const V1 = parseAddress("0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e");
export const V2 = parseAddress("0xe111180000d2663c0091e4f400237545b87b996b");

export function aFill(overrides: Partial<Fill> = {}): StoredFill {
  const blockNumber = overrides.blockNumber ?? 1;
  const logIndex = overrides.logIndex ?? 0;
  const fill: Fill = {
    blockNumber,
    logIndex,
    txHash: parseTxHash(hex(blockNumber, 32)),
    txIndex: 0,
    exchange: V2,
    exchangeVersion: 2,
    orderHash: parseOrderHash(hex(blockNumber * 1000 + logIndex, 32)),
    wallet: walletNo(1),
    counterparty: null,
    role: "taker",
    side: "BUY",
    tokenId: tokenNo(0),
    size: shares(10_000_000n),
    cash: usd(4_000_000n),
    fee: 0n,
    feeAsset: "collateral",
    matchLogIndex: logIndex,
    ...overrides,
  };
  const occurredAt = blockTime(blockNumber);
  return { fill, occurredAt, knownAt: epochMs(occurredAt + 1_234) };
}

/** A range that holds these fills and remembers its last block. */
export const aRecord = (
  fromBlock: number,
  toBlock: number,
  overrides: Partial<BlockRangeRecord> = {},
): BlockRangeRecord => ({
  fromBlock,
  toBlock,
  finalizedBlock: toBlock,
  blocks: [aBlock(toBlock)],
  fills: [],
  markets: [],
  resolutions: [],
  quarantined: [],
  committedAt: blockTime(toBlock),
  ...overrides,
});

export const preparedMarket = (n: number, preparedBlock: number): BlockRangeRecord["markets"][number] => ({
  marketId: marketNo(n),
  negRisk: false,
  tokenIds: [tokenNo(2 * n), tokenNo(2 * n + 1)],
  preparedBlock,
});

export const resolved = (
  n: number,
  payoutNumerators: readonly [bigint, bigint],
  blockNumber: number,
): BlockRangeRecord["resolutions"][number] => ({
  marketId: marketNo(n),
  payoutNumerators,
  blockNumber,
  logIndex: 9,
  resolvedAt: blockTime(blockNumber),
  knownAt: epochMs(blockTime(blockNumber) + 1_000),
});

export const aMarketInfo = (n: number, overrides: Partial<MarketInfo> = {}): MarketInfo => ({
  marketId: marketNo(n),
  title: `Will number ${n} happen?`,
  slug: `number-${n}`,
  category: "test",
  eventId: "7",
  negRisk: false,
  outcomes: ["Up", "Down"],
  tokenIds: [tokenNo(2 * n), tokenNo(2 * n + 1)],
  startsAt: blockTime(0),
  endsAt: blockTime(1_000),
  tickSize: price(10_000n),
  minOrderSize: shares(5_000_000n),
  fee: { rate: 0.02, exponent: 1 },
  acceptingOrders: true,
  ...overrides,
});

import type { BlockRef, Fill } from "../../src/core/chain/fill.ts";
import { missingRanges } from "../../src/core/chain/missing-ranges.ts";
import { ProviderInconsistencyError, TransientError } from "../../src/core/errors.ts";
import type { MarketId, TokenId } from "../../src/core/ids/ids.ts";
import type { MarketInfo } from "../../src/core/market/market.ts";
import type {
  BlockRangeRecord,
  ChainStore,
  CoverageRange,
  QuarantinedLog,
  StoredFill,
} from "../../src/ports/chain-store.ts";

export type MemoryChainStore = ChainStore & {
  readonly records: BlockRangeRecord[];
  fills(): readonly StoredFill[];
  quarantined(): readonly QuarantinedLog[];
  failNext(error: Error): void;
  /** The next range is kept, and yet this is thrown, as when the connection breaks while committing. */
  failAfterNext(error: Error): void;
  markets: MarketId[];
  tokens: TokenId[];
  readonly infos: MarketInfo[];
  readonly missing: string[];
};

const keyOf = ({ blockNumber, logIndex }: Fill): string => `${blockNumber}:${logIndex}`;

/** What the listener needs of a chain store, in memory. It refuses to write a fill twice, so that a test notices. */
export function createMemoryChainStore(): MemoryChainStore {
  const records: BlockRangeRecord[] = [];
  const fills = new Map<string, StoredFill>();
  let quarantined: QuarantinedLog[] = [];
  let blocks = new Map<number, BlockRef>();
  let covered: CoverageRange[] = [];
  let finalized = -1;
  let followedFrom: number | null = null;
  let failure: Error | null = null;
  let failureAfter: Error | null = null;
  const infos: MarketInfo[] = [];
  const missing: string[] = [];

  let isLocked = false;
  return {
    async tryLock() {
      if (isLocked) return null;
      isLocked = true;
      return async () => {
        isLocked = false;
      };
    },
    records,
    infos,
    missing,
    markets: [],
    tokens: [],
    fills: () => [...fills.values()],
    quarantined: () => quarantined,
    finalizedBlock: async () => finalized,
    failNext(error) {
      failure = error;
    },
    failAfterNext(error) {
      failureAfter = error;
    },
    async extend(record, mark) {
      if (failure !== null) {
        const thrown = failure;
        failure = null;
        throw thrown;
      }
      const mustBeFinal = Math.min(record.toBlock, finalized);
      if (record.fromBlock <= mustBeFinal && (record.finalizedBlock ?? -1) < mustBeFinal) {
        throw new TransientError("RANGE_NOT_FINAL", "not final there");
      }
      if (missingRanges(covered, record.fromBlock, record.toBlock).length === 0) throw new Error("a range twice");
      for (const stored of record.fills) {
        const key = keyOf(stored.fill);
        if (fills.has(key)) throw new Error(`fill ${key} twice`);
        fills.set(key, stored);
      }
      records.push(record);
      quarantined.push(...record.quarantined);
      for (const block of record.blocks) blocks.set(block.number, block);
      covered.push({ fromBlock: record.fromBlock, toBlock: record.toBlock });
      finalized = Math.max(finalized, mark?.finalizedBlock ?? -1);
      const thrownAfter = failureAfter;
      failureAfter = null;
      if (thrownAfter !== null) throw thrownAfter;
      return { fills: record.fills.length };
    },
    async retract(lastGoodBlock) {
      if (lastGoodBlock < finalized) throw new ProviderInconsistencyError("REORG_BELOW_FINALIZED", "a final block");
      for (const [key, { fill }] of fills) if (fill.blockNumber > lastGoodBlock) fills.delete(key);
      quarantined = quarantined.filter(({ log }) => log.blockNumber <= lastGoodBlock);
      blocks = new Map([...blocks].filter(([number]) => number <= lastGoodBlock));
      covered = covered
        .filter((range) => range.fromBlock <= lastGoodBlock)
        .map((range) => ({ ...range, toBlock: Math.min(range.toBlock, lastGoodBlock) }));
    },
    async finalize(block) {
      finalized = Math.max(finalized, block);
    },
    async settle(block) {
      const remembered = [...blocks.keys()].filter((number) => number > finalized);
      finalized = Math.max(finalized, Math.min(block, ...remembered.map((number) => number - 1)));
    },
    coverage: async () => [...covered],
    lifecycleFacts: async () => ({ negRiskMarkets: new Map(), migratedEvents: new Set() }),
    contracts: async () => ({
      upgrades: records.flatMap(({ facts }) => facts?.upgrades ?? []),
      halts: records.flatMap(({ facts }) => facts?.halts ?? []),
    }),
    async followFrom(proposed) {
      followedFrom ??= proposed;
      return followedFrom;
    },
    recentBlocks: async (limit) => [...blocks.values()].sort((a, b) => b.number - a.number).slice(0, limit),
    async tokensWithoutMarket(limit) {
      return this.tokens.slice(0, limit);
    },
    async marketsWithoutInfo(limit) {
      return this.markets.slice(0, limit);
    },
    async saveMarketInfo(saved) {
      infos.push(...saved);
    },
    async markInfoMissing(markets, tokens) {
      missing.push(...markets, ...tokens);
    },
  };
}

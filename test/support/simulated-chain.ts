import { type Chain, createChain } from "../../src/adapters/simnet/chain/chain.ts";
import type { RpcLog } from "../../src/adapters/simnet/chain/log.ts";
import type { Seed } from "../../src/adapters/simnet/random/prng.ts";
import { DEFAULT_POPULATION, type Population } from "../../src/adapters/simnet/world/wallets.ts";
import { createWorld, type World } from "../../src/adapters/simnet/world/world.ts";
import type { RawLog } from "../../src/core/chain/fill.ts";
import { parseAddress, parseBlockHash, parseTxHash } from "../../src/core/ids/ids.ts";
import { splitLogs } from "../../src/services/listener/split-logs.ts";

export const HOUR_MS = 3_600_000;
/** A full quarter of an hour in the morning, UTC. */
export const GENESIS_MS = Date.UTC(2026, 10, 18, 8, 0);
export const FIRST_BLOCK = 97_000_000;

/** A tenth of the usual crowd: enough to trade, quick to run. */
export const SMALL_POPULATION: Population = { market_maker: 8, informed: 12, noise: 24, panicker: 12 };

export type SimulatedChain = { readonly world: World; readonly chain: Chain };

export function aSimulatedChain(options: {
  readonly seed?: Seed;
  readonly hours: number;
  /** False: the world exists, but no block is mined yet. */
  readonly isMined?: boolean;
  /** Share of the hours that settles on V1. */
  readonly v1Share?: number;
  readonly population?: Population;
}): SimulatedChain {
  const { seed = 1, hours, v1Share = 0.5, population = DEFAULT_POPULATION, isMined = true } = options;
  const cutoverMs = GENESIS_MS + v1Share * hours * HOUR_MS;
  const world = createWorld({ seed, genesisMs: GENESIS_MS, cutoverMs, population });
  const chain = createChain(world, { firstBlock: FIRST_BLOCK, finalityBlocks: 4 });
  if (isMined) chain.advanceTo(GENESIS_MS + hours * HOUR_MS);
  return { world, chain };
}

export const allLogs = (chain: Chain): readonly RpcLog[] =>
  chain.nonEmpty(chain.firstBlock, chain.head()).flatMap(chain.logsOf);

export const toRawLog = (log: RpcLog): RawLog => ({
  address: parseAddress(log.address),
  topics: log.topics,
  data: log.data,
  blockNumber: Number(log.blockNumber),
  blockHash: parseBlockHash(log.blockHash),
  txHash: parseTxHash(log.transactionHash),
  txIndex: Number(log.transactionIndex),
  logIndex: Number(log.logIndex),
});

/** Fills, matches, refunds, and what Conditional Tokens says of markets. */
export const tradeLogs = (chain: Chain): readonly RawLog[] => splitLogs(allLogs(chain).map(toRawLog)).trades;

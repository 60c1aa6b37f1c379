import type { TokenId } from "../../core/ids/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Rush } from "./actors/actor.ts";
import { type Chain, createChain, type ReorgTransactions } from "./chain/chain.ts";
import { createOrderFaults, type FaultRates, type OrderFaults } from "./faults/order-faults.ts";
import {
  createPlannedFaults,
  type RelayerFault,
  type RelayerFaults,
  type TransactionFault,
  type TransactionFaults,
} from "./faults/settlement-faults.ts";
import type { Seed } from "./random/prng.ts";
import type { DataFlaws } from "./server/data-api-flaws.ts";
import { createTickSizes } from "./server/order-book.ts";
import { DEFAULT_LIMITS, type RpcLimits } from "./server/rpc-methods.ts";
import { type Geoblock, type MarketChannelOptions, serve } from "./server/serve.ts";
import type { UserChannelFaults } from "./server/user-channel.ts";
import { createPositions, type Positions } from "./venue/positions.ts";
import { createVenue, type Venue } from "./venue/venue.ts";
import type { Customer } from "./world/customers.ts";
import { PIPS_PER_USD } from "./world/units.ts";
import { SLOT_MS } from "./world/up-down-markets.ts";
import { DEFAULT_POPULATION, type Population } from "./world/wallets.ts";
import { createWorld, type World } from "./world/world.ts";

export type SimnetOptions = {
  readonly seed: Seed;
  /** Loopback port; 0 takes any. */
  readonly port: number;
  /** Blocks are mined as this clock passes their time. */
  readonly clock: Clock;
  /** Hours of history before the clock's now (rounded to full quarters); with `genesisMs`, only what `cutoverMs` follows from. */
  readonly history?: number;
  /** First moment of the world. The same seed and genesis give the same chain again, also after a restart. */
  readonly genesisMs?: number;
  /** Matches before this settle on V1. Default: genesis and 45 % of `history` after it. */
  readonly cutoverMs?: number;
  /** How many wallets of each kind. */
  readonly wallets?: Partial<Population>;
  readonly rush?: Rush;
  readonly firstBlock?: number;
  readonly finalityBlocks?: number;
  readonly limits?: Partial<RpcLimits>;
  /** How long before its log RTDS tells of a trade. */
  readonly rtdsLeadMs?: number;
  /** Accounts at the venue that real orders may come from. */
  readonly accounts?: readonly Customer[];
  /** What goes wrong with orders, and how often; seeded. */
  readonly orderFaults?: FaultRates;
  /** True: nothing is mined until `advanceTo`; the clock is only read for the order book. */
  readonly isManual?: boolean;
  /** How the market channel behaves. */
  readonly marketChannel?: MarketChannelOptions;
  /** Where the venue believes its callers to be. */
  readonly geoblock?: Geoblock;
};

export type Simnet = {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly gammaUrl: string;
  readonly clobUrl: string;
  readonly rtdsUrl: string;
  /** The CLOB's market channel. */
  readonly marketUrl: string;
  /** The CLOB's user channel. */
  readonly userUrl: string;
  readonly dataUrl: string;
  /** Says whether the venue serves the caller's country. */
  readonly geoblockUrl: string;
  /** `${baseUrl}/simnet/wallets` is the planted truth, `${baseUrl}/simnet/status` where the chain stands. */
  readonly baseUrl: string;
  /** Pass it to the next start, with the same seed, to get the same world. */
  readonly genesisMs: number;
  readonly world: World;
  readonly chain: Chain;
  /** What the Data API gets wrong about single wallets; nothing until something is put here. */
  readonly dataFlaws: DataFlaws;
  /** Put something wrong here and the user channel does it. */
  readonly userChannel: UserChannelFaults;
  /** What the user channel tells, without a socket between. */
  readonly listen: Venue["listen"];
  readonly relayerUrl: string;
  /** Plans what goes wrong with the next orders. */
  readonly faults: OrderFaults;
  /** The same for transactions that owners send, and for what the relayer is asked to do. */
  readonly transactionFaults: TransactionFaults;
  readonly relayerFaults: RelayerFaults;
  /** What wallets hold of Protocol V2. */
  readonly positions: Positions;
  /** Mines every block up to a time, whatever the clock says. */
  advanceTo(at: number): void;
  reorg(depth: number, transactions?: ReorgTransactions): void;
  /** Changes the price grid of the market that a token belongs to. */
  changeTick(tokenId: TokenId, tick: number): void;
  stop(): Promise<void>;
};

const DEFAULT_HISTORY_HOURS = 36;
const HOUR_MS = 3_600_000;
const V1_SHARE = 0.45;
const FIRST_BLOCK = 97_000_000;
const FINALITY_BLOCKS = 4;

/**
 * The world on loopback: a Polygon node, Gamma and the CLOB on one port, over a seeded market with
 * planted skill. Generates its history at once (synchronously, under a second for the default), then goes on live.
 */
export async function startSimnet(options: SimnetOptions): Promise<Simnet> {
  const { seed, clock } = options;
  const now = clock.nowMs();
  const history = (options.history ?? DEFAULT_HISTORY_HOURS) * HOUR_MS;
  const genesisMs = Math.floor((options.genesisMs ?? now - history) / SLOT_MS) * SLOT_MS;
  const cutoverMs = options.cutoverMs ?? Math.floor(genesisMs + V1_SHARE * history);
  const population = { ...DEFAULT_POPULATION, ...options.wallets };
  const customers = options.accounts ?? [];
  const world = createWorld({ seed, genesisMs, cutoverMs, population, customers, rush: options.rush ?? null });
  const chain = createChain(world, {
    firstBlock: options.firstBlock ?? FIRST_BLOCK,
    finalityBlocks: options.finalityBlocks ?? FINALITY_BLOCKS,
    leadMs: options.rtdsLeadMs ?? 0,
  });
  chain.advanceTo(now);

  /** The book may be asked for a little after the newest block, never before it. */
  const bookTime = (): number => Math.max(clock.nowMs(), chain.header(chain.head()).timestamp * 1_000);
  const status = () => ({
    simulated: true,
    seed,
    genesisMs,
    cutoverMs,
    nowMs: clock.nowMs(),
    firstBlock: chain.firstBlock,
    headBlock: chain.head(),
    finalizedBlock: chain.finalized(),
    markets: world.markets.length,
    wallets: world.wallets.length - customers.length,
  });
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const dataFlaws: DataFlaws = new Map();
  const ticks = createTickSizes();
  const venue = createVenue(world, chain, customers, bookTime);
  const faults = createOrderFaults(seed, options.orderFaults ?? {});
  const userChannel = { isFrozen: false, framesAsArrays: false, hasUnknownEvents: false };
  const positions = createPositions();
  const planned = {
    transactionFaults: createPlannedFaults<TransactionFault>(),
    relayerFaults: createPlannedFaults<RelayerFault>(),
  };
  const marketChannel = options.marketChannel ?? {};
  const served = await serve({
    ...{ seed, world, venue, faults, chain, limits, dataFlaws, status, ticks, marketChannel, userChannel },
    ...{ ...planned, positions },
    geoblock: options.geoblock ?? { blocked: false, country: "IE", region: "L" },
    port: options.port,
    now: bookTime,
  });
  const stopping = new AbortController();
  const mining = options.isManual === true ? Promise.resolve() : mine(chain, clock, stopping.signal);
  const baseUrl = `http://127.0.0.1:${served.port}`;
  return {
    rpcUrl: `${baseUrl}/rpc`,
    wsUrl: `ws://127.0.0.1:${served.port}/rpc`,
    gammaUrl: `${baseUrl}/gamma`,
    clobUrl: `${baseUrl}/clob`,
    rtdsUrl: `ws://127.0.0.1:${served.port}/rtds`,
    userUrl: `ws://127.0.0.1:${served.port}/ws/user`,
    marketUrl: `ws://127.0.0.1:${served.port}/ws/market`,
    dataUrl: `${baseUrl}/data`,
    geoblockUrl: `${baseUrl}/geoblock`,
    baseUrl,
    genesisMs,
    world,
    ...{ chain, dataFlaws, faults, userChannel, positions, ...planned },
    listen: venue.listen,
    relayerUrl: `${baseUrl}/relayer`,
    advanceTo: (at) => chain.advanceTo(at),
    reorg: (depth, transactions = "same") => chain.reorg(depth, transactions),
    changeTick(tokenId, tick) {
      const market = world.markets.find((each) => each.tokenIds().includes(tokenId));
      if (market !== undefined) ticks.change(market, Math.round(tick * PIPS_PER_USD));
    },
    async stop() {
      stopping.abort();
      await mining;
      await served.close();
    },
  };
}

/** Mines what is due, rests until the next block is. A late wake-up mines several blocks at once. */
async function mine(chain: Chain, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(Math.max(1, chain.nextBlockAt() - clock.nowMs()), signal);
    if (!signal.aborted) chain.advanceTo(clock.nowMs());
  }
}

import { type Chain, createChain, type ReorgTransactions } from "../../src/adapters/simnet/chain/chain.ts";
import { BLOCK_MS } from "../../src/adapters/simnet/chain/headers.ts";
import type { RpcLog } from "../../src/adapters/simnet/chain/log.ts";
import type { Faults } from "../../src/adapters/simnet/faults/faults.ts";
import { createFaultyNode, type FaultyNode } from "../../src/adapters/simnet/faults/faulty-node.ts";
import { createRpcMethods, type RpcLimits, type RpcMethod } from "../../src/adapters/simnet/server/rpc-methods.ts";
import { GENESIS_MS } from "../support/simulated-chain.ts";
import { withRareLogs } from "./rare-logs.ts";
import type { RecordedWorld } from "./recorded-world.ts";
import type { SimTime } from "./sim-time.ts";

/** Something that happens to the chain; `at` in milliseconds of simulated time. */
export type ChainEvent = { readonly at: number } & (
  | { readonly kind: "mine"; readonly blocks: number }
  | { readonly kind: "reorg"; readonly depth: number; readonly transactions: ReorgTransactions }
);

export type EndpointPlan = {
  readonly name: string;
  /** How far behind each node behind this name is. */
  readonly lagsMs: readonly number[];
  /** Hears of nothing new in between, and then of all of it at once. */
  readonly stuck: readonly [fromMs: number, toMs: number] | null;
  /** Nobody answers in between. */
  readonly dead: readonly [fromMs: number, toMs: number] | null;
  readonly lies: "never" | "once" | "always";
  readonly limits: RpcLimits;
};

export type Endpoint = {
  readonly name: string;
  readonly node: FaultyNode;
  /** What subscriptions are served from. */
  readonly chain: Chain;
  readonly methods: ReadonlyMap<string, RpcMethod>;
  isDead(): boolean;
};

export type Network = {
  /** As it is everywhere once everybody has heard of everything. */
  readonly chain: Chain;
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** Everybody hears of everything, answers, and tells the truth. */
  heal(): void;
};

export type NetworkOptions = {
  readonly time: SimTime;
  readonly world: RecordedWorld;
  readonly firstBlock: number;
  readonly finalityBlocks: number;
  readonly historyBlocks: number;
  readonly events: readonly ChainEvent[];
  readonly endpoints: readonly EndpointPlan[];
  readonly faults: Faults;
};

/** One chain, and nodes that hear of what happens to it each in its own time: between them they hold several branches. */
export function createNetwork(options: NetworkOptions): Network {
  const { time, events, faults } = options;
  const start = time.now();
  const encoded = new Map<string, readonly RpcLog[]>();
  const pending: (() => void)[] = [];
  let isHealed = false;

  function follow(hearsAt: (event: ChainEvent) => number): Chain {
    const chain = createReplica(options, encoded);
    let heard = 0;
    const hearTo = (count: number): void => {
      for (; heard < count; heard += 1) apply(chain, events[heard] as ChainEvent, options.firstBlock);
    };
    let latest = start;
    for (const [index, event] of events.entries()) {
      latest = Math.max(latest, start + hearsAt(event));
      time.at(latest, () => hearTo(index + 1));
    }
    pending.push(() => hearTo(events.length));
    return chain;
  }

  function connect(plan: EndpointPlan): Endpoint {
    const { limits } = plan;
    const hearsAt = (lagMs: number) => (event: ChainEvent) => {
      const at = event.at + lagMs;
      return plan.stuck !== null && at >= plan.stuck[0] && at < plan.stuck[1] ? plan.stuck[1] : at;
    };
    const chains = plan.lagsMs.map((lagMs) => follow(hearsAt(lagMs)));
    const backends = chains.map((each) => createRpcMethods(each, limits));
    const isDead = (): boolean => {
      const at = time.now() - start;
      return !isHealed && plan.dead !== null && at >= plan.dead[0] && at < plan.dead[1];
    };
    return {
      name: plan.name,
      node: createFaultyNode({ name: plan.name, backends, batchMax: limits.batchMax, faults, lies: plan.lies, isDead }),
      chain: chains[0] as Chain,
      methods: backends[0] as ReadonlyMap<string, RpcMethod>,
      isDead,
    };
  }

  return {
    chain: follow(({ at }) => at),
    endpoints: new Map(options.endpoints.map((plan) => [plan.name, connect(plan)])),
    heal() {
      isHealed = true;
      faults.stop();
      for (const catchUp of pending) catchUp();
    },
  };
}

function createReplica(options: NetworkOptions, encoded: Map<string, readonly RpcLog[]>): Chain {
  const { world, firstBlock, finalityBlocks, historyBlocks } = options;
  const chain = createChain(world.play(), { firstBlock, finalityBlocks });
  apply(chain, { at: 0, kind: "mine", blocks: historyBlocks }, firstBlock);
  /** A block's hash says everything of it, on every node. */
  function logsOf(number: number): readonly RpcLog[] {
    const { hash } = chain.header(number);
    const logs = encoded.get(hash) ?? withRareLogs(chain.logsOf(number));
    encoded.set(hash, logs);
    return logs;
  }
  return {
    ...chain,
    logsOf,
    transactionHashes: (number) => [
      ...new Set([...chain.transactionHashes(number), ...logsOf(number).map(({ transactionHash }) => transactionHash)]),
    ],
  };
}

function apply(chain: Chain, event: ChainEvent, firstBlock: number): void {
  if (event.kind === "reorg") chain.reorg(event.depth, event.transactions);
  else chain.advanceTo(GENESIS_MS + (chain.head() + event.blocks - firstBlock) * BLOCK_MS);
}

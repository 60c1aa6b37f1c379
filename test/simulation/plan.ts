import {
  CALL_FAULTS,
  type Fault,
  FEED_FAULTS,
  LIES,
  RECEIPT_FAULTS,
  RECEIPT_LIES,
  WIRE_FAULTS,
} from "../../src/adapters/simnet/faults/faults.ts";
import { drawBetween, drawInteger } from "../../src/adapters/simnet/random/draws.ts";
import { createPrng, type Prng } from "../../src/adapters/simnet/random/prng.ts";
import { DEFAULT_LIMITS, type RpcLimits } from "../../src/adapters/simnet/server/rpc-methods.ts";
import type { ChainEvent, EndpointPlan } from "./endpoints.ts";
import type { DatabaseFault } from "./mortal-engine.ts";
import type { CatalogFault } from "./sim-catalog.ts";

export type AnyFault = Fault | DatabaseFault | CatalogFault;

/** Everything about a run that its seed decides. */
export type Plan = {
  readonly seed: number;
  readonly worldSeed: number;
  readonly firstBlock: number;
  readonly startBlock: number;
  readonly historyBlocks: number;
  readonly finalityBlocks: number;
  readonly batchMax: number;
  readonly rangeBlocks: number;
  readonly rangeBlocksMax: number;
  readonly endpoints: readonly EndpointPlan[];
  readonly events: readonly ChainEvent[];
  readonly rates: Readonly<Partial<Record<AnyFault, number>>>;
  /** Statements, counted over the whole run, at which the process is killed. */
  readonly kills: readonly number[];
  /** How long a killed process stays away. */
  readonly awayMs: readonly number[];
  /** A second process that reads history beside the listener, from a moment on; null: none. */
  readonly backfill: { readonly atMs: number; readonly concurrency: number } | null;
  /** Whether the fault-free end is read by a process of its own, or by the one that saw the faults. */
  readonly restartsForTheEnd: boolean;
};

const WORLDS = 8;
/** A boundary between two partitions of `fill_packed`. */
const PARTITION = 97_000_000;
const FINALITIES = [4, 12, 40, 90, 180, 310, 340];
/** Blocks of a recorded world are 1,000. */
const LIVE_BLOCKS_MAX = 200;

/** Seeds in which many blocks have more logs than anybody hands out at once. */
const CROWDED = 0.06;
const CROWDED_RESULTS_MAX = 30;

const oneOf = <T>(random: Prng, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
const chance = (random: Prng, probability: number): boolean => random() < probability;

export function drawPlan(seed: number): Plan {
  const random = createPrng(seed, "simulation");
  const historyBlocks = drawInteger(random, 40, chance(random, 0.7) ? 300 : 800);
  const finalityBlocks = oneOf(random, FINALITIES);
  const backfill = drawBackfill(random);
  const crowd = createPrng(seed, "crowd");
  const isCrowded = chance(crowd, CROWDED);
  const firstBlock = PARTITION - (chance(random, 0.3) ? drawInteger(random, 1, 300) : 0);
  return {
    seed,
    worldSeed: seed % WORLDS,
    firstBlock,
    startBlock: firstBlock + drawInteger(random, 0, Math.floor(historyBlocks * 0.7)),
    historyBlocks,
    finalityBlocks,
    batchMax: oneOf(random, [5, 20, 100]),
    rangeBlocks: oneOf(random, [1, 10, 50, 200]),
    rangeBlocksMax: oneOf(random, [50, 400, 2_000]),
    events: drawEvents(random, historyBlocks, finalityBlocks, backfill?.atMs ?? null),
    endpoints: drawEndpoints(random).map((each) => (isCrowded ? withSmallCap(each) : each)),
    rates: { ...drawRates(random), ...(isCrowded ? drawReceiptRates(crowd) : {}) },
    kills: drawKills(random),
    awayMs: [1_000, 1_000, 15_000, 60_000].map((ms) => Math.floor(ms * random())),
    backfill,
    restartsForTheEnd: chance(random, 0.5),
  };
}

const drawBackfill = (random: Prng): Plan["backfill"] =>
  chance(random, 0.3) ? { atMs: Math.floor(30_000 * random()), concurrency: drawInteger(random, 1, 4) } : null;

/**
 * Blocks in bursts, reorgs alone and in series; the first ones while the history is still being read, and one soon
 * after a backfill has begun.
 */
function drawEvents(
  random: Prng,
  historyBlocks: number,
  finalityBlocks: number,
  backfillAt: number | null,
): readonly ChainEvent[] {
  const events: ChainEvent[] = [];
  const deepest = Math.min(300, finalityBlocks);
  let at = 0;
  let left = LIVE_BLOCKS_MAX;
  let mined = historyBlocks;
  for (let count = drawInteger(random, 5, 18); count > 0; count -= 1) {
    at += Math.floor(chance(random, 0.3) ? 300 * random() : 6_000 * random());
    const depthMax = Math.min(deepest, mined - 1);
    if (chance(random, 0.35)) {
      const depth = chance(random, 0.6) ? drawInteger(random, 1, 4) : drawInteger(random, 1, depthMax);
      const transactions = oneOf(random, ["same", "shifted", "dropped"] as const);
      events.push({ at, kind: "reorg", depth: Math.min(depth, depthMax), transactions });
    } else {
      const blocks = Math.min(left, drawInteger(random, 1, chance(random, 0.8) ? 6 : 60));
      if (blocks > 0) events.push({ at, kind: "mine", blocks });
      left -= blocks;
      mined += blocks;
    }
  }
  if (backfillAt === null) return events;
  const reorgAt = backfillAt + Math.floor(4_000 * random());
  const depth = drawInteger(random, 1, Math.min(deepest, historyBlocks - 1));
  const during: ChainEvent = { at: reorgAt, kind: "reorg", depth, transactions: "shifted" };
  return [...events, during].sort((a, b) => a.at - b.at);
}

/** One to three names. One at most lies as it likes, so that what it says can be held against somebody. */
function drawEndpoints(random: Prng): readonly EndpointPlan[] {
  const count = drawInteger(random, 1, 3);
  const liar = chance(random, 0.6) ? drawInteger(random, 0, count - 1) : -1;
  const span = (): readonly [number, number] => {
    const from = Math.floor(20_000 * random());
    return [from, from + Math.floor(drawBetween(random, 2_000, 40_000))];
  };
  return Array.from({ length: count }, (_, index): EndpointPlan => {
    const lag = (): number => (chance(random, 0.4) ? Math.floor(oneOf(random, [3_000, 10_000, 40_000]) * random()) : 0);
    return {
      name: `node-${"abc"[index]}.sim`,
      lagsMs: chance(random, 0.35) ? [lag(), lag()] : [lag()],
      stuck: chance(random, 0.15) ? span() : null,
      dead: chance(random, 0.15) ? span() : null,
      limits: drawLimits(random),
      lies: index !== liar ? "never" : count === 1 ? "once" : "always",
    };
  });
}

const drawLimits = (random: Prng): RpcLimits => ({
  ...DEFAULT_LIMITS,
  blockRangeMax: oneOf(random, [10, 100, 10_000, 10_000]),
  resultsMax: oneOf(random, [150, 10_000]),
  batchMax: oneOf(random, [7, 1_000, 1_000]),
});

/** A few kinds at a time, some of them often: a seed in which everything fails a little shows less than several of these. */
function drawRates(random: Prng): Plan["rates"] {
  const rates: Partial<Record<AnyFault, number>> = {};
  const draw = (kinds: readonly AnyFault[], share: number, most: number): void => {
    for (const kind of kinds) if (chance(random, share)) rates[kind] = most * random() ** 2;
  };
  draw(WIRE_FAULTS, 0.2, 0.3);
  draw(CALL_FAULTS, 0.2, 0.3);
  draw(LIES, 0.3, 0.6);
  draw(FEED_FAULTS, 0.25, 0.3);
  draw(["db_refused", "db_lost_before", "db_lost_after", "db_conflict", "db_terminated"], 0.2, 0.15);
  draw(["catalog_fails", "catalog_times_out", "catalog_misses"], 0.2, 0.5);
  return rates;
}

const withSmallCap = (endpoint: EndpointPlan): EndpointPlan => ({
  ...endpoint,
  limits: { ...endpoint.limits, resultsMax: CROWDED_RESULTS_MAX },
});

function drawReceiptRates(random: Prng): Plan["rates"] {
  const faults = RECEIPT_FAULTS.map((kind) => [kind, 0.3 * random()]);
  const lies = RECEIPT_LIES.map((kind) => [kind, 0.4 + 0.4 * random()]);
  return Object.fromEntries([...faults, ...lies]);
}

function drawKills(random: Prng): readonly number[] {
  const kills: number[] = [];
  let at = 0;
  for (let count = Math.max(0, drawInteger(random, -2, 5)); count > 0; count -= 1) {
    at += drawInteger(random, 1, 80);
    kills.push(at);
  }
  return kills;
}

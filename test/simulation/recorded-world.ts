import { createWorld, type Transaction, type World } from "../../src/adapters/simnet/world/world.ts";
import { GENESIS_MS, SMALL_POPULATION } from "../support/simulated-chain.ts";

/** A world that was lived through once and is played again, as often and as far as anybody likes. */
export type RecordedWorld = {
  readonly world: World;
  /** Starts from the beginning, for a chain of its own. */
  play(): World;
};

/** Quiet minutes in between are left out: three times as much happens. */
const DENSER = 3;
const MINUTES = 75;
const MINUTE_MS = 60_000;
const known = new Map<number, RecordedWorld>();

/** From genesis on: 1,000 blocks, both exchange versions, markets that are prepared, traded and resolved. */
export function recordedWorld(seed: number): RecordedWorld {
  const recorded = known.get(seed) ?? record(seed);
  known.set(seed, recorded);
  return recorded;
}

function record(seed: number): RecordedWorld {
  const world = createWorld({
    seed,
    genesisMs: GENESIS_MS,
    cutoverMs: GENESIS_MS + (MINUTES / 2) * MINUTE_MS,
    population: SMALL_POPULATION,
  });
  const transactions = world
    .advanceTo(GENESIS_MS + MINUTES * MINUTE_MS)
    .map((each): Transaction => ({ ...each, at: GENESIS_MS + Math.floor((each.at - GENESIS_MS) / DENSER) }));
  return { world, play: () => playback(world, transactions) };
}

function playback(world: World, transactions: readonly Transaction[]): World {
  let next = 0;
  return {
    ...world,
    advanceTo(at) {
      const from = next;
      while (next < transactions.length && (transactions[next] as Transaction).at <= at) next += 1;
      return transactions.slice(from, next);
    },
  };
}

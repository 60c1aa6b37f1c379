import type { FaultRates } from "../../../src/adapters/simnet/faults/faults.ts";
import { drawInteger } from "../../../src/adapters/simnet/random/draws.ts";
import { createPrng, type Prng } from "../../../src/adapters/simnet/random/prng.ts";
import type { ControlCommand } from "../../../src/core/engine/event.ts";
import type { DatabaseFault } from "../mortal-engine.ts";

export const MARKETS = 6;
export const WHALES = 4;

export const OUTSIDE_FAULTS = [
  "book_fails",
  "book_slow",
  "terms_fail",
  "order_lost",
  "answer_lost",
  "order_slow",
] as const;
export type OutsideFault = (typeof OUTSIDE_FAULTS)[number];

/** Of each fourth seed: by chance alone few orders have no answer, and few are on their way at a kill. */
const SILENT_VENUE: FaultRates<OutsideFault> = { answer_lost: 0.8 };
const SLOW_VENUE: FaultRates<OutsideFault> = { order_slow: 0.5 };

export type WorldEvent =
  | {
      readonly at: number;
      readonly kind: "buy";
      readonly whale: number;
      readonly token: number;
      readonly fills: number;
    }
  | { readonly at: number; readonly kind: "sell"; readonly whale: number; readonly token: number }
  | { readonly at: number; readonly kind: "price"; readonly market: number; readonly cents: number }
  | { readonly at: number; readonly kind: "resolve"; readonly market: number; readonly winner: 0 | 1 | null }
  | { readonly at: number; readonly kind: "reorg" }
  /** The last blocks go, and come again with what was in them, or with nothing. */
  | { readonly at: number; readonly kind: "fork"; readonly depth: number; readonly isLost: boolean }
  | { readonly at: number; readonly kind: "command"; readonly command: Exclude<ControlCommand["kind"], "close"> };

/** Everything about a run that its seed decides. */
export type ExecutorPlan = {
  readonly seed: number;
  readonly events: readonly WorldEvent[];
  /** Statements, counted over the whole run, at which the process is killed. */
  readonly kills: readonly number[];
  readonly awayMs: readonly number[];
  readonly databaseRates: FaultRates<DatabaseFault>;
  readonly outsideRates: FaultRates<OutsideFault>;
  /** Of each event the number of the executor's statements that come before it, counted from when it is due; null: all are at rest. */
  readonly between: readonly number[] | null;
};

const oneOf = <T>(random: Prng, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
const chance = (random: Prng, probability: number): boolean => random() < probability;

/** @param interleaved others write between the executor's statements, and what was read is taken back more often */
export function drawExecutorPlan(seed: number, interleaved = false): ExecutorPlan {
  const plan = drawPlan(seed);
  if (!interleaved) return plan;
  const random = createPrng(seed, "between statements");
  const fork = (after: number): WorldEvent => ({
    ...{ at: after + drawInteger(random, 1, 2_500), kind: "fork" },
    ...{ depth: drawInteger(random, 1, 3), isLost: chance(random, 0.3) },
  });
  const forks = plan.events.flatMap((event): readonly WorldEvent[] => {
    if (event.kind !== "buy") return [];
    const { at, whale, token } = event;
    const sold: WorldEvent = { at: at + drawInteger(random, 2_000, 5_000), kind: "sell", whale, token };
    return chance(random, 0.3) ? [fork(at)] : [sold, fork(sold.at)];
  });
  const events = [...plan.events, ...forks].toSorted((one, other) => one.at - other.at);
  return { ...plan, events, between: events.map(() => drawInteger(random, 0, 5)) };
}

function drawPlan(seed: number): ExecutorPlan {
  const random = createPrng(seed, "executor simulation");
  const events = Array.from({ length: drawInteger(random, 3, 5) }, () => drawStory(random)).flat();
  for (let count = drawInteger(random, 1, 4); count > 0; count -= 1) events.push(...drawNoise(random));
  events.sort((one, other) => one.at - other.at);
  return {
    seed,
    events,
    kills: drawKills(random),
    awayMs: [200, 1_000, 4_000, 20_000].map((ms) => Math.floor(ms * random())),
    databaseRates: drawRates(random, ["db_refused", "db_lost_before", "db_lost_after", "db_conflict", "db_terminated"]),
    outsideRates: { ...drawRates(random, OUTSIDE_FAULTS), ...venueOf(seed) },
    between: null,
  };
}

const venueOf = (seed: number): FaultRates<OutsideFault> =>
  seed % 4 === 1 ? SILENT_VENUE : seed % 4 === 3 ? SLOW_VENUE : {};

/** A whale buys, and later something ends what was bought after it. */
function drawStory(random: Prng): WorldEvent[] {
  const market = drawInteger(random, 0, MARKETS - 1);
  const outcome = drawInteger(random, 0, 1);
  const token = 2 * market + outcome;
  const whale = drawInteger(random, 1, WHALES);
  const at = drawInteger(random, 200, 8_000);
  const later = at + drawInteger(random, 1_500, 7_000);
  const bought: WorldEvent = { at, kind: "buy", whale, token, fills: drawInteger(random, 1, 3) };
  const dice = random();
  if (dice < 0.3) return [bought, { at: later, kind: "price", market, cents: outcome === 0 ? 25 : 75 }];
  if (dice < 0.55) return [bought, { at: later, kind: "sell", whale, token }];
  if (dice < 0.85) return [bought, { at: later, kind: "resolve", market, winner: oneOf(random, [0, 1, null]) }];
  return dice < 0.93 ? [bought, { at: later, kind: "command", command: "close-all" }] : [bought];
}

function drawNoise(random: Prng): WorldEvent[] {
  const at = drawInteger(random, 200, 12_000);
  const market = drawInteger(random, 0, MARKETS - 1);
  const dice = random();
  if (dice < 0.3) return [{ at, kind: "price", market, cents: drawInteger(random, 15, 80) }];
  if (dice < 0.6) return [{ at, kind: "reorg" }];
  const resumed: WorldEvent = { at: at + drawInteger(random, 100, 4_000), kind: "command", command: "resume" };
  return [{ at, kind: "command", command: oneOf(random, ["pause", "halt"]) }, resumed];
}

/** Between any two statements: near each other too, so that a recovery is killed as well. */
function drawKills(random: Prng): readonly number[] {
  const kills: number[] = [];
  let at = 0;
  for (let count = drawInteger(random, 1, 5); count > 0; count -= 1) {
    at += chance(random, 0.3) ? drawInteger(random, 1, 12) : drawInteger(random, 1, 60);
    kills.push(at);
  }
  return kills;
}

function drawRates<Kind extends string>(random: Prng, kinds: readonly Kind[]): FaultRates<Kind> {
  const rates: Partial<Record<Kind, number>> = {};
  for (const kind of kinds) if (chance(random, 0.3)) rates[kind] = 0.3 * random() ** 2;
  return rates;
}

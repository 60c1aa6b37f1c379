import type { FaultRates } from "../../../src/adapters/simnet/faults/faults.ts";
import type { OrderFault } from "../../../src/adapters/simnet/faults/order-faults.ts";
import { drawInteger } from "../../../src/adapters/simnet/random/draws.ts";
import { createPrng, type Prng } from "../../../src/adapters/simnet/random/prng.ts";
import type { SignatureType, TimeInForce } from "../../../src/core/chain/exchange-order.ts";
import type { DatabaseFault } from "../mortal-engine.ts";

export const MARKETS = 5;
export const WHALES = 3;

/** What goes wrong between the process and what it asks, beside what simnet's venue does to orders. */
export type WireFault = "signer_silent" | "ask_lost" | "book_lost";

export type LiveEvent =
  | { readonly at: number; readonly kind: "buy" | "sell"; readonly whale: number; readonly market: number }
  | { readonly at: number; readonly kind: "block" }
  | { readonly at: number; readonly kind: "command"; readonly command: "close-all" | "pause" | "resume" };

export type LivePlan = {
  readonly seed: number;
  readonly events: readonly LiveEvent[];
  readonly kills: readonly number[];
  readonly awayMs: readonly number[];
  readonly databaseRates: FaultRates<DatabaseFault>;
  readonly wireRates: FaultRates<WireFault>;
  /** What goes wrong with one order after the other. */
  readonly orderFaults: readonly (OrderFault | null)[];
  readonly signatureType: SignatureType;
  /** How entries are placed. */
  readonly order: TimeInForce;
  /** What the user channel is worth: it tells all, or loses, repeats and delays some of it, or never says a word. */
  readonly channel: "good" | "bad" | "silent";
};

const ORDER_FAULTS: readonly OrderFault[] = [
  ...(["timeout", "answer lost", "lost", "restarting", "post-only", "cancel-only", "disabled"] as const),
  ...(["order timed out", "no match", "settlement fails", "success with an error"] as const),
  ...(["tick change", "stale balance", "rate limited", "forbidden"] as const),
];
const LIFE_MS = 45_000;
const ORDERS_WITH_FAULTS = 30;
const BLOCK_EVERY_MS = 4_000;
const chance = (random: Prng, probability: number): boolean => random() < probability;

const command = (at: number, what: "close-all" | "pause" | "resume"): LiveEvent => ({
  at,
  kind: "command",
  command: what,
});

export function drawLivePlan(seed: number): LivePlan {
  const random = createPrng(seed, "live simulation");
  const events: LiveEvent[] = [];
  for (let at = 0; at < LIFE_MS; at += BLOCK_EVERY_MS) events.push({ at, kind: "block" });
  for (let count = drawInteger(random, 6, 12); count > 0; count -= 1) {
    const story = { whale: drawInteger(random, 1, WHALES), market: drawInteger(random, 0, MARKETS - 1) };
    const at = drawInteger(random, 2_000, 25_000);
    events.push({ at, kind: "buy", ...story });
    if (chance(random, 0.6)) events.push({ at: at + drawInteger(random, 4_000, 18_000), kind: "sell", ...story });
  }
  if (chance(random, 0.3)) events.push(command(drawInteger(random, 8_000, LIFE_MS), "close-all"));
  if (chance(random, 0.3)) {
    const at = drawInteger(random, 1_000, 20_000);
    events.push(command(at, "pause"), command(at + drawInteger(random, 500, 8_000), "resume"));
  }
  events.sort((one, other) => one.at - other.at);
  const rates = <Kind extends string>(kinds: readonly Kind[], share: number, most: number): FaultRates<Kind> => {
    const drawn: Partial<Record<Kind, number>> = {};
    for (const kind of kinds) if (chance(random, share)) drawn[kind] = most * random();
    return drawn;
  };
  const kills: number[] = [];
  for (let count = drawInteger(random, 0, 4), at = 0; count > 0; count -= 1) {
    at += chance(random, 0.4) ? drawInteger(random, 1, 25) : drawInteger(random, 1, 250);
    kills.push(at);
  }
  return {
    ...{ seed, events, kills },
    awayMs: [200, 1_000, 4_000, 20_000].map((ms) => Math.floor(ms * random())),
    databaseRates: rates(["db_refused", "db_lost_before", "db_lost_after", "db_conflict"], 0.25, 0.008),
    wireRates: rates(["signer_silent", "ask_lost", "book_lost"], 0.4, 0.1),
    orderFaults: drawOrderFaults(random),
    signatureType: (seed % 4) as SignatureType,
    order: (["FAK", "GTC", "GTD", "FOK"] as const)[Math.floor(seed / 4) % 4] ?? "FAK",
    channel: (["silent", "good", "bad"] as const)[seed % 3] ?? "silent",
  };
}

/** A few kinds to a seed, so that orders also go well. */
function drawOrderFaults(random: Prng): readonly (OrderFault | null)[] {
  const kinds = ORDER_FAULTS.filter(() => chance(random, 0.3));
  const share = 0.7 * random();
  return Array.from({ length: ORDERS_WITH_FAULTS }, () =>
    chance(random, share) ? (kinds[Math.floor(random() * kinds.length)] ?? null) : null,
  );
}

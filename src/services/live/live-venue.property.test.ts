import fc from "fast-check";
import { expect, test } from "vitest";
import { createManualClock, type ManualClock } from "../../../test/support/manual-clock.ts";
import { createQuietLogger } from "../../../test/support/quiet-logger.ts";
import { anApprovedOrder, NOON } from "../../../test/support/trading.ts";
import { createTransientOrders } from "../../apps/live/transient-orders.ts";
import { orderDomain, orderHash, type SignedOrder } from "../../core/chain/exchange-order.ts";
import { AbortedError, TransientError } from "../../core/errors.ts";
import type { OrderResult } from "../../core/execution/order.ts";
import type { OrderAnswer, TradeStatus, VenueOrder, VenueTrade } from "../../core/execution/venue-answer.ts";
import { type OrderHash, parseAddress } from "../../core/ids/ids.ts";
import { shares, sumUsd, usd } from "../../core/money/amounts.ts";
import { epochMs } from "../../core/time/time.ts";
import type { VenueClient } from "../../ports/venue-client.ts";
import { createLiveVenue } from "./live-venue.ts";
import { createOrderHints } from "./order-hints.ts";

const ORDER = anApprovedOrder();
const wallet = parseAddress(`0x${"22".repeat(20)}`);

/** How one POST goes: whether it arrives, and what we hear of it. */
const post = fc.constantFrom("answered", "lost on the way", "answer lost", "restarting", "rate limited", "late");
/** What the venue does with an order that arrived. */
const fate = fc.constantFrom("matched", "half matched", "no match", "settlement fails", "one of two fails", "refused");
const script = fc.record({
  posts: fc.array(post, { maxLength: 12 }),
  fate,
  asksThatFail: fc.array(fc.boolean(), { maxLength: 10 }),
  /** Waits after which the process dies and another one takes over. */
  deaths: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }),
  settlesAfterMs: fc.integer({ min: 0, max: 40_000 }),
  knowsOrdersAfterMs: fc.integer({ min: 0, max: 8_000 }),
});
type Script = typeof script extends fc.Arbitrary<infer T> ? T : never;

/** A venue that does what the script says, and remembers the truth. */
function createScriptedVenue(clock: ManualClock, plan: Script) {
  const arrived = new Map<OrderHash, { order: SignedOrder; at: number }>();
  const posted: SignedOrder[] = [];
  let asks = 0;
  const hashOf = ({ order }: SignedOrder): OrderHash => orderHash(order, orderDomain("v1", false));

  function arrive(order: SignedOrder): OrderAnswer {
    const hash = hashOf(order);
    if (arrived.has(hash)) return { kind: "duplicate" };
    if (plan.fate === "no match") return { kind: "no-fill" };
    if (plan.fate === "refused") return { kind: "refused", class: "market", text: "the market is not yet ready" };
    arrived.set(hash, { order, at: clock.nowMs() });
    const tradeIds = parts(plan.fate).map((_part, index) => `trade ${index}`);
    return { kind: "accepted", orderHash: hash, status: "matched", tradeIds, makingAmount: null, takingAmount: null };
  }

  function tradesOf(hash: OrderHash): readonly VenueTrade[] {
    const known = arrived.get(hash);
    if (known === undefined) return [];
    const isFinal = clock.nowMs() >= known.at + plan.settlesAfterMs;
    const price = ORDER.limitPrice;
    return parts(plan.fate).map(({ size, ends }, index) => ({
      ...{ id: `trade ${index}`, orderHash: hash, tokenId: known.order.order.tokenId, side: known.order.order.side },
      ...{ role: "taker", price, size: shares(size), status: isFinal ? ends : "MATCHED" },
      ...{ txHash: null, matchedAt: epochMs(known.at) },
    }));
  }

  function mayFail(): void {
    if (plan.asksThatFail[asks++] === true) throw new TransientError("DOWN", "no answer");
  }
  const isVisible = (hash: OrderHash): boolean =>
    clock.nowMs() >= (arrived.get(hash)?.at ?? Number.POSITIVE_INFINITY) + plan.knowsOrdersAfterMs;

  const client: Partial<VenueClient> = {
    async postOrder(order) {
      posted.push(order);
      const how = plan.posts[posted.length - 1] ?? "answered";
      if (how === "restarting") return { kind: "unavailable", sign: { kind: "restarting" } };
      if (how === "rate limited") return { kind: "rate-limited", retryAfterMs: 2_000 };
      if (how === "lost on the way") return { kind: "unknown", text: "timeout" };
      if (how === "late") {
        void clock.sleep(3_000).then(() => arrive(order));
        return { kind: "unknown", text: "timeout" };
      }
      const answer = arrive(order);
      return how === "answered" ? answer : { kind: "unknown", text: "timeout" };
    },
    async order(hash): Promise<VenueOrder | null> {
      mayFail();
      const known = arrived.get(hash);
      if (known === undefined || !isVisible(hash)) return null;
      const { side, tokenId } = known.order.order;
      const matched = shares(parts(plan.fate).reduce((sum, { size }) => sum + size, 0n));
      const price = ORDER.limitPrice;
      return { ...{ orderHash: hash, tokenId, side, price, size: matched, matched }, status: "matched", tradeIds: [] };
    },
    async trades() {
      mayFail();
      return [...arrived.keys()].filter(isVisible).flatMap(tradesOf);
    },
  };
  return { client: client as VenueClient, posted, arrived, truth: (): OrderResult => ending(arrived.size > 0, plan) };
}

const parts = (how: Script["fate"]): readonly { size: bigint; ends: TradeStatus }[] => {
  if (how === "matched") return [{ size: 40_000_000n, ends: "CONFIRMED" }];
  if (how === "half matched") return [{ size: 20_000_000n, ends: "CONFIRMED" }];
  if (how === "settlement fails") return [{ size: 40_000_000n, ends: "FAILED" }];
  return [
    { size: 10_000_000n, ends: "CONFIRMED" },
    { size: 30_000_000n, ends: "FAILED" },
  ];
};

/** What is true in the end, as far as money goes. */
function ending(hasArrived: boolean, plan: Script): OrderResult {
  const confirmed = hasArrived ? parts(plan.fate).filter(({ ends }) => ends === "CONFIRMED") : [];
  if (confirmed.length === 0) return { status: "unfilled", reason: "NO_LIQUIDITY" };
  const executions = confirmed.map(({ size }) => ({
    ...{ price: ORDER.limitPrice, size: shares(size) },
    cash: usd(0n),
    fee: usd(0n),
  }));
  return { status: "filled", executions };
}

const sizeOf = (result: OrderResult): bigint =>
  result.status === "filled" ? result.executions.reduce((sum, { size }) => sum + size, 0n) : 0n;

async function live(plan: Script) {
  const clock = createManualClock(NOON);
  const venue = createScriptedVenue(clock, plan);
  const store = createTransientOrders();
  const order = ORDER;
  let result: OrderResult | null = null;
  let deaths = 0;
  for (let rounds = 0; result === null; ) {
    const stop = new AbortController();
    const place = createLiveVenue({
      ...{ client: venue.client, store, clock, random: () => 0.5, logger: createQuietLogger() },
      ...{ alarm: async () => {}, hold: () => null, hints: createOrderHints(clock) },
      account: { wallet, owner: wallet, signatureType: 3 },
      exchangeOf: async () => ({ marketVersion: "v1", negRisk: false }),
      signer: {
        identity: () => Promise.reject(new Error("not asked")),
        signTrial: async () => "0x01",
        signAttestation: () => Promise.reject(new Error("not asked")),
        signOrder: async () => ({ signed: true, signature: "0x01" }),
      },
    });
    const dies = plan.deaths[deaths];
    const run = place.place(order, stop.signal).then(
      (answer) => {
        result = answer;
      },
      (error: unknown) => {
        if (!(error instanceof TransientError || error instanceof AbortedError)) throw error;
      },
    );
    let isOver = false;
    void run.then(() => {
      isOver = true;
    });
    for (let waits = 0; !isOver; waits++) {
      if (waits === dies) {
        stop.abort();
        deaths += 1;
      }
      await clock.advance(1_000);
      if (++rounds > 1_000) throw new Error("no end after a thousand seconds");
    }
    await run;
    await clock.advance(1_000);
  }
  return { result: result as OrderResult, venue };
}

test("an order is never made twice, and what is booked is what was confirmed, whatever gets lost and whoever dies", async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(script, async (plan) => {
      const { result, venue } = await live(plan);
      expect(venue.arrived.size).toBeLessThanOrEqual(1);
      // Sent again only byte for byte.
      expect(
        new Set(venue.posted.map((each) => JSON.stringify(each, (_key, value) => String(value)))).size,
      ).toBeLessThanOrEqual(1);
      expect(sizeOf(result)).toBe(sizeOf(venue.truth()));
      if (result.status === "filled") {
        const spent = sumUsd(result.executions.map(({ cash }) => cash));
        expect(spent <= usd(ORDER.side === "BUY" ? 1_000_000_000n : 0n)).toBe(true);
      }
      seen.set(result.status, (seen.get(result.status) ?? 0) + 1);
    }),
    { numRuns: 300 },
  );
  expect(seen.get("filled")).toBeGreaterThan(50);
  expect(seen.get("unfilled")).toBeGreaterThan(50);
}, 60_000);

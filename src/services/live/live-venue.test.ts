import { expect, test } from "vitest";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { createQuietLogger } from "../../../test/support/quiet-logger.ts";
import { anApprovedOrder, NOON } from "../../../test/support/trading.ts";
import { createTransientOrders } from "../../apps/live/transient-orders.ts";
import { orderDomain, orderHash, type SignedOrder } from "../../core/chain/exchange-order.ts";
import type { OrderResult } from "../../core/execution/order.ts";
import type { OrderAnswer, TradeStatus } from "../../core/execution/venue-answer.ts";
import { type ClientOrderId, parseAddress } from "../../core/ids/ids.ts";
import { shares } from "../../core/money/amounts.ts";
import { addMs } from "../../core/time/time.ts";
import type { VenueClient } from "../../ports/venue-client.ts";
import type { LiveVenueDeps } from "./live-deps.ts";
import { createLiveVenue } from "./live-venue.ts";
import { createOrderHints } from "./order-hints.ts";

const wallet = parseAddress(`0x${"22".repeat(20)}`);

/** A venue that answers as it is told; what it accepts is matched at once and settles as `ends` says. */
function desk(answers: readonly OrderAnswer[], ends: readonly TradeStatus[] = [], moved = "v1") {
  const clock = createManualClock(NOON);
  const alarms: string[] = [];
  const postedAt: number[] = [];
  const asked: boolean[] = [];
  const accepted: SignedOrder[] = [];
  const client: Partial<VenueClient> = {
    async postOrder(order) {
      const answer = answers[postedAt.push(clock.nowMs() - NOON) - 1];
      if (answer !== undefined) return answer;
      accepted.push(order);
      const amounts = { makingAmount: null, takingAmount: null };
      const hash = orderHash(order.order, orderDomain("v1", false));
      return { kind: "accepted", orderHash: hash, status: "matched", tradeIds: [hash], ...amounts };
    },
    order: async () => null,
    trades: async () =>
      accepted.map((order, index) => {
        const hash = orderHash(order.order, orderDomain("v1", false));
        const { tokenId, side, timestamp: matchedAt } = order.order;
        const size = shares(10_000_000n);
        const trade = { id: hash, orderHash: hash, tokenId, side, role: "taker" as const, txHash: null, matchedAt };
        return { ...trade, price: anApprovedOrder().limitPrice, size, status: ends[index] ?? "CONFIRMED" };
      }),
  };
  const exchangeOf: LiveVenueDeps["exchangeOf"] = async (_market, _signal, anew = false) => {
    asked.push(anew);
    return { marketVersion: anew ? moved : "v1", negRisk: false };
  };
  let salt = 0;
  const venue = createLiveVenue({
    ...{ client: client as VenueClient, store: createTransientOrders(), clock, logger: createQuietLogger() },
    ...{ exchangeOf, random: () => (++salt * 0.618) % 1, hold: () => null, hints: createOrderHints(clock) },
    alarm: async (sort) => void alarms.push(sort),
    account: { wallet, owner: wallet, signatureType: 3 },
    signer: {
      identity: () => Promise.reject(new Error("not asked")),
      signTrial: async () => "0x01",
      signAttestation: () => Promise.reject(new Error("not asked")),
      signOrder: async () => ({ signed: true, signature: "0x01" }),
    },
  });
  async function place(n: number): Promise<OrderResult> {
    const at = clock.nowMs();
    const times = { approvedAt: at, goodUntil: addMs(at, 10_000) };
    let result: OrderResult | null = null;
    const placing = venue
      .place({ ...anApprovedOrder(), ...times, clientOrderId: `O-${n}` as ClientOrderId }, AbortSignal.timeout(10_000))
      .then((answer) => {
        result = answer;
      });
    while (result === null) await clock.advance(1_000);
    await placing;
    return result;
  }
  return { place, alarms, postedAt, asked };
}

const refused = (text: string): OrderAnswer => ({ kind: "refused", class: "version", text });

test("a version that the venue refuses is asked anew: moved, the next order is signed for it; not, trading is halted", async () => {
  const moved = desk([refused("order_version_mismatch")], [], "v2");
  expect(await moved.place(1)).toEqual({ status: "unfilled", reason: "VENUE_REFUSED" });
  expect([moved.alarms, moved.asked]).toEqual([[], [false, true]]);
  const same = desk([refused("invalid order version, please use the latest clob-client")]);
  expect(await same.place(1)).toEqual({ status: "unfilled", reason: "VENUE_REFUSED" });
  expect([same.alarms, same.asked]).toEqual([["config"], [false, true]]);
});

test("after too many orders none goes out before the venue's wait is over, whichever it is", async () => {
  const { place, postedAt } = desk([{ kind: "rate-limited", retryAfterMs: 100_000 }]);
  const results: OrderResult[] = [];
  for (let n = 1; results.at(-1)?.status !== "filled"; n++) results.push(await place(n));
  expect(results.length).toBeGreaterThan(2);
  expect(postedAt).toHaveLength(2);
  expect(postedAt[1]).toBeGreaterThanOrEqual(100_000);
});

test("settlements that fail again and again stop buying, and it begins to count anew", async () => {
  const ends = [..."CFFCFF"].map((each) => (each === "F" ? "FAILED" : "CONFIRMED"));
  const { place, alarms } = desk([], [...ends, "FAILED"]);
  const results: string[] = [];
  for (const n of ends.keys()) results.push((await place(n)).status);
  expect(results.filter((status) => status === "filled")).toHaveLength(2);
  expect(alarms).toEqual(["settlement"]);
  await place(9);
  expect(alarms).toHaveLength(1);
});

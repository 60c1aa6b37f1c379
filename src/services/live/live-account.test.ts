import { beforeEach, expect, test } from "vitest";
import { createManualClock, type ManualClock } from "../../../test/support/manual-clock.ts";
import { createQuietLogger } from "../../../test/support/quiet-logger.ts";
import { $, anOrderHash, aTokenId, aWallet, NOON, px, sh } from "../../../test/support/trading.ts";
import { TransientError } from "../../core/errors.ts";
import type { BookedOrder } from "../../core/execution/account-differences.ts";
import type { VenueOrder, VenueTrade } from "../../core/execution/venue-answer.ts";
import type { ClientOrderId, OrderHash } from "../../core/ids/ids.ts";
import { MINUTE_MS, SECOND_MS } from "../../core/time/time.ts";
import type { AccountNews } from "../../ports/account-feed.ts";
import type { LiveAccountRow, LiveAccountStore } from "../../ports/live-account-store.ts";
import type { VenueClient } from "../../ports/venue-client.ts";
import { createLiveAccount } from "./live-account.ts";
import { createOrderHints } from "./order-hints.ts";

/** An account of 100 USD without orders, at a venue that a test makes say otherwise. */
function world(clock: ManualClock) {
  const venue = { isDown: false, trades: [] as VenueTrade[], collateral: "100", questions: 0 };
  const resting: VenueOrder[] = [];
  const ours = new Map<OrderHash, BookedOrder>();
  const said: string[] = [];
  const told: string[] = [];
  const corrected: string[] = [];
  let hear: (news: AccountNews) => void = () => {};
  let row: LiveAccountRow | null = null;
  const known = new Set<string>();
  const ask = async <T>(answer: T): Promise<T> => {
    if (venue.isDown) throw new TransientError("DOWN", "no answer");
    return answer;
  };
  const client: Partial<VenueClient> = {
    openOrders: () => {
      venue.questions += 1;
      return ask([...resting]);
    },
    trades: () => ask(venue.trades),
    async cancel(hashes) {
      resting.splice(0);
      return { cancelled: hashes, notCancelled: new Map() };
    },
    collateral: () => ask({ balanceUsd: $(venue.collateral), allowanceUsd: $(venue.collateral) }),
  };
  const store: LiveAccountStore = {
    account: async () => row,
    begin: async (wallet, baselineUsd, baselineAt) => (row = { wallet, baselineUsd, baselineAt, reconciledAt: null }),
    books: async () => ({
      ...{ flowUsd: $("0"), payoutsUsd: $("0"), closedPositions: 0, inFlight: [], holdings: new Map() },
    }),
    bookedOrders: async () => ours,
    saveDifferences: async (found) => {
      const fresh = found.filter(({ kind, subject }) => !known.has(`${kind} ${subject}`));
      for (const { kind, subject } of fresh) known.add(`${kind} ${subject}`);
      told.push(...fresh.map(() => "difference"));
      return fresh;
    },
    saveArming: async () => {},
  };
  const account = createLiveAccount({
    ...{ client: client as VenueClient, store, wallet: aWallet(1), clock, logger: createQuietLogger() },
    hints: createOrderHints(clock),
    feed: {
      listen(listener) {
        hear = listener;
        return () => {};
      },
      run: (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
    },
    outbox: { record: async (_key, kind) => void told.push(kind) },
  });
  const stop = new AbortController();
  const running = account.run({
    signal: stop.signal,
    control: ({ kind }) => void said.push(kind),
    correct: (id, trades) => void corrected.push(`${id} ${trades.map(({ status }) => status).join(" ")}`),
  });
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  return { venue, resting, ours, account, said, told, corrected, end, hear: (news: AccountNews) => hear(news) };
}

let clock: ManualClock;
beforeEach(() => {
  clock = createManualClock(NOON);
});
const foreign: VenueTrade = {
  ...{ id: "t", orderHash: anOrderHash(7), tokenId: aTokenId(1, 0), side: "BUY", role: "taker", price: px("0.5") },
  ...{ size: sh("10"), status: "CONFIRMED", txHash: null, matchedAt: NOON },
};

test("nothing goes out before the account was compared whole, and nothing is bought when that was long ago", async () => {
  const { venue, account, told, end } = world(clock);
  venue.isDown = true;
  await clock.untilSleeping();
  expect([account.hold("BUY"), account.hold("SELL")]).toEqual(["NOT_RECONCILED", "NOT_RECONCILED"]);
  venue.isDown = false;
  await clock.advance(5 * SECOND_MS);
  expect([account.hold("BUY"), account.hold("SELL")]).toEqual([null, null]);
  venue.isDown = true;
  await clock.advance(3 * MINUTE_MS - SECOND_MS);
  expect([account.hold("BUY"), told]).toEqual([null, []]);
  await clock.advance(2 * MINUTE_MS);
  // Getting out is the safe side.
  expect([account.hold("BUY"), account.hold("SELL"), told]).toEqual(["NOT_RECONCILED", null, ["error"]]);
  await end();
});

test("it is compared every minute, and at once when the channel was connected anew", async () => {
  const { venue, hear, end } = world(clock);
  await clock.untilSleeping();
  expect(venue.questions).toBe(1);
  await clock.advance(3 * MINUTE_MS);
  expect(venue.questions).toBe(4);
  hear({ kind: "connected" });
  await clock.advance(1);
  expect(venue.questions).toBe(5);
  await end();
});

test("somebody else's trade pauses buying and is told, once", async () => {
  const { venue, said, told, end } = world(clock);
  await clock.untilSleeping();
  venue.trades = [foreign];
  await clock.advance(5 * MINUTE_MS);
  expect([said, told]).toEqual([["pause"], ["difference"]]);
  await end();
});

test("what is still there after a start pauses again, and is not told again", async () => {
  const { venue, account, said, told, end } = world(clock);
  venue.trades = [foreign];
  await clock.untilSleeping();
  expect([said, told, account.hold("BUY")]).toEqual([["pause"], ["difference"], null]);
  await clock.advance(2 * MINUTE_MS);
  expect([said, told]).toEqual([["pause"], ["difference"]]);
  await end();
});

test("an order of ours that rests although it is over is cancelled; somebody else's is left alone", async () => {
  const { resting, ours, said, told, end } = world(clock);
  await clock.untilSleeping();
  const [orderHash, tokenId] = [anOrderHash(3), aTokenId(1, 0)];
  ours.set(orderHash, {
    clientOrderId: "O-3" as ClientOrderId,
    orderHash,
    isFinished: true,
    trades: [],
    bookedSize: sh("0"),
  });
  const order = { orderHash, tokenId, side: "BUY", status: "live", price: px("0.5"), size: sh("10") } as const;
  resting.push({ ...order, matched: sh("0"), tradeIds: [] });
  await clock.advance(MINUTE_MS);
  expect([resting, said, told]).toEqual([[], [], ["difference"]]);
  resting.push({ ...order, orderHash: anOrderHash(4), matched: sh("0"), tradeIds: [] });
  await clock.advance(MINUTE_MS);
  expect([resting.length, said]).toEqual([1, ["pause"]]);
  await end();
});

test("a late trade of ours is taken in by the books, and buying pauses only where that did not help", async () => {
  const { venue, ours, said, told, corrected, end } = world(clock);
  await clock.untilSleeping();
  const [orderHash, id] = [anOrderHash(3), "O-3" as ClientOrderId];
  const order = { clientOrderId: id, orderHash, isFinished: true, trades: [], bookedSize: sh("0") };
  ours.set(orderHash, order);
  venue.trades = [{ ...foreign, orderHash }];
  // Our books have not paid for it: that is no withdrawal.
  venue.collateral = "80";
  await clock.advance(MINUTE_MS);
  expect([corrected, said, told]).toEqual([["O-3 CONFIRMED"], [], ["difference"]]);
  await clock.advance(MINUTE_MS);
  expect([corrected.length, said]).toEqual([2, ["pause"]]);
  ours.set(orderHash, { ...order, bookedSize: foreign.size });
  venue.collateral = "100";
  await clock.advance(MINUTE_MS);
  expect([corrected.length, said, told.length]).toEqual([2, ["pause"], 1]);
  await end();
});

test("a deposit is told and stops nothing", async () => {
  const { venue, said, told, end } = world(clock);
  await clock.untilSleeping();
  venue.collateral = "150";
  await clock.advance(2 * MINUTE_MS);
  expect([said, told]).toEqual([[], ["difference"]]);
  await end();
});

test("what only a person can mend halts trading; an account that may only reduce pauses it", async () => {
  const { account, said, told, end } = world(clock);
  await clock.untilSleeping();
  await account.alarm("config", "invalid signature");
  await account.alarm("blocked", "the firewall");
  await account.alarm("closed-only", "address in closed only mode");
  expect([said, told]).toEqual([
    ["halt", "halt", "pause"],
    ["error", "error", "error"],
  ]);
  await end();
});

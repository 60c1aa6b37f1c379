import { describe, expect, test } from "vitest";
import { $, anOrderHash, aTokenId, aWallet, NOON, px, sh } from "../../../test/support/trading.ts";
import { type ExchangeOrder, ZERO_32 } from "../chain/exchange-order.ts";
import type { ClientOrderId } from "../ids/ids.ts";
import { addMs, MINUTE_MS } from "../time/time.ts";
import {
  type AccountBooks,
  type AccountSnapshot,
  type BookedOrder,
  compareAccount,
  isPausing,
  misbookedOrders,
  tradesSince,
} from "./account-differences.ts";
import type { VenueOrder, VenueTrade } from "./venue-answer.ts";

const TOKEN = aTokenId(1, 0);
const OURS = anOrderHash(1);
const snapshot = (change: Partial<AccountSnapshot> = {}): AccountSnapshot => ({
  ...{ startedAt: NOON, openOrders: [], trades: [], collateralUsd: $("80"), holdings: new Map([[TOKEN, sh("40")]]) },
  ...change,
});
/** Began with 100, bought 40 shares for 20. */
const books = (change: Partial<AccountBooks> = {}): AccountBooks => ({
  ...{ baselineUsd: $("100"), flowUsd: $("-20"), payoutsUsd: $("0"), closedPositions: 0, inFlight: [] },
  holdings: new Map([[TOKEN, sh("40")]]),
  ...change,
});
const trade = (change: Partial<VenueTrade> = {}): VenueTrade => ({
  ...{ id: "t", orderHash: OURS, tokenId: TOKEN, side: "BUY", role: "taker", price: px("0.5"), size: sh("40") },
  ...{ status: "CONFIRMED", txHash: null, matchedAt: NOON },
  ...change,
});
const resting: VenueOrder = {
  ...{ orderHash: OURS, tokenId: TOKEN, side: "BUY", status: "live", price: px("0.5"), size: sh("40") },
  ...{ matched: sh("0"), tradeIds: [] },
};
const booked = (change: Partial<BookedOrder> = {}) =>
  new Map([
    [
      OURS,
      {
        clientOrderId: "O-1" as ClientOrderId,
        orderHash: OURS,
        isFinished: true,
        trades: [trade()],
        bookedSize: sh("40"),
        ...change,
      },
    ],
  ]);
const inFlight = (side: "BUY" | "SELL"): ExchangeOrder => ({
  ...{
    salt: 1n,
    maker: aWallet(1),
    signer: aWallet(1),
    tokenId: TOKEN,
    makerAmount: 10_000_000n,
    takerAmount: 20_000_000n,
  },
  ...{ side, signatureType: 3, timestamp: NOON, metadata: ZERO_32, builder: ZERO_32 },
});
const kinds = (of: AccountSnapshot, by: AccountBooks, orders = booked()) =>
  compareAccount(of, by, orders).map(({ kind }) => kind);

test("books that say what the venue says have no difference", () => {
  expect(compareAccount(snapshot({ trades: [trade()] }), books(), booked())).toEqual([]);
});

describe("collateral", () => {
  test.each([
    ["79.99", []],
    ["79.989999", ["CASH_BELOW"]],
    ["80.01", []],
    ["80.010001", ["CASH_ABOVE"]],
  ])("at %s where 80 is expected: %j", (collateral, expected) => {
    expect(kinds(snapshot({ collateralUsd: $(collateral) }), books())).toEqual(expected);
  });

  test("what others moved is told, to be booked", () => {
    const [difference] = compareAccount(snapshot({ collateralUsd: $("130") }), books(), booked());
    expect(difference).toMatchObject({ kind: "CASH_ABOVE", subject: null, movedUsd: $("49.99") });
  });

  test("a payout comes when it is redeemed, and dust of closed positions with it", () => {
    const paid = books({ payoutsUsd: $("40"), closedPositions: 2 });
    for (const collateral of ["80", "100", "120.03"])
      expect(kinds(snapshot({ collateralUsd: $(collateral) }), paid)).toEqual([]);
    expect(kinds(snapshot({ collateralUsd: $("120.04") }), paid)).toEqual(["CASH_ABOVE"]);
  });

  test.each([
    ["BUY", "67.5", "80"],
    ["SELL", "80", "90"],
  ] as const)("an order in flight may have moved it already: %s from %s to %s", (side, low, high) => {
    const flying = books({ inFlight: [inFlight(side)], holdings: new Map() });
    for (const collateral of [low, high]) expect(kinds(snapshot({ collateralUsd: $(collateral) }), flying)).toEqual([]);
    expect(kinds(snapshot({ collateralUsd: $(String(Number(low) - 0.02)) }), flying)).toEqual(["CASH_BELOW"]);
    expect(kinds(snapshot({ collateralUsd: $(String(Number(high) + 0.02)) }), flying)).toEqual(["CASH_ABOVE"]);
  });
});

describe("shares", () => {
  test.each([
    ["39.99", []],
    ["39.98", ["SHARES_BELOW"]],
    ["40.02", ["SHARES_ABOVE"]],
  ])("%s of 40: %j", (held, expected) => {
    expect(kinds(snapshot({ holdings: new Map([[TOKEN, sh(held)]]) }), books())).toEqual(expected);
  });

  test("are not compared while an order of the token is in flight, nor where they were not asked for", () => {
    const none = snapshot({ holdings: new Map([[TOKEN, sh("0")]]) });
    expect(kinds(none, books({ inFlight: [inFlight("BUY")] }))).toEqual([]);
    expect(kinds(snapshot({ holdings: new Map() }), books())).toEqual([]);
  });
});

describe("orders and trades", () => {
  const nobodys = new Map<never, never>();
  test.each([
    ["rests, and is nobody's we know", { openOrders: [resting] }, nobodys, ["FOREIGN_ORDER"]],
    ["rests, and is over by our books", { openOrders: [resting] }, booked(), ["RESTING_ORDER"]],
    ["rests, and is still ours", { openOrders: [resting] }, booked({ isFinished: false }), []],
    ["was matched for somebody else", { trades: [trade()] }, nobodys, ["FOREIGN_TRADE"]],
    ["failed for somebody else", { trades: [trade({ status: "FAILED" })] }, nobodys, []],
    [
      "was confirmed after we gave up",
      { trades: [trade()] },
      booked({ trades: [], bookedSize: sh("0") }),
      ["LATE_TRADE"],
    ],
    ["failed after we booked it", { trades: [trade({ status: "FAILED" })] }, booked(), ["VOIDED_TRADE"]],
    ["is on its way", { trades: [trade({ status: "MINED" })] }, booked({ isFinished: false, trades: [] }), []],
  ] as const)("what %s", (_, change, orders, expected) => {
    expect(kinds(snapshot(change), books(), orders as ReturnType<typeof booked>)).toEqual(expected);
  });

  test.each([
    ["as booked", [trade()], booked(), []],
    ["as booked, by an answer older than our books", [trade({ status: "MINED" })], booked(), []],
    ["failed after we booked it", [trade({ status: "FAILED" })], booked(), ["FAILED"]],
    [
      "matched once more",
      [trade({ id: "u", size: sh("5") })],
      booked({ bookedSize: sh("40") }),
      ["CONFIRMED", "CONFIRMED"],
    ],
    ["of an order that is not over", [trade()], booked({ isFinished: false, bookedSize: sh("0") }), []],
  ] as const)("what the books follow the venue in: %s", (_, said, orders, expected) => {
    const found = misbookedOrders(said, orders).flatMap(({ trades }) => trades.map(({ status }) => status));
    expect(found).toEqual(expected);
  });

  test("whatever our own orders do not explain stops buying; a deposit does not", () => {
    const found = compareAccount(snapshot({ trades: [trade()], collateralUsd: $("300") }), books(), nobodys);
    expect(found.map((each) => [each.kind, isPausing(each)])).toEqual([
      ["FOREIGN_TRADE", true],
      ["CASH_ABOVE", false],
    ]);
  });
});

test("trades are asked for from ten minutes before the last comparison, and never from before the first", () => {
  expect(tradesSince(NOON, null)).toBe(NOON);
  expect(tradesSince(NOON, addMs(NOON, MINUTE_MS))).toBe(NOON);
  expect(tradesSince(NOON, addMs(NOON, 60 * MINUTE_MS))).toBe(addMs(NOON, 50 * MINUTE_MS));
});

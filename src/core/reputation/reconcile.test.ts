import { describe, expect, test } from "vitest";
import { walletNo } from "../../../test/support/chain-facts.ts";
import { hash32 } from "../../../test/support/sample-logs.ts";
import { type MarketId, parseTokenId } from "../ids/ids.ts";
import { price, shares, usd } from "../money/amounts.ts";
import { epochMs, HOUR_MS } from "../time/time.ts";
import type { AccountPosition } from "./account-event.ts";
import { reportErrors } from "./error-report.ts";
import { type AccountToCompare, comparePnl, comparePositions } from "./reconcile.ts";
import type { OwnUnit } from "./reconcile-class.ts";

const at = (hours: number) => epochMs(hours * HOUR_MS);
const market = hash32("m") as MarketId;
const token = (bought: number, fee = 0) => ({
  bought: shares(BigInt(bought) * 1_000_000n),
  feeShares: shares(BigInt(fee) * 1_000_000n),
});
const unit: OwnUnit = {
  ...{ marketId: market, openedAt: at(11), closedAt: at(12), isIncomplete: false, isArchived: false },
  ...{ isTransferred: false, isConverted: false, realised: usd(9_000_000n), fees: usd(1_000_000n) },
  tokens: [token(50), token(0)],
  payoutNumerators: [1n, 0n],
};
const position: AccountPosition = {
  ...{ marketId: market, tokenId: parseTokenId("1"), outcome: 0, status: "CLOSED" },
  ...{
    currentShares: shares(0n),
    totalShares: shares(50_000_000n),
    realisedPnl: usd(10_000_000n),
    entryCost: usd(0n),
    price: null,
  },
  ...{ totalPnl: usd(10_000_000n), firstEntryAt: at(11), lastEventAt: at(12) },
};
const account = (changes: Partial<AccountToCompare> = {}): AccountToCompare => ({
  ...{ wallet: walletNo(1), units: [unit], positions: [position], coveredFrom: at(10), now: at(30) },
  ...changes,
});

describe("by positions", () => {
  test("our fees are added back, and both tokens of a market are one", () => {
    const half = { ...position, totalPnl: usd(4_000_000n) };
    const other = { ...position, tokenId: parseTokenId("2"), totalPnl: usd(6_000_000n) };
    expect(comparePositions(account({ positions: [half, other] }))).toEqual({
      kind: "compared",
      compared: { wallet: walletNo(1), ours: 10_000_000n, venue: 10_000_000n, units: 1, differences: [], cause: null },
    });
  });

  test.each([
    ["OPENED_BEFORE_COVERAGE", { positions: [{ ...position, firstEntryAt: at(9) }] }],
    ["OPENED_BEFORE_COVERAGE", { units: [{ ...unit, openedAt: at(2), closedAt: at(3) }], positions: [] }],
    ["INCOMPLETE_HERE", { units: [{ ...unit, isIncomplete: true }] }],
    ["ARCHIVED", { units: [{ ...unit, isArchived: true }] }],
    ["NOTHING_CLOSED", { units: [{ ...unit, closedAt: null }] }],
    ["NOTHING_CLOSED", { now: at(12.5) }],
  ])("%s is a reason, not an error", (reason, changes) => {
    expect(comparePositions(account(changes))).toEqual({ kind: "not", reason });
  });
});

describe("a difference by positions", () => {
  const venueSays = (changes: Partial<AccountPosition>): readonly AccountPosition[] => [{ ...position, ...changes }];
  const heldToTheEnd = { currentShares: shares(50_000_000n), realisedPnl: usd(0n), entryCost: usd(40_000_000n) };
  const lost = { ...unit, realised: usd(-41_000_000n), payoutNumerators: [0n, 1n] as const };

  test.each([
    ["MISSING_THERE", {}, []],
    ["FEES", {}, venueSays({ totalPnl: usd(9_000_000n) })],
    ["LOSER_UNREDEEMED", lost, venueSays({ ...heldToTheEnd, price: price(0n), totalPnl: usd(0n) })],
    ["NOT_SETTLED", {}, venueSays({ ...heldToTheEnd, price: price(900_000n), totalPnl: usd(5_000_000n) })],
    ["FEE_IN_SHARES", { tokens: [token(50, 2), token(0)] as const }, venueSays({ totalPnl: usd(12_000_000n) })],
    ["TRANSFERRED", { isTransferred: true }, venueSays({ totalPnl: usd(3_000_000n) })],
    ["CONVERTED", { isConverted: true }, venueSays({ totalPnl: usd(3_000_000n) })],
    ["FEWER_SHARES_THERE", {}, venueSays({ totalPnl: usd(3_000_000n), totalShares: shares(20_000_000n) })],
    ["MORE_SHARES_THERE", {}, venueSays({ totalPnl: usd(3_000_000n), totalShares: shares(80_000_000n) })],
    ["UNEXPLAINED", {}, venueSays({ totalPnl: usd(3_000_000n) })],
    ["UNEXPLAINED", {}, venueSays({ ...heldToTheEnd, price: price(1_000_000n), totalPnl: usd(5_000_000n) })],
    ["UNEXPLAINED", lost, venueSays({ ...heldToTheEnd, price: price(0n), totalPnl: usd(-33_000_000n) })],
  ])("is %s where the numbers say so", (cause, changes, positions) => {
    const found = comparePositions(account({ units: [{ ...unit, ...changes }], positions }));
    expect(found).toMatchObject({ compared: { cause, differences: [{ marketId: market, cause }] } });
  });

  test("of no more than rounding is none", () => {
    const rounded = { ...position, totalPnl: usd(10_009_000n) };
    expect(comparePositions(account({ positions: [rounded] }))).toMatchObject({ compared: { cause: null } });
  });
});

describe("by the series", () => {
  const points = [9, 10, 11, 12, 13, 14].map((hour) => ({
    at: at(hour),
    positionPnl: usd(hour < 12 ? 100_000_000n : 109_000_000n),
  }));

  test("what was gained since before our coverage, up to the newest hour without an open position", () => {
    const later = { ...unit, marketId: hash32("n") as MarketId, openedAt: at(13.5), closedAt: null };
    expect(comparePnl(account({ units: [unit, later] }), points)).toEqual({
      kind: "compared",
      compared: { wallet: walletNo(1), ours: 9_000_000n, venue: 9_000_000n, units: 1, differences: [], cause: null },
    });
  });

  test.each([
    ["FEES", 110_000_000n],
    ["UNEXPLAINED", 130_000_000n],
  ])("a difference is %s", (cause, total) => {
    const other = points.map((point) => (point.at < at(12) ? point : { ...point, positionPnl: usd(total) }));
    expect(comparePnl(account(), other)).toMatchObject({ compared: { cause, ours: 9_000_000n } });
  });

  test("shares that moved without a trade spoil it", () => {
    const moved = account({ units: [{ ...unit, isConverted: true }] });
    expect(comparePnl(moved, points)).toEqual({ kind: "not", reason: "MOVED_WITHOUT_TRADE" });
  });

  test("a position of before that was still held inside our coverage spoils it", () => {
    const old = { ...position, firstEntryAt: at(1), lastEventAt: at(11) };
    const reason = "OPENED_BEFORE_COVERAGE";
    expect(comparePnl(account({ positions: [position, old] }), points)).toEqual({ kind: "not", reason });
  });

  test("one that closed before does not", () => {
    const old = { ...position, firstEntryAt: at(1), lastEventAt: at(2) };
    expect(comparePnl(account({ positions: [position, old] }), points).kind).toBe("compared");
  });

  test("one of ours that closed before is not counted", () => {
    const earlier = { ...unit, openedAt: at(1), closedAt: at(2), realised: usd(7_000_000n) };
    expect(comparePnl(account({ units: [earlier, unit] }), points)).toMatchObject({ compared: { ours: 9_000_000n } });
  });

  test("points that the venue does not know are no zeros", () => {
    const unknown = points.map((point) => ({ ...point, positionPnl: null }));
    expect(comparePnl(account(), unknown)).toEqual({ kind: "not", reason: "NO_SERIES" });
  });
});

test("the figures: the distribution, the share within one percent, causes, and the worst by name", () => {
  const compared = Array.from({ length: 100 }, (_, i) => {
    // 98 exact ones, one off by half a percent, one by half.
    const ours = usd(i === 0 ? 50_000_000n : i === 1 ? 100_500_000n : 100_000_000n);
    const cause = i === 0 ? ("UNEXPLAINED" as const) : i === 1 ? ("FEES" as const) : null;
    return { wallet: walletNo(i), units: 2, venue: usd(100_000_000n), ours, cause, differences: [] };
  });
  expect(reportErrors(compared)).toMatchObject({
    ...{ wallets: 100, units: 200, shareWithin1Pct: 0.99 },
    usd: { median: 0n, p90: 0n, p99: 500_000n, max: 50_000_000n },
    relative: { median: 0, p90: 0, p99: 0.005, max: 0.5 },
    causes: [
      { cause: "FEES", differences: 1, sizeUsd: 500_000n },
      { cause: "UNEXPLAINED", differences: 1, sizeUsd: 50_000_000n },
    ],
    worst: [{ wallet: walletNo(0) }, { wallet: walletNo(1) }],
  });
  expect(reportErrors([])).toMatchObject({ wallets: 0, usd: { median: null }, shareWithin1Pct: null, worst: [] });
});

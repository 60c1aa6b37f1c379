import { describe, expect, test } from "vitest";
import { walletNo } from "../../../test/support/chain-facts.ts";
import { hash32 } from "../../../test/support/sample-logs.ts";
import { type MarketId, parseTokenId } from "../ids/ids.ts";
import { shares, usd } from "../money/amounts.ts";
import { epochMs, HOUR_MS } from "../time/time.ts";
import type { AccountPosition } from "./account-event.ts";
import { type AccountToCompare, comparePnl, comparePositions, type OwnUnit, reportErrors } from "./reconcile.ts";

const at = (hours: number) => epochMs(hours * HOUR_MS);
const market = hash32("m") as MarketId;
const unit: OwnUnit = {
  ...{ marketId: market, openedAt: at(11), closedAt: at(12), isIncomplete: false, isMoved: false },
  ...{ realised: usd(9_000_000n), fees: usd(1_000_000n) },
};
const position: AccountPosition = {
  ...{ marketId: market, tokenId: parseTokenId("1"), outcome: 0, status: "CLOSED" },
  ...{ currentShares: shares(0n), totalShares: shares(50_000_000n), realisedPnl: usd(10_000_000n) },
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
      compared: { wallet: walletNo(1), ours: 10_000_000n, venue: 10_000_000n, units: 1 },
    });
  });

  test.each([
    ["OPENED_BEFORE_COVERAGE", { positions: [{ ...position, firstEntryAt: at(9) }] }],
    ["UNKNOWN_TO_VENUE", { positions: [] }],
    ["INCOMPLETE_HERE", { units: [{ ...unit, isIncomplete: true }] }],
    ["MOVED_WITHOUT_TRADE", { units: [{ ...unit, isMoved: true }] }],
    ["NOTHING_CLOSED", { units: [{ ...unit, closedAt: null }] }],
    ["NOTHING_CLOSED", { now: at(12.5) }],
  ])("%s is a reason, not an error", (reason, changes) => {
    expect(comparePositions(account(changes))).toEqual({ kind: "not", reason });
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
      compared: { wallet: walletNo(1), ours: 9_000_000n, venue: 9_000_000n, units: 1 },
    });
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

  test("points that the venue does not know are no zeros", () => {
    const unknown = points.map((point) => ({ ...point, positionPnl: null }));
    expect(comparePnl(account(), unknown)).toEqual({ kind: "not", reason: "NO_SERIES" });
  });
});

test("the figures: median, 95 %, share within one percent, and the worst by name", () => {
  const compared = Array.from({ length: 20 }, (_, i) => ({
    ...{ wallet: walletNo(i), units: 2, venue: usd(100_000_000n) },
    // 18 exact ones, one off by half a percent, one by half.
    ours: usd(i === 0 ? 50_000_000n : i === 1 ? 100_500_000n : 100_000_000n),
  }));
  expect(reportErrors(compared)).toMatchObject({
    ...{ wallets: 20, units: 40, medianUsd: 0n, p95Usd: 500_000n, medianRelative: 0, p95Relative: 0.005 },
    shareWithin1Pct: 0.95,
    worst: [{ wallet: walletNo(0) }, { wallet: walletNo(1) }],
  });
  expect(reportErrors([])).toMatchObject({ wallets: 0, medianUsd: null, shareWithin1Pct: null });
});

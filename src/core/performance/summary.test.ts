import { describe, expect, it } from "vitest";
import { $, NOON } from "../../../test/support/trading.ts";
import type { UsdMicros } from "../money/amounts.ts";
import { closeDay, DAILY_CLOSES_MAX, observeEquity, startDay, startEquity } from "./day.ts";
import { computeSharpe, dailyReturns, summarizeDay } from "./summary.ts";

describe("the daily row", () => {
  it("has rates only where there is something to divide by", () => {
    const row = summarizeDay(startDay(NOON, $("100")), startEquity($("100")), {
      startUsd: $("100"),
      deployedUsd: $("0"),
    });
    expect(row).toMatchObject({
      date: "2026-11-20",
      winRate: null,
      profitFactor: null,
      sharpe: null,
      maxDrawdownPct: 0,
    });
  });

  it("gives net as gross less fees, win rate and profit factor of what was closed", () => {
    const day = {
      ...startDay(NOON, $("100")),
      wins: 3,
      losses: 1,
      grossUsd: $("52"),
      feesUsd: $("2"),
      wonUsd: $("60"),
      lostUsd: $("10"),
    };
    const row = summarizeDay(day, startEquity($("100")), { startUsd: $("100"), deployedUsd: $("40") });
    expect(row).toMatchObject({ netUsd: $("50"), winRate: 0.75, profitFactor: 6, deployedUsd: $("40") });
  });
});

it("the drawdown is the deepest fall from a peak, not the last one", () => {
  const path = ["110", "99", "120", "114"].reduce(
    (record, equity) => observeEquity(record, $(equity)),
    startEquity($("100")),
  );
  expect(path.maxDrawdown).toBeCloseTo(0.1, 12);
  expect(path.peakUsd).toBe($("120"));
});

describe("the Sharpe ratio", () => {
  it("is null below 20 days and where nothing varies", () => {
    expect(computeSharpe(Array.from({ length: 19 }, (_, i) => i / 100))).toBeNull();
    expect(computeSharpe(Array.from({ length: 20 }, () => 0))).toBeNull();
  });

  it("is mean over sample deviation times the root of 365", () => {
    // Ten days of +2 % and ten of 0: mean 0.01, sample variance 20·0.0001/19.
    const returns = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 0.02 : 0));
    expect(computeSharpe(returns)).toBeCloseTo((0.01 / Math.sqrt((20 * 0.0001) / 19)) * Math.sqrt(365), 9);
  });

  it("comes from the equity at the end of each day", () => {
    expect(dailyReturns([$("100"), $("110"), $("99")]).map((each) => each.toFixed(4))).toEqual(["0.1000", "-0.1000"]);
    const record = closeDay(observeEquity(startEquity($("100")), $("110")));
    expect(record.dailyCloseUsd).toEqual([$("110")]);
  });

  it("of a long series does not take the account's first day for the day before the oldest that is kept", () => {
    const closes = Array.from({ length: DAILY_CLOSES_MAX }, (_, day) => $(day % 2 === 0 ? "1000" : "1001"));
    const equity = { ...startEquity($("1000")), dailyCloseUsd: closes };
    const sharpe = (startUsd: UsdMicros): number | null =>
      summarizeDay(startDay(NOON, $("1000")), equity, { startUsd, deployedUsd: $("0") }).sharpe;
    expect(sharpe($("1"))).toBe(sharpe($("1000")));
    const next = closeDay({ ...equity, equityUsd: $("7") });
    expect(next.dailyCloseUsd.slice(-2)).toEqual([$("1001"), $("7")]);
    expect(next.dailyCloseUsd).toHaveLength(DAILY_CLOSES_MAX);
  });
});

import { expect, it } from "vitest";
import { $, aMarketId, NOON } from "../../../test/support/trading.ts";
import type { CloseReason, Position } from "../execution/position.ts";
import { addMs, DAY_MS, HOUR_MS } from "../time/time.ts";
import { DEFAULT_RISK_LIMITS } from "./limits.ts";
import { forgetProtections, noteClosed, noteEquity, type Protections, startProtections } from "./protections.ts";

const limits = { ...DEFAULT_RISK_LIMITS, lossStreakMax: 3 };
const fresh = startProtections($("1000"));
const closed = (profit: string, closeReason: CloseReason = "RESOLUTION"): Position =>
  ({ marketId: aMarketId(1), realizedUsd: $(profit), closeReason }) as Position;
const after = (...profits: readonly string[]): Protections =>
  profits.reduce((state, profit) => noteClosed(state, limits, closed(profit), NOON), fresh);

it("the third loss in a row stops entries for six hours; a profit between begins the count anew", () => {
  expect(after("-1", "-2", "5", "-1", "-1")).toMatchObject({ lossesInRow: 2, pause: null });
  const stopped = after("-1", "0", "-3");
  expect(stopped.pause).toEqual({
    ...{ code: "LOSS_STREAK", limit: "3 losses in a row", value: "3", until: addMs(NOON, 6 * HOUR_MS) },
  });
  expect(noteClosed(stopped, limits, closed("-1"), NOON).lossesInRow).toBe(1);
  expect(forgetProtections(stopped, addMs(NOON, 6 * HOUR_MS - 1))).toBe(stopped);
  expect(forgetProtections(stopped, addMs(NOON, 6 * HOUR_MS)).pause).toBeNull();
});

it("the longer of two pauses holds, and an account that is worth nothing has not fallen", () => {
  const fallen = noteEquity(fresh, limits, $("800"), NOON);
  const both = ["-1", "-1", "-1"].reduce((state, profit) => noteClosed(state, limits, closed(profit), NOON), fallen);
  expect(both.pause).toBe(fallen.pause);
  const streak = after("-1", "-1", "-1");
  expect(noteEquity(streak, limits, $("800"), NOON).pause?.code).toBe("DRAWDOWN_AT_MAX");
  expect(noteEquity(startProtections($("0")), limits, $("0"), NOON).pause).toBeNull();
});

it("a stop loss cools its own market down for an hour", () => {
  const cooled = noteClosed(fresh, limits, closed("-1", "STOP_LOSS"), NOON);
  expect(cooled.cooldowns).toEqual({ [aMarketId(1)]: addMs(NOON, HOUR_MS) });
  expect(forgetProtections(cooled, addMs(NOON, HOUR_MS)).cooldowns).toEqual({});
  expect(noteClosed(fresh, limits, closed("-1"), NOON).cooldowns).toEqual({});
});

it("a fall of a fifth from the peak stops entries for a day, and the next one counts from there", () => {
  const peak = noteEquity(fresh, limits, $("1100"), NOON);
  expect(noteEquity(peak, limits, $("880.000001"), NOON)).toBe(peak);
  const stopped = noteEquity(peak, limits, $("880"), NOON);
  expect(stopped).toMatchObject({
    peakUsd: $("880"),
    pause: { code: "DRAWDOWN_AT_MAX", limit: "220", value: "220", until: addMs(NOON, DAY_MS) },
  });
  expect(noteEquity(stopped, limits, $("800"), addMs(NOON, 1))).toBe(stopped);
});

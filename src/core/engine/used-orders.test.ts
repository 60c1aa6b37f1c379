import { expect, it } from "vitest";
import { NOON } from "../../../test/support/trading.ts";
import { addMs, DAY_MS } from "../time/time.ts";
import { isUsed, markUsed, NO_USED_ORDERS, turnDay } from "./used-orders.ts";

const used = markUsed(NO_USED_ORDERS, "0xab", NOON);

it("knows an order through the day after its last fill, and a purpose from another", () => {
  const after = (ms: number) => isUsed(turnDay(used, addMs(NOON, ms)), "0xab");
  expect([0, DAY_MS, 1.5 * DAY_MS - 1, 1.5 * DAY_MS, 3 * DAY_MS].map(after)).toEqual([true, true, true, false, false]);
  expect(isUsed(used, "0xab:model")).toBe(false);
});

it("begins the days anew with each fill of the order", () => {
  const again = markUsed(used, "0xab", addMs(NOON, DAY_MS));
  expect(isUsed(turnDay(again, addMs(NOON, 2 * DAY_MS)), "0xab")).toBe(true);
  expect(isUsed(turnDay(again, addMs(NOON, 3 * DAY_MS)), "0xab")).toBe(false);
});

it("takes a fill of yesterday that is told late for one of today, and is the same object where nothing is new", () => {
  expect(isUsed(markUsed(used, "0xcd", addMs(NOON, -DAY_MS)), "0xcd")).toBe(true);
  expect(markUsed(used, "0xab", NOON)).toBe(used);
});

import { describe, expect, it } from "vitest";
import { price } from "../money/amounts.ts";
import { computeEntryCap, computeExitFloor, isOnTick } from "./price-cap.ts";

describe("the price cap of an entry", () => {
  it.each([
    { trigger: 500_000n, tick: 10_000n, cap: 520_000n },
    { trigger: 500_000n, tick: 1_000n, cap: 525_000n },
    { trigger: 333_333n, tick: 100n, cap: 349_900n },
    { trigger: 960_000n, tick: 10_000n, cap: 990_000n },
    { trigger: 999_000n, tick: 1_000n, cap: 990_000n },
    { trigger: 515_000n, tick: 2_500n, cap: 540_000n },
    { trigger: 5_000n, tick: 10_000n, cap: 0n },
  ])("is $cap for a trigger at $trigger on tick $tick", ({ trigger, tick, cap }) => {
    expect(computeEntryCap(price(trigger), 500n, price(tick))).toBe(cap);
  });
});

describe("the floor of an exit", () => {
  it.each([
    { bid: 400_000n, tick: 10_000n, floor: 380_000n },
    { bid: 410_000n, tick: 10_000n, floor: 380_000n },
    { bid: 10_000n, tick: 10_000n, floor: 10_000n },
  ])("is $floor for a bid of $bid on tick $tick", ({ bid, tick, floor }) => {
    expect(computeExitFloor(price(bid), 500n, price(tick))).toBe(floor);
  });
});

it("knows the market's grid, on which 0 and 1 are no prices", () => {
  expect(isOnTick(price(525_000n), price(1_000n))).toBe(true);
  expect(isOnTick(price(525_000n), price(10_000n))).toBe(false);
  expect(isOnTick(price(0n), price(10_000n))).toBe(false);
  expect(isOnTick(price(1_000_000n), price(10_000n))).toBe(false);
});

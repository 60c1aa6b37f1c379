import { describe, expect, test } from "vitest";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { epochMs } from "../../core/time/time.ts";
import { createScaledClock, createSystemClock, wallNowMs } from "./clock.ts";

describe("system clock", () => {
  test("tells the wall's time in whole milliseconds", () => {
    const now = createSystemClock().nowMs();
    expect(Number.isInteger(now)).toBe(true);
    expect(Math.abs(now - wallNowMs())).toBeLessThan(1_000);
  });

  test("a sleep ends at once when the signal is already aborted, or aborts meanwhile", async () => {
    const clock = createSystemClock();
    await clock.sleep(1_000_000, AbortSignal.abort());
    const controller = new AbortController();
    const sleeping = clock.sleep(1_000_000, controller.signal);
    controller.abort();
    await sleeping;
  });

  test("a sleep longer than a timer can hold does not fire early", async () => {
    const controller = new AbortController();
    let woke = false;
    const sleeping = createSystemClock()
      .sleep(10 * 2_147_483_647, controller.signal)
      .then(() => {
        woke = true;
      });
    await new Promise((resolve) => setImmediate(resolve));
    expect(woke).toBe(false);
    controller.abort();
    await sleeping;
  });
});

describe("scaled clock", () => {
  test("equals the wall at its start and runs `speed` times as fast", () => {
    const startedAt = epochMs(wallNowMs() - 10_000);
    const clock = createScaledClock({ startedAt, speed: 60 });
    const before = wallNowMs();
    const elapsed = clock.nowMs() - startedAt;
    expect(elapsed).toBeGreaterThanOrEqual((before - startedAt) * 60 - 1);
    expect(elapsed).toBeLessThanOrEqual((wallNowMs() - startedAt) * 60);
  });

  test("a minute of simulated sleep at 60,000 times the speed takes about a millisecond", async () => {
    const startedAt = wallNowMs();
    const clock = createScaledClock({ startedAt, speed: 60_000 });
    await clock.sleep(60_000);
    // A node timer may fire up to a millisecond early by the monotonic clock.
    expect(clock.nowMs() - startedAt).toBeGreaterThan(0);
    expect(wallNowMs() - startedAt).toBeLessThan(5_000);
  });
});

describe("manual clock", () => {
  test("wakes sleepers in the order of their time, and those that sleep again inside the span", async () => {
    const clock = createManualClock(epochMs(1_000));
    const woken: string[] = [];
    const every = async (name: string, ms: number): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        await clock.sleep(ms);
        woken.push(`${name}@${clock.nowMs()}`);
      }
    };
    void every("slow", 50);
    void every("fast", 20);
    await clock.advance(100);
    expect(woken).toEqual(["fast@1020", "fast@1040", "slow@1050", "fast@1060", "slow@1100"]);
    expect(clock.nowMs()).toBe(1_100);
    expect(clock.sleeping()).toBe(1);
  });

  test("an abort wakes a sleeper without moving time", async () => {
    const clock = createManualClock(epochMs(0));
    const controller = new AbortController();
    const sleeping = clock.sleep(10, controller.signal);
    await clock.untilSleeping();
    controller.abort();
    await sleeping;
    expect(clock.nowMs()).toBe(0);
    expect(clock.sleeping()).toBe(0);
  });
});

import { describe, expect, test } from "vitest";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { createRateLimiter } from "./rate-limiter.ts";

const never = new AbortController().signal;

/** Calls that get through within a time, one after the other. */
async function callsWithin(ms: number, clock: ReturnType<typeof createManualClock>, take: () => Promise<void>) {
  let calls = 0;
  const stop = { now: false };
  const asking = (async () => {
    while (!stop.now) {
      await take();
      calls += 1;
      if (calls > 100_000) return;
    }
  })();
  await clock.advance(ms);
  stop.now = true;
  await clock.advance(60_000);
  await asking;
  return calls;
}

describe("an endpoint's rate limiter", () => {
  test("lets everything through as long as nothing was refused", async () => {
    const limiter = createRateLimiter(createManualClock());
    for (let call = 0; call < 1_000; call += 1) await limiter.take(1, never);
    expect(limiter.callsPerSecond()).toBeNull();
  });

  test("begins with the limit that is known from before", async () => {
    const clock = createManualClock();
    const limiter = createRateLimiter(clock, 10);
    expect(limiter.callsPerSecond()).toBe(10);
    const calls = await callsWithin(10_000, clock, () => limiter.take(1, never));
    expect(calls).toBeGreaterThan(100);
    expect(calls).toBeLessThan(150);
  });

  test("waits as long as the endpoint says after a refusal", async () => {
    const clock = createManualClock();
    const limiter = createRateLimiter(clock);
    limiter.refused(7_000);
    let isThrough = false;
    const taking = limiter.take(1, never).then(() => {
      isThrough = true;
    });
    await clock.advance(6_900);
    expect(isThrough).toBe(false);
    await clock.advance(2_000);
    await taking;
    expect(isThrough).toBe(true);
  });

  test("asks more slowly than when it was refused, and never stops asking", async () => {
    const clock = createManualClock();
    const limiter = createRateLimiter(clock);
    for (let second = 0; second < 10; second += 1) {
      await limiter.take(20, never);
      await clock.advance(1_000);
    }
    limiter.refused(0);
    const limit = limiter.callsPerSecond() ?? Number.NaN;
    expect(limit).toBeGreaterThan(5);
    expect(limit).toBeLessThan(20);
    const calls = await callsWithin(10_000, clock, () => limiter.take(1, never));
    expect(calls).toBeGreaterThan(limit * 8);
    expect(calls).toBeLessThan(20 * 10);
  });

  test("finds back to more when no refusal comes", async () => {
    const clock = createManualClock();
    const limiter = createRateLimiter(clock);
    limiter.refused(0);
    const before = limiter.callsPerSecond() ?? Number.NaN;
    await callsWithin(60_000, clock, () => limiter.take(1, never));
    expect(limiter.callsPerSecond() ?? Number.POSITIVE_INFINITY).toBeGreaterThan(before * 2);
  });

  test("stops waiting when it is told to", async () => {
    const clock = createManualClock();
    const limiter = createRateLimiter(clock);
    limiter.refused(1_000_000);
    const stop = new AbortController();
    const taking = limiter.take(1, stop.signal);
    stop.abort();
    await taking;
    expect(clock.nowMs()).toBe(0);
  });
});

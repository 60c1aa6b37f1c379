import { expect, test } from "vitest";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { createTokenBucket } from "./token-bucket.ts";

const never = new AbortController().signal;

function takers(perSecond: number, burst: number, count: number) {
  const clock = createManualClock();
  const bucket = createTokenBucket(clock, { perSecond, burst });
  const times: number[] = [];
  for (let i = 0; i < count; i++) void bucket.take(never).then(() => times.push(clock.nowMs()));
  return { clock, bucket, times };
}

test("a burst goes at once, the rest at the rate", async () => {
  const { clock, times } = takers(10, 3, 6);
  await clock.advance(1_000);
  expect(times).toEqual([0, 0, 0, 100, 200, 300]);
});

test("over any ten seconds no more go than the rate and one burst", async () => {
  const { clock, times } = takers(4, 4, 200);
  await clock.advance(60_000);
  for (const from of times) {
    expect(times.filter((at) => at >= from && at < from + 10_000).length).toBeLessThanOrEqual(44);
  }
});

test("a pause that the server asked for holds everyone up", async () => {
  const { clock, bucket, times } = takers(10, 1, 2);
  bucket.pause(5_000);
  await clock.advance(6_000);
  expect(times).toEqual([0, 5_000]);
});

test("nobody waits once it is aborted", async () => {
  const stop = new AbortController();
  const bucket = createTokenBucket(createManualClock(), { perSecond: 1, burst: 1 });
  await bucket.take(stop.signal);
  const waiting = bucket.take(stop.signal);
  stop.abort();
  await waiting;
});

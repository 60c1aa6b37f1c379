import { expect, test } from "vitest";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { notTooOften } from "./not-too-often.ts";

test("a question that takes long rests long, and is asked once for all who wait", async () => {
  const wall = createManualClock();
  let asked = 0;
  const answer = notTooOften(wall, async () => {
    asked += 1;
    const mine = asked;
    await wall.sleep(100);
    return mine;
  });
  const both = Promise.all([answer(), answer()]);
  await wall.advance(100);
  expect(await both).toEqual([1, 1]);
  await wall.advance(1_999);
  expect(await answer()).toBe(1);
  await wall.advance(1);
  const next = answer();
  await wall.advance(100);
  expect(await next).toBe(2);
});

test("a failure is told and not kept", async () => {
  let fails = true;
  const answer = notTooOften(createManualClock(), async () => {
    if (fails) throw new Error("gone");
    return "back";
  });
  await expect(answer()).rejects.toThrow("gone");
  fails = false;
  expect(await answer()).toBe("back");
});

import { expect, test } from "vitest";
import { LOCKS } from "./locks.ts";

test("nobody waits for a lock that is held for something else", () => {
  const keys = Object.values(LOCKS);
  expect(new Set(keys).size).toBe(keys.length);
});

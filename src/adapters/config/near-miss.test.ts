import { expect, test } from "vitest";
import { closest, editDistance } from "./near-miss.ts";

test.each([
  ["", "", 0],
  ["ABC", "", 3],
  ["POLYGON_RCP_URL", "POLYGON_RPC_URL", 1],
  ["DATABASE_URI", "DATABASE_URL", 1],
  ["MAX_OPEN_POSITION", "MAX_OPEN_POSITIONS", 1],
  ["KITTEN", "SITTING", 3],
])("from %j to %j it takes %i edits", (a, b, edits) => {
  expect(editDistance(a, b)).toBe(edits);
  expect(editDistance(b, a)).toBe(edits);
});

test("the closest name is found whatever the case, and nothing when all are far", () => {
  const known = ["MAX_DAILY_LOSS", "MAX_OPEN_POSITIONS"];
  expect(closest("max_daily_los", known, 2)).toBe("MAX_DAILY_LOSS");
  expect(closest("HOME", known, 2)).toBeNull();
});

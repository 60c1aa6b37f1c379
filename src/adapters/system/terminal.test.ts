import { expect, test } from "vitest";
import { widthOf } from "./terminal.ts";

test("where nobody knows how wide the terminal is, a hundred places are taken", () => {
  expect([widthOf({}), widthOf({ columns: 0 }), widthOf({ columns: 40 })]).toEqual([100, 100, 40]);
});

import { PassThrough } from "node:stream";
import { expect, test, vi } from "vitest";
import { confirm, widthOf } from "./terminal.ts";

test("where nobody knows how wide the terminal is, a hundred places are taken", () => {
  expect([widthOf({}), widthOf({ columns: 0 }), widthOf({ columns: 40 })]).toEqual([100, 100, 40]);
});

const never = new AbortController().signal;
vi.spyOn(process.stderr, "write").mockReturnValue(true);

test.each([
  ["yes\n", true],
  [" YES \n", true],
  ["y\n", false],
  ["", false],
])("%j is a yes: %s", async (typed, expected) => {
  const input = new PassThrough();
  input.end(typed);
  expect(await confirm("Sell?", never, input)).toBe(expected);
});

test("who is stopped while asking has no yes, though nobody closed the input", async () => {
  const stop = new AbortController();
  const asked = confirm("Sell?", stop.signal, new PassThrough());
  stop.abort();
  expect(await asked).toBe(false);
});

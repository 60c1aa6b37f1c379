import { expect, test } from "vitest";
import { DAY_MS, epochMs } from "../../core/time/time.ts";
import { chooseSpan } from "./options.ts";

const day = (number: number) => epochMs(Date.UTC(2026, 0, number));
const held = { firstAt: day(10), lastAt: day(20) };

test("a stretch is all that is held unless told otherwise", () => {
  expect(chooseSpan(held, { delay: 3 })).toEqual({ from: day(10), to: epochMs(day(21) + 3_000) });
  expect(chooseSpan(held, { from: day(1), to: day(30), delay: 3 })).toEqual({ from: day(1), to: day(30) });
  // The last fill becomes known after the delay.
  expect(chooseSpan(held, { from: epochMs(day(20) + 3_000), delay: 3 }).to - day(20)).toBe(DAY_MS + 3_000);
});

test.each([
  ["turned round", { from: day(15), to: day(12) }, "--to has to be later than --from"],
  ["behind", { from: day(21) }, "--from 2026-01-21 00:00 UTC lies behind everything that could be traded"],
  ["before", { to: day(10) }, "--to 2026-01-10 00:00 UTC lies before everything"],
  ["before, with both", { from: day(1), to: day(9) }, "--to 2026-01-09 00:00 UTC lies before everything"],
])("a stretch %s is refused with what is held", (_, flags, words) => {
  expect(() => chooseSpan(held, { ...flags, delay: 3 })).toThrow(words);
  expect(() => chooseSpan(held, { ...flags, delay: 3 })).toThrow(
    /held from 2026-01-10 00:00 UTC to 2026-01-20 00:00 UTC/,
  );
});

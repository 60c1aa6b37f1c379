import { expect, test } from "vitest";
import { createManualClock } from "../../test/support/manual-clock.ts";
import { createProgressLine, showBar, showBytes, showLeft } from "./progress-line.ts";

function openLine(isInteractive: boolean) {
  const out: string[] = [];
  const clock = createManualClock();
  const write = (text: string): void => void out.push(text);
  const terminal = { isInteractive, columns: () => 20, write, writeLine: (line: string) => write(`${line}\n`) };
  return { out, clock, line: createProgressLine(terminal, clock) };
}

test("on a terminal the line changes in place, ten times a second at most, and is cleared at the end", async () => {
  const { out, clock, line } = openLine(true);
  line.show("one");
  line.show("too soon");
  await clock.advance(100);
  line.show("a text that is longer than the terminal is wide");
  line.end();
  line.end();
  expect(out).toEqual(["\r\x1b[Kone", "\r\x1b[Ka text that is long", "\r\x1b[K"]);
});

test("where the terminal is too narrow, the time that is left is what stays", () => {
  const { out, line } = openLine(true);
  line.show("███ 50 %  10 fills, 5/s  400 blocks  2 s left");
  expect(out).toEqual(["\r\x1b[K███ 50 %  2 s left"]);
});

test("elsewhere a line is written every ten seconds", async () => {
  const { out, clock, line } = openLine(false);
  line.show("one");
  await clock.advance(9_999);
  line.show("too soon");
  await clock.advance(1);
  line.show("two");
  line.end();
  expect(out).toEqual(["one\n", "two\n"]);
});

test("bars, bytes and times are short", () => {
  expect([showBar(-1, 4), showBar(0.5, 4), showBar(2, 4)]).toEqual(["░░░░", "██░░", "████"]);
  expect([showBytes(0), showBytes(999), showBytes(1_500), showBytes(2.5e9)]).toEqual([
    "0 B",
    "999 B",
    "1.5 kB",
    "2.5 GB",
  ]);
  expect([showLeft(null), showLeft(1_200), showLeft(61_000)]).toEqual(["", "2 s left", "2 min left"]);
});

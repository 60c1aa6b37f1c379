import { expect, test } from "vitest";
import { createManualClock } from "../../test/support/manual-clock.ts";
import { createPace, createProgressLine, showBytes, showLeft, showShare } from "./progress-line.ts";

function openLine(isInteractive: boolean, columns = 20) {
  const out: string[] = [];
  const clock = createManualClock();
  const progress = {
    ...{ isInteractive, colours: false, columns: () => columns },
    replace: (text: string): void => void out.push(`|${text}`),
    clear: (): void => void out.push("|"),
    writeLine: (line: string): void => void out.push(`${line}\n`),
  };
  return { out, clock, line: createProgressLine({ progress }, clock) };
}

test("on a terminal the line changes in place, ten times a second at most, and is cleared at the end", async () => {
  const { out, clock, line } = openLine(true);
  line.show("one");
  line.show("too soon");
  await clock.advance(100);
  line.show("a text that is longer than the terminal is wide");
  line.end();
  expect(out).toEqual(["|one", "|a text that is long", "|"]);
});

test("where the terminal is too narrow, the time that is left is what stays, and half of the bar", () => {
  const { out, line } = openLine(true);
  line.show("███ 50 %  10 fills, 5/s  400 blocks  2 s left");
  expect(out).toEqual(["|███ 50 %  2 s left"]);
  const narrow = openLine(true, 40);
  narrow.line.show(`${showShare(1)}  97,083,263 of 97,083,263 blocks  12 min left`);
  expect(narrow.out).toEqual(["|██████████ 100.0 %  12 min left"]);
});

test("elsewhere a line is written every ten seconds", async () => {
  const { out, clock, line } = openLine(false);
  line.show("one");
  await clock.advance(9_999);
  line.show("too soon");
  await clock.advance(1);
  line.show("two  ");
  expect(out).toEqual(["one\n", "two\n"]);
});

test("how long is left follows from the pace, once there is one", async () => {
  const clock = createManualClock();
  const left = createPace(clock);
  expect(left(0.5)).toBe("");
  await clock.advance(30_000);
  expect([left(0), left(0.5), left(0.25)]).toEqual(["", "30 s left", "2 min left"]);
});

test("bars, bytes and times are short", () => {
  expect([showShare(-1, 4), showShare(0.5, 4), showShare(2, 4)]).toEqual(["░░░░ 0.0 %", "██░░ 50.0 %", "████ 100.0 %"]);
  expect([showBytes(0), showBytes(999), showBytes(1_500), showBytes(2.5e9)]).toEqual([
    "0 B",
    "999 B",
    "1.5 kB",
    "2.5 GB",
  ]);
  expect([showLeft(null), showLeft(1_200), showLeft(61_000)]).toEqual(["", "2 s left", "2 min left"]);
});

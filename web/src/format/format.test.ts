import { describe, expect, test } from "vitest";
import { csvField, toCsv } from "./csv.ts";
import { checkFigure, figure, figureName } from "./figure.ts";
import { bytes, decimal, percent, usd } from "./numbers.ts";
import { plain, shortHex, words } from "./text.ts";
import { dateTime, duration, shortTime, toMs } from "./times.ts";

describe("numbers as the reader writes them", () => {
  test.each([
    ["en-US", "1234.5", "$1,234.50"],
    ["de-DE", "1234.5", "1.234,50\u00a0$"],
    ["en-US", "123456.78", "$123,457"],
    ["en-US", "2500000", "$2.5M"],
    ["en-US", null, "–"],
    ["en-US", "not a number", "–"],
  ])("%s %s", (locale, value, text) => expect(usd(value, locale)).toBe(text));

  test("a gain has a plus, a loss a true minus, nothing has neither", () => {
    expect([1, -1, 0].map((value) => usd(value, "en-US", true))).toEqual(["+$1.00", "\u2212$1.00", "$0.00"]);
    expect(percent(-0.0123, 1, "en-US", true)).toBe("\u22121.2%");
    expect(decimal("0.12345", 3, "en-US")).toBe("0.123");
    expect(percent(-0.0001, 1, "en-US")).toBe("0.0%");
  });

  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1_500_000, "1.5 MB"],
    [2e15, "2,000 TB"],
  ])("%i bytes are %s", (value, text) => expect(bytes(value, "en-US")).toBe(text));
});

describe("times", () => {
  const noon = Date.UTC(2026, 0, 1, 12);
  test.each([
    [250, "250 ms"],
    [4_000, "4 s"],
    [-90_000, "2 min"],
    [7_200_000, "2 h"],
    [5 * 86_400_000, "5 d"],
  ])("%i ms are %s", (ms, text) => expect(duration(ms)).toBe(text));

  test("are of the chosen zone, with the day where it is another", () => {
    expect(shortTime(noon, noon, "en-US", "UTC")).toBe("12:00");
    expect(shortTime(noon, noon, "en-US", "Asia/Tokyo")).toBe("21:00");
    expect(shortTime(noon - 86_400_000, noon, "en-US", "UTC")).toBe("Dec 31, 12:00");
    expect(dateTime(noon, "en-US", "UTC")).toBe("Jan 1, 2026, 12:00:00 UTC");
  });

  test("what is no time is none", () => {
    expect(["2026-01-01T12:00:00.000Z", noon, null, "soon"].map(toMs)).toEqual([noon, noon, null, null]);
  });
});

describe("text of strangers", () => {
  test("is shown without what hides or turns it", () => {
    expect(plain("a\u202eb\u0000c\n")).toBe("a b c");
    expect(words("FOLLOW_WHALE")).toBe("Follow whale");
    expect(shortHex("0x00000000000000000000000000000000000000a1")).toBe("0x0000…00a1");
  });

  test("is no formula in a spreadsheet, and stays in its field", () => {
    expect(['=HYPERLINK("x")', "-1.5", "+cmd", "a,b", null].map(csvField)).toEqual([
      '"\'=HYPERLINK(""x"")"',
      "-1.5",
      "'+cmd",
      '"a,b"',
      "",
    ]);
    expect(toCsv([["a", 1]])).toBe("a,1\r\n");
  });
});

test("figures of a report are shown by what their names end in", () => {
  expect(figure("capitalUsd", "10000000000n", "en-US")).toBe("$10,000.00");
  expect(figure("stopLossBps", "1500n", "en-US")).toBe("15%");
  expect(figure("evidenceMs", 60_000)).toBe("1 min");
  expect(figure("triggerAgeMsMax", 10_000)).toBe("10 s");
  expect(figure("to", 1_795_313_617_000, "en-US", "UTC")).toBe("Nov 22, 2026, 02:13:37 UTC");
  expect(figure("from", "2026-11-20T07:15:24+00:00", "en-US", "UTC")).toBe("Nov 20, 2026, 07:15:24 UTC");
  expect(figure("edge_per_share", 0.34856, "en-US")).toBe("34.86¢");
  expect(figure("allow", [])).toBe("none");
  expect(figure("trades", true)).toBe("yes");
  expect(figure("strategyHash", null)).toBe("–");
  expect(figureName("maxDailyLossBps")).toBe("max daily loss");
  expect(figureName("triggerAgeMsMax")).toBe("trigger age max");
});

test.each([
  ["DAILY_LOSS_LIMIT", "1006.927000, until 2026-11-23 04:47:09 UTC", "$1,006.93, until Nov 23, 2026, 05:47:09 GMT+1"],
  ["DAILY_LOSS_LIMIT", "1000.000000", "$1,000.00"],
  ["KELLY_NOT_POSITIVE", "0.279512345", "0.2795"],
  ["DATA_STALE", "book 945 ms", "book 945 ms"],
  ["DATA_STALE", "600000 ms", "10 min"],
  ["BELOW_MIN_SIZE", "98.421234 shares, 69.880000 USD", "98.42 shares, $69.88"],
  ["TRADING_PAUSED", "ACTIVE", "ACTIVE"],
  ["BOOK_EMPTY", null, "–"],
])("a check's figure is shown with its unit: %s %s", (code, text, shown) =>
  expect(checkFigure(code, text, "en-US", "Europe/Berlin")).toBe(shown),
);

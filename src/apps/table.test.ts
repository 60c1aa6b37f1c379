import { expect, test } from "vitest";
import { counted, jsonText, renderFitting, shorten, shortenMiddle, textWidth } from "./table.ts";

const columns = [
  { title: "id" },
  { title: "market", shrinks: true },
  { title: "wallet", optional: true },
  { title: "time", optional: true },
];
const rows = [["FW-1", "Will it rain in London on the first of May?", "0xabc…def", "12:00"]];
const widest = (text: string): number => Math.max(...text.split("\n").map((line) => textWidth(line.trimEnd())));

test("a table that fits is left as it is", () => {
  const table = renderFitting(columns, rows, 120);
  expect(table).toContain("first of May?");
  expect(table).toContain("12:00");
});

test("a narrower one cuts what may be cut, then leaves out the last optional columns, and fits", () => {
  const cut = renderFitting(columns, rows, 60);
  expect(cut).toContain("Will it rain");
  expect(cut).not.toContain("May?");
  expect(cut).toContain("12:00");
  expect(widest(cut)).toBeLessThanOrEqual(60);
  const narrow = renderFitting(columns, rows, 38);
  expect(narrow).toContain("0xabc…def");
  expect(narrow).not.toContain("12:00");
  expect(narrow).toContain("Will it rain i");
  expect(widest(narrow)).toBeLessThanOrEqual(38);
});

test("where no column can go any more, a row is a block of its own", () => {
  const blocks = renderFitting(columns, [...rows, ["FW-2", "東京は雨ですか、それとも晴れですか", "", ""]], 20);
  expect(blocks).toContain(" market  Will it ra…");
  expect(blocks.split("\n\n")).toHaveLength(2);
  expect(Math.max(...blocks.split("\n").map((line) => textWidth(line.trimEnd())))).toBeLessThanOrEqual(20);
});

test("letters that take two places are counted as two", () => {
  expect(shorten("東京は雨", 5)).toBe("東京…");
  expect(widest(renderFitting(columns, [["FW-3", "東".repeat(60), "", ""]], 80))).toBeLessThanOrEqual(80);
});

test("JSON has counts as numbers", () => {
  expect(JSON.parse(jsonText({ fills: 3n, price: "0.5" }))).toEqual({ fills: 3, price: "0.5" });
});

test("a cut column is never narrower than its title, so the table fits all the same", () => {
  const long = [{ title: "reason or result", shrinks: true }, ...columns];
  const table = renderFitting(long, [["MARKET_ALREADY_HELD_BY_US", ...(rows[0] ?? [])]], 62);
  expect(table).toContain("reason or result");
  expect(widest(table)).toBeLessThanOrEqual(62);
});

test("titles of a series differ at their ends, so the middle goes", () => {
  expect(shortenMiddle("Ethereum Up or Down, 9:00PM-9:15PM ET", 21)).toBe("Ethereum U…-9:15PM ET");
  expect(shortenMiddle("東京は雨ですか、晴れですか", 11)).toBe("東京は…すか");
  expect(shortenMiddle("short", 9)).toBe("short");
});

test("a table without rows says so, and one of a thing is not many", () => {
  expect(renderFitting(columns, [], 80)).toBe("  id: none yet");
  expect([counted(1, "file"), counted(2, "file"), counted(0, "row")]).toEqual(["1 file", "2 files", "0 rows"]);
});

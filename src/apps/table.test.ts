import { expect, test } from "vitest";
import { jsonText, renderFitting } from "./table.ts";

const columns = [
  { title: "id" },
  { title: "market", shrinks: true },
  { title: "wallet", optional: true },
  { title: "time", optional: true },
];
const rows = [["FW-1", "Will it rain in London on the first of May?", "0xabc…def", "12:00"]];
const widest = (text: string): number => Math.max(...text.split("\n").map((line) => line.trimEnd().length));

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
  const narrow = renderFitting(columns, rows, 36);
  expect(narrow).toContain("0xabc…def");
  expect(narrow).not.toContain("12:00");
  expect(widest(narrow)).toBeLessThanOrEqual(36);
});

test("JSON has counts as numbers", () => {
  expect(JSON.parse(jsonText({ fills: 3n, price: "0.5" }))).toEqual({ fills: 3, price: "0.5" });
});

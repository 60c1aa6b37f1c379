import Table from "cli-table3";
import { formatDecimal, parseDecimal } from "../core/money/fixed.ts";

export type Column = { readonly title: string; readonly align?: "left" | "right" };

/** A plain table: no colours, so that it reads the same in a file. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: columns.map((column) => column.title),
    colAligns: columns.map((column) => column.align ?? "left"),
    style: { head: [], border: [], compact: true },
    chars: {
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: " ",
      "left-mid": " ",
      mid: "─",
      "mid-mid": " ",
      right: "",
      "right-mid": "",
      middle: " ",
    },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

/** Decimal text in dollars to "$1,234.56", with the sign in front; never through a float. */
export function showUsd(text: string, sign: "always" | "negative" = "negative"): string {
  const micros = parseDecimal(text, 18);
  if (micros === null) return text;
  const cents = roundToCents(micros);
  const magnitude = formatDecimal(cents < 0n ? -cents : cents, 2);
  const [whole = "0", fraction = ""] = magnitude.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const prefix = cents < 0n ? "-" : sign === "always" && cents > 0n ? "+" : "";
  return `${prefix}$${grouped}.${fraction.padEnd(2, "0")}`;
}

const CENT = 10n ** 16n;
const roundToCents = (value: bigint): bigint => (value + (value < 0n ? -CENT / 2n : CENT / 2n)) / CENT;

export const shortHex = (text: string): string => (text.length > 14 ? `${text.slice(0, 6)}…${text.slice(-4)}` : text);

export const shorten = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`;

export const showCount = (count: bigint | number): string => count.toLocaleString("en-US");

export const showPercent = (ratio: number | null): string => (ratio === null ? "–" : `${(ratio * 100).toFixed(1)} %`);

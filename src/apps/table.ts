import Table from "cli-table3";
import { formatDecimal, parseDecimal } from "../core/money/fixed.ts";

export type Column = {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Its cells may be cut where the table is too wide. */
  readonly shrinks?: boolean;
  /** Left out, the last such first, where cutting is not enough. */
  readonly optional?: boolean;
};

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
  table.push(...rows.map((row) => row.map(withoutControls)));
  return table.toString();
}

/** Titles come from strangers, and a terminal obeys control characters. */
export const withoutControls = (text: string): string =>
  text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (char) => (char === "\n" ? "\n" : "·"));

const SHRUNK_WIDTH = 12;
const GAP = 3;

/** The table with its shrinking columns cut, then its optional ones left out, as far as `width` demands; else a block for each row. */
export function renderFitting(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const natural = columns.map((column, index) =>
    Math.max(...[column.title, ...rows.map((row) => row[index] ?? "")].map(textWidth)),
  );
  const widths = [...natural];
  let excess = natural.reduce((sum, each) => sum + each + GAP, 0) - width;
  for (; excess > 0; excess -= 1) {
    const shrinking = columns.flatMap(({ shrinks }, index) => (shrinks === true ? [index] : []));
    const widest = shrinking.toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0];
    if (widest === undefined || (widths[widest] ?? 0) <= SHRUNK_WIDTH) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  const shown = columns.map((_, index) => index);
  while (excess > 0) {
    const last = shown.findLastIndex((index) => columns[index]?.optional === true);
    if (last === -1) break;
    excess -= (widths[shown[last] ?? 0] ?? 0) + GAP;
    shown.splice(last, 1);
  }
  if (excess > 0) return renderBlocks(columns, rows, width);
  // What a column left out has given back goes to those that were cut.
  for (; excess < 0; excess += 1) {
    const cut = shown.find((index) => (widths[index] ?? 0) < (natural[index] ?? 0));
    if (cut === undefined) break;
    widths[cut] = (widths[cut] ?? 0) + 1;
  }
  const cells = (row: readonly string[]): readonly string[] =>
    shown.map((index) => shorten(row[index] ?? "", widths[index] ?? SHRUNK_WIDTH));
  return renderTable(
    shown.map((index) => columns[index] as Column),
    rows.map(cells),
  );
}

/** Names beside values, which are cut where they do not fit. */
function renderBlocks(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const names = Math.max(...columns.map(({ title }) => textWidth(title)));
  const block = (row: readonly string[]): string =>
    columns
      .map(
        ({ title }, index) =>
          ` ${title.padEnd(names)}  ${shorten(withoutControls(row[index] ?? ""), width - names - 3)}`,
      )
      .join("\n");
  return rows.map(block).join("\n\n");
}

/** Of East Asian letters and pictures, each takes two places. */
const TWO_PLACES =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const letterWidth = (letter: string): number => (TWO_PLACES.test(letter) ? 2 : 1);

/** Places that a text takes on a terminal. */
export const textWidth = (text: string): number => [...text].reduce((sum, letter) => sum + letterWidth(letter), 0);

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

export function shorten(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = "";
  let places = 1;
  for (const letter of text) {
    places += letterWidth(letter);
    if (places > width) break;
    kept += letter;
  }
  return `${kept}…`;
}

export const showCount = (count: bigint | number): string => count.toLocaleString("en-US");

export const showPercent = (ratio: number | null): string => (ratio === null ? "–" : `${(ratio * 100).toFixed(1)} %`);

/** Counts as numbers, other whole numbers as they are; for programs that read our output. */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? Number(item) : item), 2);

import Table from "cli-table3";
import { formatDecimal, parseDecimal } from "../core/money/fixed.ts";

export type Column = {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Its cells may be cut where the table is too wide; in the middle where their ends tell them apart, as with titles of a series. */
  readonly shrinks?: boolean | "middle";
  /** Left out, the last such first, where cutting is not enough. */
  readonly optional?: boolean;
};

/** A plain table: no colours, so that it reads the same in a file. Without rows a line that says so. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return `  ${columns[0]?.title}: none yet`;
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
  const least = (index: number): number => Math.max(SHRUNK_WIDTH, textWidth(columns[index]?.title ?? ""));
  let excess = natural.reduce((sum, each) => sum + each + GAP, 0) - width;
  for (; excess > 0; excess -= 1) {
    const shrinking = columns.flatMap(({ shrinks = false }, index) =>
      shrinks !== false && (widths[index] ?? 0) > least(index) ? [index] : [],
    );
    const widest = shrinking.toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0];
    if (widest === undefined) break;
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
    shown.map((index) => cut(columns[index], row[index] ?? "", widths[index] ?? SHRUNK_WIDTH));
  return renderTable(
    shown.map((index) => columns[index] as Column),
    rows.map(cells),
  );
}

const cut = (column: Column | undefined, text: string, width: number): string =>
  column?.shrinks === "middle" ? shortenMiddle(text, width) : shorten(text, width);

/** Names beside values, which are cut where they do not fit; those without one are left out. */
function renderBlocks(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const names = Math.max(...columns.map(({ title }) => textWidth(title)));
  const block = (row: readonly string[]): string =>
    columns
      .flatMap((column, index) => {
        const text = withoutControls(row[index] ?? "");
        return text === "" ? [] : ` ${column.title.padEnd(names)}  ${cut(column, text, width - names - 3)}`;
      })
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

/** Its beginning and its end. */
export function shortenMiddle(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const end = shorten([...text].reverse().join(""), Math.ceil(width / 2)).slice(0, -1);
  return shorten(text, width - textWidth(end)) + [...end].reverse().join("");
}

/** 1 file, 2 files */
export const counted = (count: number, noun: string): string => `${showCount(count)} ${noun}${count === 1 ? "" : "s"}`;

export const showCount = (count: bigint | number): string => count.toLocaleString("en-US");

export const showPercent = (ratio: number | null): string => (ratio === null ? "–" : `${(ratio * 100).toFixed(1)} %`);

/** Counts as numbers, other whole numbers as they are; for programs that read our output. */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? Number(item) : item), 2);

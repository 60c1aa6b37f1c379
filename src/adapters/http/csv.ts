/** RFC 4180. */
export function csvLine(cells: readonly unknown[]): string {
  return `${cells.map(cell).join(",")}\r\n`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return quoted(harmless(value));
  return typeof value === "object" ? quoted(harmless(JSON.stringify(value))) : String(value);
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const NUMBER = /^-?\d+(\.\d+)?$/;
/** Titles come from strangers, and a spreadsheet would run one that looks like a formula. */
const harmless = (text: string): string => (/^[=+\-@\t\r]/.test(text) && !NUMBER.test(text) ? `'${text}` : text);

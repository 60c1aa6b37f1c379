/** One field of a CSV file (RFC 4180). What a spreadsheet would take for a formula is kept from being one. */
export function csvField(value: unknown): string {
  const text = value === null || value === undefined ? "" : String(value);
  const isNumber = text !== "" && Number.isFinite(Number(text));
  const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const toCsv = (rows: readonly (readonly unknown[])[]): string =>
  rows.map((row) => `${row.map(csvField).join(",")}\r\n`).join("");

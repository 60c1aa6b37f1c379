/** A value for each pair of two parameters, as SVG text; its colours mix those of the page. */
import { escapeHtml } from "./html.ts";

export type HeatMap = {
  readonly label: string;
  readonly columns: { readonly name: string; readonly values: readonly string[] };
  readonly rows: { readonly name: string; readonly values: readonly string[] };
  /** By row, then column; null: nothing there. */
  readonly cells: readonly (readonly (number | null)[])[];
  readonly format: (value: number) => string;
};

const WIDTH = 720;
const LEFT = 130;
const TOP = 46;
const ROW = 34;

export function heatMap({ label, columns, rows, cells, format }: HeatMap): string {
  const width = (WIDTH - LEFT) / columns.values.length;
  const height = TOP + rows.values.length * ROW + 6;
  const most = Math.max(...cells.flat().map((value) => Math.abs(value ?? 0)));
  const text = (x: number, y: number, content: string, anchor: "middle" | "end" | "start"): string =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escapeHtml(content)}</text>`;
  const titles = columns.values.map((value, column) => text(LEFT + (column + 0.5) * width, 38, value, "middle"));
  const body = rows.values.map((value, row) => {
    const y = TOP + row * ROW;
    const boxes = columns.values.map((_, column) => {
      const cell = cells[row]?.[column] ?? null;
      if (cell === null) return "";
      const tone = cell < 0 ? "bad" : "good";
      const strength = most === 0 ? 0 : Math.abs(cell) / most;
      const x = LEFT + column * width;
      return (
        `<rect class="${tone}" x="${x.toFixed(1)}" y="${y}" width="${(width - 2).toFixed(1)}" height="${ROW - 2}" ` +
        `fill-opacity="${(0.08 + 0.62 * strength).toFixed(2)}"/>` +
        `<text class="ink" x="${(x + width / 2 - 1).toFixed(1)}" y="${y + ROW / 2 + 4}" text-anchor="middle">${escapeHtml(format(cell))}</text>`
      );
    });
    return text(LEFT - 8, y + ROW / 2 + 4, value, "end") + boxes.join("");
  });
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(label)}">${text(LEFT, 14, `${columns.name} across, ${rows.name} down`, "start")}${titles.join("")}${body.join("")}</svg>`;
}

/** Charts as SVG text; colours come from the page's CSS, so they follow light and dark. */
import { escapeHtml } from "./html.ts";

const WIDTH = 720;
const PAD = { left: 64, right: 16, top: 12, bottom: 26 };

type Scale = (value: number) => number;
const scale = (low: number, high: number, from: number, to: number): Scale => {
  const span = high - low || 1;
  return (value) => from + ((value - low) / span) * (to - from);
};
const round = (value: number): string => value.toFixed(1);

/** Steps of 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, wanted = 5): readonly number[] {
  const rough = (high - low) / wanted;
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, index) => first + index * step);
}

const open = (height: number, label: string): string =>
  `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(label)}">`;

const text = (x: number, y: number, content: string, anchor: "start" | "middle" | "end" = "start"): string =>
  `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeHtml(content)}</text>`;

export type Point = { readonly x: number; readonly y: number };
export type LineChart = {
  readonly label: string;
  readonly points: readonly Point[];
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number) => string;
  /** Filled down to zero. */
  readonly isArea?: boolean;
  readonly height?: number;
};

/** A value that holds until the next one. */
export function lineChart({ label, points, formatX, formatY, isArea = false, height = 220 }: LineChart): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return '<p class="empty">nothing to show</p>';
  const values = points.map(({ y }) => y);
  const [low, high] = [Math.min(...values, ...(isArea ? [0] : [])), Math.max(...values, ...(isArea ? [0] : []))];
  const x = scale(first.x, last.x, PAD.left, WIDTH - PAD.right);
  const y = scale(low, high, height - PAD.bottom, PAD.top);
  const grid = ticks(low, high).map(
    (value) =>
      `<line class="grid" x1="${PAD.left}" x2="${WIDTH - PAD.right}" y1="${round(y(value))}" y2="${round(y(value))}"/>` +
      text(PAD.left - 6, y(value) + 4, formatY(value), "end"),
  );
  const path = points.map((each, index) =>
    index === 0 ? `M${round(x(each.x))} ${round(y(each.y))}` : `H${round(x(each.x))}V${round(y(each.y))}`,
  );
  const line = path.join("");
  const shape = isArea
    ? `<path class="area" d="${line}V${round(y(0))}H${round(x(first.x))}Z"/>`
    : `<path class="line" d="${line}"/>`;
  const ends =
    text(PAD.left, height - 8, formatX(first.x)) + text(WIDTH - PAD.right, height - 8, formatX(last.x), "end");
  return `${open(height, label)}${grid.join("")}${shape}${ends}</svg>`;
}

export type WhiskerRow = {
  readonly name: string;
  readonly note: string;
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
};

/** One row a figure: a dot, its interval, and a line at zero. */
export function whiskerChart(label: string, rows: readonly WhiskerRow[], format: (value: number) => string): string {
  if (rows.length === 0) return '<p class="empty">nothing to show</p>';
  const left = 250;
  const rowHeight = 26;
  const height = rows.length * rowHeight + PAD.bottom + 8;
  const values = rows.flatMap(({ mean, low, high }) => [mean ?? 0, low ?? 0, high ?? 0]);
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const margin = (most - least || 1) * 0.05;
  const x = scale(least - margin, most + margin, left, WIDTH - PAD.right);
  const zero = `<line class="zero" x1="${round(x(0))}" x2="${round(x(0))}" y1="4" y2="${height - PAD.bottom}"/>`;
  const body = rows.map(({ name, note, mean, low, high }, index) => {
    const y = 8 + index * rowHeight + rowHeight / 2;
    const whisker =
      low === null || high === null
        ? ""
        : `<line class="whisker" x1="${round(x(low))}" x2="${round(x(high))}" y1="${y}" y2="${y}"/>`;
    const dot = mean === null ? "" : `<circle class="dot" cx="${round(x(mean))}" cy="${y}" r="4.5"/>`;
    const said =
      mean === null
        ? "no bets"
        : `${format(mean)}${low === null || high === null ? "" : ` [${format(low)}, ${format(high)}]`}`;
    return `<g>${text(0, y + 4, name)}<title>${escapeHtml(`${name}: ${said}, ${note}`)}</title>${whisker}${dot}</g>`;
  });
  const axis = ticks(least, most).map((value) => text(x(value), height - 6, format(value), "middle"));
  return `${open(height, label)}${zero}${body.join("")}${axis.join("")}</svg>`;
}

export type CalibrationPoint = { readonly x: number; readonly y: number; readonly weight: number };

/** What was paid against what came of it; on the diagonal a bet earns nothing. */
export function calibrationChart(label: string, points: readonly CalibrationPoint[]): string {
  const height = 340;
  const x = scale(0, 1, PAD.left, PAD.left + height - PAD.top - PAD.bottom);
  const y = scale(0, 1, height - PAD.bottom, PAD.top);
  const most = Math.max(1, ...points.map(({ weight }) => weight));
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (value) =>
      `<line class="grid" x1="${round(x(0))}" x2="${round(x(1))}" y1="${round(y(value))}" y2="${round(y(value))}"/>` +
      text(PAD.left - 6, y(value) + 4, value.toFixed(2), "end") +
      text(x(value), height - 8, value.toFixed(2), "middle"),
  );
  const diagonal = `<line class="zero" x1="${round(x(0))}" y1="${round(y(0))}" x2="${round(x(1))}" y2="${round(y(1))}"/>`;
  const dots = points.map(({ x: price, y: paid, weight }) => {
    const said = `paid ${price.toFixed(3)}, got ${paid.toFixed(3)}, ${weight} bets`;
    const radius = 3 + 9 * Math.sqrt(weight / most);
    return `<circle class="bubble" cx="${round(x(price))}" cy="${round(y(paid))}" r="${round(radius)}"><title>${said}</title></circle>`;
  });
  return `${open(height, label)}${grid.join("")}${diagonal}${dots.join("")}</svg>`;
}

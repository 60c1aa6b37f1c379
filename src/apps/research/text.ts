/** A table of research on a terminal: rows with intervals, a chart that fits the width, and what was published. */
import type { Estimate } from "../../core/backtest/bootstrap.ts";
import type { ResearchRow, ResearchSeries, ResearchTable, Unit } from "../../core/research/table.ts";
import { isoDate } from "../../core/time/time.ts";
import type { ResearchReport } from "../../services/research/research.ts";
import { type Column, renderFitting, showCount } from "../table.ts";

const FORMATS: Readonly<Record<Unit, (value: number) => string>> = {
  percent: (value) => `${(value * 100).toFixed(2)} %`,
  cents: (value) => `${(value * 100).toFixed(2)}¢`,
  ratio: (value) => value.toFixed(3),
  correlation: (value) => value.toFixed(3),
};

export const formatOf = (table: ResearchTable, row: ResearchRow): ((value: number) => string) =>
  FORMATS[row.unit ?? table.unit];

/** Name, count, clusters, value, interval, published, extras. */
export function rowCells(table: ResearchTable, row: ResearchRow): readonly string[] {
  const format = formatOf(table, row);
  const { value } = row;
  return [
    ...[row.name, showCount(row.count), value === null ? "–" : showCount(value.clusters)],
    ...[value === null ? "–" : format(value.mean), showInterval(value, format)],
    ...(isCompared(table) ? [row.published ?? ""] : []),
    ...table.extraHead.map((_, index) => row.extra?.[index] ?? ""),
  ];
}

const showInterval = (value: Estimate | null, format: (value: number) => string): string =>
  value?.interval == null ? "cannot tell" : `${format(value.interval.low)} to ${format(value.interval.high)}`;

const PUBLISHED = "published";

export const tableHead = (table: ResearchTable): readonly string[] => [
  ...["", table.counted, table.clustered, "figure", "95 %"],
  ...(isCompared(table) ? [PUBLISHED] : []),
  ...table.extraHead,
];

const isCompared = ({ rows }: ResearchTable): boolean => rows.some(({ published }) => published !== undefined);

export function researchText(report: ResearchReport, width: number): string {
  const { table } = report;
  const columns = tableHead(table).map(
    (title, index): Column => ({
      title,
      ...(index === 0 ? {} : { align: "right" as const }),
      // What was published stands below the table too.
      ...(title === PUBLISHED || table.extraHead.includes(title) ? { optional: true } : {}),
    }),
  );
  const rows = table.rows.map((row) => rowCells(table, row));
  return [
    ...(report.isPartial ? ["STOPPED BEFORE THE END: these are figures of a part."] : []),
    `${table.title}. ${table.meaning}`,
    coverageText(report),
    ...(rows.length === 0 ? ["Cannot tell: there is nothing to show."] : [renderFitting(columns, rows, width)]),
    ...chart(table, width),
    ...(table.notes.length === 0 ? [] : [table.notes.join("\n")]),
    ...(table.citations.length === 0 ? [] : [citationText(table)]),
  ].join("\n\n");
}

const citationText = ({ citations }: ResearchTable): string =>
  ["Published:", ...citations.map(({ who, what, where }) => `- ${who}: ${what}. ${where}`)].join("\n");

export function coverageText({ coverage, fills, from, to, category, seed }: ResearchReport): string {
  const { span, missing } = coverage;
  const lost = missing.reduce((sum, { fromBlock, toBlock }) => sum + toBlock - fromBlock + 1, 0);
  return [
    `${showCount(fills)} fills from ${isoDate(from)} to ${isoDate(to)}${category === null ? "" : `, ${category} only`};`,
    `held are ${showCount(coverage.fills)} fills of blocks ${showCount(span.fromBlock)} to ${showCount(span.toBlock)},`,
    lost === 0 ? "no block is missing." : `${showCount(lost)} blocks are missing in ${showCount(missing.length)} gaps.`,
    `Seed ${seed}.`,
  ].join(" ");
}

const LABEL = 34;
const CHART_MIN = 20;

function chart(table: ResearchTable, width: number): readonly string[] {
  const drawn = table.rows.filter(({ value, isApart }) => value !== null && isApart !== true);
  const room = width - LABEL - 3;
  if (room < CHART_MIN) return [];
  const bars = drawn.length < 2 ? [] : [whiskers(drawn, FORMATS[table.unit], room)];
  return table.series === undefined ? bars : [sparkline(table.series, width), ...bars];
}

/** `├──●──┤` on one scale, with zero where it lies inside. */
function whiskers(rows: readonly ResearchRow[], format: (value: number) => string, room: number): string {
  const values = rows.flatMap(({ value }) => [
    ...[value?.mean ?? 0, value?.interval?.low ?? value?.mean ?? 0, value?.interval?.high ?? value?.mean ?? 0],
  ]);
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const place = (value: number): number => Math.round(((value - least) / (most - least || 1)) * (room - 1));
  const lines = rows.map(({ name, value }) => {
    const cells: string[] = Array.from({ length: room }, (_, index) => (index === place(0) ? "┊" : " "));
    const { mean, interval } = value as Estimate;
    if (interval !== null) {
      for (let at = place(interval.low); at <= place(interval.high); at += 1) cells[at] = "─";
      cells[place(interval.low)] = "├";
      cells[place(interval.high)] = "┤";
    }
    cells[place(mean)] = interval === null ? "○" : "●";
    return ` ${name.slice(0, LABEL).padEnd(LABEL)} ${cells.join("").trimEnd()}`;
  });
  const [low, high] = [format(least), format(most)];
  const axis = ` ${"".padEnd(LABEL)} ${low}${high.padStart(Math.max(1, room - low.length))}`;
  return [...lines, axis].join("\n");
}

const LEVELS = "▁▂▃▄▅▆▇█";

function sparkline({ label, points }: ResearchSeries, width: number): string {
  if (points.length === 0) return "";
  const cells = Math.min(points.length, width - 2);
  const sums = Array.from({ length: cells }, (_, cell) => {
    const of = points.slice(
      Math.floor((cell * points.length) / cells),
      Math.floor(((cell + 1) * points.length) / cells),
    );
    return of.reduce((sum, { y }) => sum + y, 0) / of.length;
  });
  const most = Math.max(...sums);
  const line = sums.map((sum) => LEVELS[Math.min(7, Math.floor((sum / (most || 1)) * 8))]).join("");
  return ` ${label}, at most ${Math.round(most).toLocaleString("en-US")}:\n ${line}`;
}

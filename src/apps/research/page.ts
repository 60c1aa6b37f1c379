import type { ResearchRow, ResearchTable } from "../../core/research/table.ts";
import { type EpochMs, isoDate } from "../../core/time/time.ts";
import type { ResearchReport } from "../../services/research/research.ts";
import { lineChart, type WhiskerRow, whiskerChart } from "../backtest/charts.ts";
import { escapeHtml, htmlPage, htmlTable } from "../backtest/html.ts";
import { coverageText, formatOf, rowCells, tableHead } from "./text.ts";

/** The table as one file, with its chart. */
export function researchPage(report: ResearchReport): string {
  const { table } = report;
  const partial = report.isPartial ? '<p class="warning">Stopped before the end: these are figures of a part.</p>' : "";
  const parts = [
    `<h1>${escapeHtml(table.title)}</h1><p>${escapeHtml(table.meaning)}</p>`,
    `<p class="soft">${escapeHtml(coverageText(report))}</p>${partial}`,
    ...charts(table),
    htmlTable(
      tableHead(table),
      table.rows.map((row) => rowCells(table, row)),
    ),
    ...table.notes.map((note) => `<p>${escapeHtml(note)}</p>`),
    ...(table.citations.length === 0 ? [] : ["<h2>Published</h2>", citations(table)]),
  ];
  return htmlPage(table.title, parts.join("\n"));
}

function charts(table: ResearchTable): readonly string[] {
  const { series } = table;
  const drawn = table.rows.filter(({ isApart }) => isApart !== true);
  const format = formatOf(table, { name: "", count: 0, value: null });
  const line = series && {
    ...{ label: series.label, points: series.points, isArea: true },
    formatX: (at: number) => isoDate(at as EpochMs),
    formatY: (usd: number) => Math.round(usd).toLocaleString("en-US"),
  };
  return [
    ...(line === undefined
      ? []
      : [`<figure class="amounts">${lineChart(line)}<figcaption>${escapeHtml(line.label)}</figcaption></figure>`]),
    `<figure>${whiskerChart(table.title, drawn.map(whisker), format)}<figcaption>Bars are 95 % intervals; a figure without one rests on too little to tell.</figcaption></figure>`,
  ];
}

const whisker = ({ name, count, value }: ResearchRow): WhiskerRow => ({
  ...{ name, note: `${count}`, mean: value?.mean ?? null },
  ...{ low: value?.interval?.low ?? null, high: value?.interval?.high ?? null },
});

const citations = (table: ResearchTable): string =>
  `<ul>${table.citations
    .map(({ who, what, where }) => `<li>${escapeHtml(who)}: ${escapeHtml(what)}. ${escapeHtml(where)}</li>`)
    .join("")}</ul>`;

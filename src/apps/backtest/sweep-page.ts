import type { GridValue } from "../../core/backtest/sweep/grid.ts";
import { addMs, DAY_MS, isoDate } from "../../core/time/time.ts";
import type { SweepReport } from "../../services/backtest/sweep-report.ts";
import { whiskerChart } from "./charts.ts";
import { count } from "./figures.ts";
import { heatMap } from "./heat-map.ts";
import { escapeHtml, htmlPage, htmlTable } from "./html.ts";
import {
  OBJECTIVE_TITLES,
  objectiveText,
  overfittingFigures,
  pointText,
  ranked,
  showValue,
  sweepCoverage,
  variantCells,
  variantHead,
  WINDOW_HEAD,
  windowCells,
} from "./sweep-figures.ts";

/** The whole report as one file. */
export function sweepPage(report: SweepReport): string {
  const { walk } = report.judgement;
  const parts = [
    header(report),
    section("Luck or skill", luck(report)),
    ...(walk === null
      ? []
      : [
          section(
            "Chosen on one window, judged on the next",
            windowChart(report) +
              htmlTable(
                WINDOW_HEAD,
                walk.windows.map((window) => windowCells(report, window)),
              ),
          ),
        ]),
    section("Heat maps", maps(report)),
    section(
      `Variants (${count(report.rows.length)})`,
      htmlTable(
        variantHead(report),
        ranked(report).map((place) => variantCells(report, place)),
      ),
    ),
  ];
  return htmlPage("Sweep", parts.join("\n"));
}

const section = (title: string, body: string): string => `<h2>${escapeHtml(title)}</h2>\n${body}`;

function header(report: SweepReport): string {
  const { word, because } = report.judgement.verdict;
  const tone = word === "edge" ? " edge" : word === "no edge" ? " none" : "";
  const partial = report.isPartial
    ? '<p class="warning">Stopped before the end: these are figures of a part of the variants.</p>'
    : "";
  return `<h1>Sweep</h1><p class="soft">${escapeHtml(sweepCoverage(report))}</p>${partial}
<div class="verdict${tone}"><strong>${escapeHtml(word)}</strong>${because.map((each) => `<p>${escapeHtml(each)}</p>`).join("")}
<p class="soft">Sweep ${escapeHtml(report.id)}. What follows over the whole stretch is hindsight.</p></div>`;
}

const luck = (report: SweepReport): string =>
  `<div class="figures">${overfittingFigures(report)
    .map(
      ({ name, value, note }) =>
        `<div><small>${escapeHtml(name)}</small><b>${escapeHtml(value)}</b><small>${escapeHtml(note)}</small></div>`,
    )
    .join(
      "",
    )}</div><p class="soft">The probability of overfitting is that of the best variant on one half of the days to stand
below the middle on the other half, over all halves (Bailey and others, 2015). Where all variants are alike it is about 50 %.</p>`;

/** In sample beside out of sample, window by window. */
function windowChart(report: SweepReport): string {
  const { from } = report.plan;
  const rows = (report.judgement.walk?.windows ?? []).flatMap(({ judge, chosen, inSample, outOfSample }) => {
    const name = isoDate(addMs(from, judge.from * DAY_MS));
    const row = chosen === null ? undefined : report.rows[chosen];
    const note = row === undefined ? "none chosen" : pointText(report, row);
    const bare = { note, low: null, high: null };
    return [
      { name: `${name} in sample`, mean: inSample, ...bare },
      { name: `${name} out of sample`, mean: outOfSample, ...bare },
    ];
  });
  const label = `${OBJECTIVE_TITLES[report.plan.objective]} in and out of sample`;
  return `<figure>${whiskerChart(label, rows, (value) => objectiveText(report, value))}<figcaption>${escapeHtml(label)}</figcaption></figure>`;
}

const PAIRS_MAX = 6;

/** One for each pair of parameters: mean over what else varies. */
function maps(report: SweepReport): string {
  const varied = Object.entries(report.plan.grid).filter(([, values]) => values.length > 1);
  const pairs = varied.flatMap(([down, downValues], index) =>
    varied.slice(index + 1).map(([across, acrossValues]) => ({ down, downValues, across, acrossValues })),
  );
  const [only] = varied;
  if (pairs.length === 0) return only === undefined ? '<p class="empty">nothing to show</p>' : alone(report, ...only);
  const shown = pairs.slice(0, PAIRS_MAX).map(({ down, downValues, across, acrossValues }) => {
    const cells = downValues.map((row) =>
      acrossValues.map((column) => meanAt(report, { [down]: row, [across]: column })),
    );
    return figure(report, {
      columns: { name: across, values: acrossValues.map(showValue) },
      rows: { name: down, values: downValues.map(showValue) },
      cells,
    });
  });
  const left =
    pairs.length > PAIRS_MAX ? `<p class="soft">${pairs.length - PAIRS_MAX} more pairs are not drawn.</p>` : "";
  return `${shown.join("\n")}${left}`;
}

const alone = (report: SweepReport, name: string, values: readonly GridValue[]): string =>
  figure(report, {
    columns: { name, values: values.map(showValue) },
    rows: { name: "all", values: [""] },
    cells: [values.map((value) => meanAt(report, { [name]: value }))],
  });

function figure(report: SweepReport, map: Pick<Parameters<typeof heatMap>[0], "columns" | "rows" | "cells">): string {
  const label = `${OBJECTIVE_TITLES[report.plan.objective]} by ${map.columns.name} and ${map.rows.name}`;
  const format = (value: number): string => objectiveText(report, value);
  return `<figure>${heatMap({ ...map, label, format })}<figcaption>${escapeHtml(label)}, all days, mean over what else varies</figcaption></figure>`;
}

function meanAt({ rows, judgement }: SweepReport, point: Readonly<Record<string, GridValue>>): number | null {
  const values = rows.flatMap((row, place) => {
    const isThere = Object.entries(point).every(([name, value]) => row.point[name] === value);
    const value = judgement.values[place] ?? null;
    return isThere && value !== null ? [value] : [];
  });
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

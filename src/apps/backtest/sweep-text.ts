import type { SweepReport } from "../../services/backtest/sweep-report.ts";
import { renderFitting } from "../table.ts";
import {
  overfittingFigures,
  ranked,
  sweepCoverage,
  variantCells,
  variantHead,
  WINDOW_HEAD,
  windowCells,
} from "./sweep-figures.ts";

const SHOWN = 15;
/** Left out first where the terminal is narrow. */
const OPTIONAL = new Set(["chosen on", "signals", "won", "median of all", "beats", "rank correlation", "drawdown"]);

/** The report in a screenful: the best variants, the windows, and what is luck. */
export function sweepText(report: SweepReport, width: number): string {
  const { judgement, isPartial, rows } = report;
  const { word, because } = judgement.verdict;
  const best = ranked(report).slice(0, SHOWN);
  const more = rows.length > best.length ? [`${rows.length - best.length} more variants: --report or --json.`] : [];
  return [
    ...(isPartial ? ["STOPPED BEFORE THE END: these are figures of a part of the variants."] : []),
    sweepCoverage(report),
    table(
      variantHead(report),
      best.map((place) => variantCells(report, place)),
      width,
    ),
    ...more,
    ...(judgement.walk === null
      ? []
      : [
          `Chosen on one window, judged on the next:\n${table(
            WINDOW_HEAD,
            judgement.walk.windows.map((window) => windowCells(report, window)),
            width,
          )}`,
        ]),
    table(
      ["", "", ""],
      overfittingFigures(report).map(({ name, value, note }) => [name, value, note]),
      width,
    ),
    `Verdict: ${word}. ${because.join("; ")}.`,
  ].join("\n\n");
}

const table = (head: readonly string[], rows: readonly (readonly string[])[], width: number): string =>
  renderFitting(
    head.map((title, index) => ({
      title,
      ...(index === 0 || title.endsWith(" on") ? {} : { align: "right" as const }),
      shrinks: title === "variant",
      optional: OPTIONAL.has(title),
    })),
    rows,
    width,
  );

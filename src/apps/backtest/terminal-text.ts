import type { EdgeRow } from "../../core/backtest/result.ts";
import type { BacktestReport } from "../../services/backtest/backtest.ts";
import { renderFitting } from "../table.ts";
import { coverageText, EDGE_HEAD, edgeCells, figuresOf, variantsText } from "./figures.ts";

/** The report in a screenful. */
export function reportText(report: BacktestReport, width: number): string {
  const { result, proof, isPartial } = report;
  const { word, because } = result.verdict;
  const rows = figuresOf(report).map(({ name, value, interval }) => [name, value, interval]);
  return [
    ...(isPartial ? ["STOPPED BEFORE THE END: these are figures of a part."] : []),
    coverageText(report),
    renderFitting([{ title: "" }, { title: "", align: "right" }, { title: "95 %", optional: true }], rows, width),
    edgeTable([result.edge, ...result.bySignal, ...result.controls], width),
    `By seconds of delay:\n${edgeTable(result.decay, width)}`,
    variantsText(report),
    ...(proof === null
      ? []
      : [`${proof.sampled} decisions made again without what came later: ${proof.differing.length} differ.`]),
    `Verdict: ${word}. ${because.join("; ")}.`,
  ].join("\n\n");
}

const edgeTable = (rows: readonly EdgeRow[], width: number): string =>
  renderFitting(
    EDGE_HEAD.map((title, index) => ({
      title,
      ...(index === 0 ? { shrinks: true } : { align: "right" as const }),
      // The corrected interval is what counts.
      optional: title === "events" || title === "95 %",
    })),
    rows.map((row) => edgeCells(row).map(String)),
    width,
  );

import type { EdgeRow } from "../../core/backtest/result.ts";
import type { BacktestReport } from "../../services/backtest/backtest.ts";
import { renderTable } from "../table.ts";
import { coverageText, EDGE_HEAD, edgeCells, figuresOf, variantsText } from "./figures.ts";

/** The report in a screenful. */
export function reportText(report: BacktestReport): string {
  const { result, proof, isPartial } = report;
  const { word, because } = result.verdict;
  const rows = figuresOf(report).map(({ name, value, interval }) => [name, value, interval]);
  return [
    ...(isPartial ? ["STOPPED BEFORE THE END: these are figures of a part."] : []),
    coverageText(report),
    renderTable([{ title: "" }, { title: "", align: "right" }, { title: "95 %" }], rows),
    edgeTable([result.edge, ...result.bySignal, ...result.controls]),
    `By seconds of delay:\n${edgeTable(result.decay)}`,
    variantsText(report),
    ...(proof === null
      ? []
      : [`${proof.sampled} decisions made again without what came later: ${proof.differing.length} differ.`]),
    `Verdict: ${word}. ${because.join("; ")}.`,
  ].join("\n\n");
}

const edgeTable = (rows: readonly EdgeRow[]): string =>
  renderTable(
    EDGE_HEAD.map((title, index) => ({ title, ...(index === 0 ? {} : { align: "right" as const }) })),
    rows.map((row) => edgeCells(row).map(String)),
  );

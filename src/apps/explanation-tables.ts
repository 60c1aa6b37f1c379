import type {
  ExplainedUnit,
  HistoryRow,
  PublishedExplanation,
  ScoreExplanation,
} from "../adapters/postgres/explain-score.ts";
import { contributions, tierOutlook } from "../core/reputation/contributions.ts";
import { renderFitting, shortHex, showPercent, showUsd } from "./table.ts";

const right = (title: string) => ({ title, align: "right" }) as const;
const left = (title: string) => ({ title }) as const;

const PART_NAMES = {
  winRate: "win rate",
  profit: "profit",
  consistency: "consistency",
  volume: "volume",
  timing: "timing",
};
const LEFT_OUT = {
  open: "still open",
  incomplete: "incomplete: not everything that it holds was seen to be bought",
  beforeLookback: "closed before the lookback",
  nothingPaid: "nothing was paid in",
  combos: "of combined markets",
} as const;

const SHORTLY = {
  open: "open",
  incomplete: "incomplete",
  beforeLookback: "too old",
  nothingPaid: "nothing paid",
  combos: "combined",
} as const;

const signed = (value: number, digits = 4): string => `${value > 0 ? "+" : ""}${value.toFixed(digits)}`;
const day = (at: number | null): string =>
  at === null ? "–" : new Date(at).toISOString().slice(0, 16).replace("T", " ");

/** The explanation as text that fits `width` columns. */
export function explanationText(explanation: ScoreExplanation, width: number): string {
  const { published, units, history, leftOut, isDue, wallet } = explanation;
  const head =
    published === null
      ? [`${wallet}: 5.00, AVERAGE. Nothing has been scored yet; an unknown wallet is neutral and is not followed.`]
      : headLines(wallet, published);
  if (isDue) head.push("Something has changed since; the next calculation takes it in.");
  const out = Object.entries(LEFT_OUT).flatMap(([name, text]) => {
    const count = leftOut[name as keyof typeof LEFT_OUT];
    return count === 0 ? [] : [`  ${count} ${text}`];
  });
  return [
    head.join("\n"),
    ...(published === null ? [] : [partsTable(published, width)]),
    out.length === 0 ? "Units left out: none." : `Units left out:\n${out.join("\n")}`,
    ...(units.length === 0 ? [] : [unitsTable(units, width)]),
    ...(history.length === 0 ? [] : [historyTable(history, width)]),
  ].join("\n\n");
}

function headLines(wallet: string, published: PublishedExplanation): string[] {
  const { score, tier, raw, confidence, units, wins, edge, reasons, wash, source } = published;
  const waits = tierOutlook(published);
  const why = reasons.length === 0 ? published.ineligibleReason : reasons.join(", ");
  return [
    `${wallet}: ${score.toFixed(2)}, ${tier}${waits === null ? "" : ` (${waits})`}`,
    `Score = 5 + confidence ${confidence.toFixed(4)} · (raw ${raw.toFixed(4)} − 5) over ${units} units, ${wins} won; ` +
      `mean return ${showPercent(published.avgProfit)}, σ ${showPercent(published.roiDeviation)}, P&L ${showUsd(published.pnlUsd, "always")}`,
    edge === null
      ? "Edge: none yet, no market of its buys has resolved."
      : `Edge: ${signed(edge.perShare)} USD a share over ${edge.markets} markets, at least ${signed(edge.lowerBound)} with 95 % ` +
        `confidence, at most ${signed(2 * edge.perShare - edge.lowerBound)}` +
        (edge.k === null ? "" : ` (shrunk by m / (m + ${edge.k.toFixed(0)}))`),
    published.isFollowEligible ? "May be followed." : `Not followed: ${why ?? "unknown"}.`,
    ...(wash === null
      ? []
      : [
          `Wash cluster of ${wash.members} wallets (${wash.cluster}): ${showPercent(wash.share)} of its volume is with them.`,
        ]),
    `Rule ${published.version}, ${source === "chain" ? "from the chain" : "from the venue's own history"}, calculated ${day(published.calculatedAt)} UTC.`,
  ];
}

function partsTable({ parts, confidence }: PublishedExplanation, width: number): string {
  return renderFitting(
    [
      left("part"),
      right("value"),
      right("weight"),
      { title: "of raw", align: "right", optional: true },
      right("moves score"),
    ],
    contributions(parts, confidence).map(({ part, value, weight, points, moves }) => [
      PART_NAMES[part],
      value.toFixed(4),
      weight.toFixed(2),
      points.toFixed(4),
      signed(moves),
    ]),
    width,
  );
}

function unitsTable(units: readonly ExplainedUnit[], width: number): string {
  return renderFitting(
    [
      { title: "unit", shrinks: "middle" },
      { title: "closed, UTC", optional: true },
      { title: "paid in", align: "right", optional: true },
      right("P&L"),
      right("return"),
      { title: "edge", align: "right", optional: true },
      left("counts"),
    ],
    units.map((unit) => [
      unit.market ?? shortHex(unit.marketId),
      day(unit.closedAt),
      showUsd(unit.paidInUsd),
      showUsd(unit.pnlUsd, "always"),
      showPercent(unit.roi),
      unit.edge === null ? "–" : signed(unit.edge),
      unit.leftOut === null ? "yes" : `no: ${SHORTLY[unit.leftOut]}`,
    ]),
    width,
  );
}

function historyTable(history: readonly HistoryRow[], width: number): string {
  return renderFitting(
    [
      left("known from, UTC"),
      right("score"),
      left("tier"),
      right("units"),
      { title: "confidence", align: "right", optional: true },
      { title: "edge at least", align: "right", optional: true },
      { title: "followed", shrinks: true },
      { title: "rule", align: "right", optional: true },
      { title: "source", optional: true },
    ],
    history.map((row) => [
      day(row.calculatedAt),
      row.score.toFixed(2),
      row.tier,
      String(row.closedMarkets),
      row.confidence.toFixed(4),
      row.edgeLowerBound === null ? "–" : signed(row.edgeLowerBound),
      row.ineligibleReason === null ? "yes" : `no: ${row.ineligibleReason}`,
      String(row.version),
      row.source,
    ]),
    width,
  );
}

import type { EdgeRow } from "../../core/backtest/result.ts";
import type { TradeRow } from "../../core/backtest/trades.ts";
import { type EpochMs, isoDate } from "../../core/time/time.ts";
import type { BacktestReport } from "../../services/backtest/backtest.ts";
import { calibrationChart, lineChart, type WhiskerRow, whiskerChart } from "./charts.ts";
import {
  cents,
  count,
  coverageText,
  dollars,
  EDGE_HEAD,
  edgeCells,
  figuresOf,
  percent,
  time,
  variantsText,
} from "./figures.ts";
import { escapeHtml, htmlPage, htmlTable } from "./html.ts";

/** The whole report as one file. */
export function reportPage(report: BacktestReport): string {
  const { result } = report;
  const parts = [
    header(report),
    section("The account", figures(report) + equityCharts(report)),
    section(
      "Edge of the signals",
      `<p class="soft">What a share bought on a signal earned if held to the resolution, after fees, at the run's own delay and
within the signal's price cap; the account's limits play no part. Bars are 95 % intervals over whole events.</p>` +
        edges("edge of signals and controls", [result.edge, ...result.bySignal, ...result.controls]),
    ),
    section(
      "Delay",
      `<p class="soft">The same signals at whatever price somebody paid so many seconds later; at 0 s the leader's own.</p>` +
        edges("edge by seconds of delay", result.decay),
    ),
    section("By category", edges("edge by category", result.byCategory)),
    section("Calibration", calibration(report)),
    section("What became of the signals", signalTable(report)),
    section("Look-ahead", proofText(report)),
    section(
      `Trades (${count(report.trades.length)})`,
      report.trades.map(trade).join("\n") || '<p class="empty">none</p>',
    ),
  ];
  return htmlPage("Backtest", parts.join("\n"));
}

const section = (title: string, body: string): string => `<h2>${escapeHtml(title)}</h2>\n${body}`;

function header(report: BacktestReport): string {
  const { word, because } = report.result.verdict;
  const tone = word === "edge" ? " edge" : word === "no edge" ? " none" : "";
  const partial = report.isPartial ? '<p class="warning">Stopped before the end: these are figures of a part.</p>' : "";
  return `<h1>Backtest</h1><p class="soft">${escapeHtml(coverageText(report))}</p>${partial}
<div class="verdict${tone}"><strong>${escapeHtml(word)}</strong>${because.map((each) => `<p>${escapeHtml(each)}</p>`).join("")}
<p class="soft">${escapeHtml(variantsText(report))} Variant ${escapeHtml(report.variant)}.</p></div>`;
}

const figures = (report: BacktestReport): string =>
  `<div class="figures">${figuresOf(report)
    .map(
      ({ name, value, interval }) =>
        `<div><small>${escapeHtml(name)}</small><b>${escapeHtml(value)}</b><small>${escapeHtml(interval)}</small></div>`,
    )
    .join("")}</div><p class="soft">Ranges: 95 of 100 draws of the events.</p>`;

function equityCharts({ equity, endedAt, result }: BacktestReport): string {
  const points = [...equity, { at: endedAt, equityUsd: equity.at(-1)?.equityUsd ?? 0 }].map(({ at, equityUsd }) => ({
    x: at,
    y: equityUsd,
  }));
  let peak = Number(result.account.startUsd) / 1e6;
  const falls = points.map(({ x, y }) => {
    peak = Math.max(peak, y);
    return { x, y: peak > 0 ? (y - peak) / peak : 0 };
  });
  const formatX = (at: number): string => isoDate(at as EpochMs);
  const chart = lineChart({
    label: "equity in USD",
    points: thin(points),
    formatX,
    formatY: (usd) => count(Math.round(usd)),
  });
  const under = {
    label: "drawdown",
    points: thin(falls),
    formatX,
    formatY: percent,
    isArea: true,
    height: 130,
  } as const;
  return `<figure>${chart}<figcaption>Equity in USD, open positions at the last bid seen</figcaption></figure>
<figure>${lineChart(under)}<figcaption>Fall from the peak</figcaption></figure>`;
}

const POINTS_MAX = 2_000;

/** As many points as a screen can show; the last one stays. */
function thin<Point>(points: readonly Point[]): readonly Point[] {
  const step = Math.ceil(points.length / POINTS_MAX);
  return points.filter((_, index) => index % step === 0 || index === points.length - 1);
}

const whisker = ({ name, bets, edge }: EdgeRow): WhiskerRow => ({
  name: `${name} (${bets})`,
  note: `${bets} bets in ${edge?.clusters ?? 0} events`,
  mean: edge?.mean ?? null,
  low: edge?.interval?.low ?? null,
  high: edge?.interval?.high ?? null,
});

const edges = (label: string, rows: readonly EdgeRow[]): string =>
  `<figure>${whiskerChart(label, rows.map(whisker), cents)}</figure>${htmlTable(EDGE_HEAD, rows.map(edgeCells))}`;

function calibration({ result }: BacktestReport): string {
  const points = result.calibration.map(({ meanPrice: x, paid: y, bets: weight }) => ({ x, y, weight }));
  const rows = result.calibration.map(({ from, to, bets, meanPrice, paid }) => [
    ...[`${from.toFixed(1)} to ${to.toFixed(1)}`, bets, meanPrice.toFixed(3), paid.toFixed(3)],
  ]);
  return `<figure>${calibrationChart("what was paid against what came of it", points)}<figcaption>Price paid, and what a share
paid in the end. On the diagonal a bet earns nothing; above it the price was too low.</figcaption></figure>
${htmlTable(["price", "bets", "mean price", "mean payout"], rows)}`;
}

const signalTable = ({ signals }: BacktestReport): string =>
  htmlTable(
    ["signal", "status", "reason", "count"],
    signals.map(({ type, status, code, signals: seen }) => [type, status, code, seen]),
  );

function proofText({ proof }: BacktestReport): string {
  if (proof === null) return '<p class="soft">Not checked in this run: --prove makes sampled decisions again.</p>';
  const said =
    proof.differing.length === 0
      ? "each came out the same"
      : `${proof.differing.length} came out differently: ${proof.differing.map(({ signalId }) => signalId).join(", ")}`;
  return `<p>${proof.sampled} of ${proof.decisions} decisions were made again with everything later deleted; ${escapeHtml(said)}.</p>`;
}

function trade(row: TradeRow): string {
  const profit = Number(row.profitUsd);
  const facts = [
    `${time(row.openedAt)} to ${row.closedAt === null ? "still open" : time(row.closedAt)}; ${row.signalType}, ${row.category}`,
    `${row.shares} shares at ${row.entryPrice}, out at ${row.exitPrice ?? "–"}; cost ${row.costUsd}, fees ${row.feesUsd} USD`,
    ...row.why,
  ];
  return `<details><summary><span>${escapeHtml(`${row.market}: ${row.outcome}`)}</span><span class="number ${profit > 0 ? "won" : "lost"}">${dollars(profit)}</span></summary>
<ul>${facts.map((each) => `<li>${escapeHtml(each)}</li>`).join("")}</ul></details>`;
}

/** The figures of a report as text, for terminal and page alike. */
import type { Figure } from "../../core/backtest/account.ts";
import type { EdgeRow } from "../../core/backtest/result.ts";
import { toNumber, type UsdMicros } from "../../core/money/amounts.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { BacktestReport } from "../../services/backtest/backtest.ts";

const GROUPED = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const DOLLARS = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

export const count = (value: number): string => value.toLocaleString("en-US");
export const plain = (value: number): string => GROUPED.format(value);
export const percent = (share: number): string => `${plain(share * 100)} %`;
export const cents = (usd: number): string => `${plain(usd * 100)}¢`;
export const dollars = (usd: number): string => DOLLARS.format(usd);
const money = (usd: UsdMicros): string => dollars(toNumber(usd));
export const time = (at: EpochMs): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;

export type NamedFigure = { readonly name: string; readonly value: string; readonly interval: string };

const named = (
  name: string,
  { value, interval }: Figure,
  format: (value: number) => string,
  none: string,
): NamedFigure => ({
  name,
  value: value === null ? none : format(value),
  interval: interval === null ? "" : `${format(interval.low)} to ${format(interval.high)}`,
});
const single = (name: string, value: string): NamedFigure => ({ name, value, interval: "" });

export function figuresOf({ result: { account } }: BacktestReport): readonly NamedFigure[] {
  return [
    named("Total return", account.totalReturn, percent, "–"),
    single("Net profit", money(account.netUsd)),
    named("Sharpe ratio", account.sharpe, plain, "too few days"),
    named("Maximum drawdown", account.maxDrawdown, percent, "–"),
    named("Win rate", account.winRate, percent, "no trades"),
    single(
      "Trades",
      `${count(account.trades)}${account.openPositions > 0 ? ` and ${account.openPositions} open` : ""}`,
    ),
    named("Average profit", account.averageProfit, dollars, "no trades"),
    named("Profit factor", account.profitFactor, plain, "nothing lost"),
    single("Fees", money(account.feesUsd)),
    single("Turnover", `${plain(account.turnover)} × capital`),
    single("Exposure", percent(account.exposure)),
    single("Begun with", money(account.startUsd)),
  ];
}

/** Name, bets, events, mean, interval, corrected interval. */
export const edgeCells = ({ name, bets, edge }: EdgeRow): readonly (string | number)[] => [
  ...[name, bets, edge?.clusters ?? 0, edge === null ? "–" : cents(edge.mean)],
  ...[edge?.interval, edge?.corrected].map((each) =>
    each == null ? "–" : `${cents(each.low)} to ${cents(each.high)}`,
  ),
];

export const EDGE_HEAD = ["", "bets", "events", "edge a share", "95 %", "corrected"];

export function coverageText(report: BacktestReport): string {
  const { coverage, fills, tradedFills, lateEntries, options, endedAt } = report;
  const { span, missing } = coverage;
  const lost = missing.reduce((sum, { fromBlock, toBlock }) => sum + toBlock - fromBlock + 1, 0);
  return [
    `${count(fills)} fills of blocks ${count(span.fromBlock)} to ${count(span.toBlock)}, ${count(tradedFills)} of them while trading`,
    `from ${time(options.from)} to ${time(endedAt)}.`,
    lost === 0 ? "No block is missing." : `${count(lost)} blocks are missing in ${missing.length} gaps.`,
    ...(lateEntries === 0
      ? []
      : [`${count(lateEntries)} changes came days after a resolution and were left out of scores.`]),
    `Seen ${options.delayMs / 1_000} s after the block, orders arrive ${options.latencyMs / 1_000} s later.`,
    `${pricesText(report)} Seed ${options.seed}.`,
  ].join(" ");
}

/** What prices rested on. */
function pricesText({ priced: { decisions, orders } }: BacktestReport): string {
  if (decisions.recorded + decisions.evidence === 0) return "Nothing had to be priced.";
  const share = ({ recorded, evidence }: typeof orders): string =>
    `${count(recorded)} of ${count(recorded + evidence)}${recorded === 0 ? "" : ` (${percent(recorded / (recorded + evidence))})`}`;
  return `${share(decisions)} decisions and ${share(orders)} orders had a book that the executor recorded, the others what trades showed.`;
}

export const variantsText = ({ result: { variants } }: BacktestReport): string =>
  variants === 1
    ? "The first variant tried on this data: nothing to correct for."
    : `${variants} variants have been tried on this data; corrected intervals hold for the luckiest of them (Bonferroni).`;

import type { DriftReport, DriftSummary, LiveStatus } from "../adapters/postgres/live-reads.ts";
import type { EpochMs } from "../core/time/time.ts";
import { type Column, renderFitting, shortHex, showPercent, showUsd } from "./table.ts";

const left = (title: string): Column => ({ title });
const right = (title: string): Column => ({ title, align: "right" });
const shrinking = (title: string): Column => ({ title, shrinks: true });
const optional = (column: Column): Column => ({ ...column, optional: true });

const timeText = (at: EpochMs): string => new Date(at).toISOString().slice(0, 19).replace("T", " ");

/** The mode and why it is that one, what is on its way, and what the venue has otherwise. */
export function liveLines(live: LiveStatus | null): readonly string[] {
  if (live === null) return [];
  return [modeText(live), ...pendingText(live), ...differenceText(live)];
}

function modeText({ asked, mode, refusals, limits, wallet, reconciledAt, armedAt }: LiveStatus): string {
  if (mode === "LIVE") {
    const compared =
      reconciledAt === null ? "not compared with the venue yet" : `compared at ${timeText(reconciledAt)} UTC`;
    const all = Object.entries(limits).map(([name, value]) => `  ${name}: ${value}`);
    return [
      `Mode LIVE, wallet ${wallet}, armed at ${timeText(armedAt)} UTC; the account was ${compared}.`,
      ...all,
    ].join("\n");
  }
  if (asked === "PAPER") return "Mode PAPER.";
  const reasons = refusals.map(({ code, text }) => `  ${code}: ${text}`);
  return ["Mode PAPER, although live trading is asked for:", ...reasons].join("\n");
}

function pendingText({ pending }: LiveStatus): readonly string[] {
  if (pending.length === 0) return [];
  const lines = pending.map(
    ({ clientOrderId, side, stage, pendingShares, market }) =>
      `  ${clientOrderId} ${side} ${stage.toLowerCase()}, ${pendingShares} shares matched and not final · ${market ?? ""}`,
  );
  return [["Orders on their way:", ...lines].join("\n")];
}

function differenceText({ differences }: LiveStatus): readonly string[] {
  if (differences.length === 0) return [];
  const lines = differences.map(
    ({ kind, subject, expected, found, firstSeenAt }) =>
      `  ${kind} ${subject === null ? "collateral" : shortHex(subject)}: expected ${expected}, found ${found}, since ${timeText(firstSeenAt)}`,
  );
  return [["The venue's account differs from our books:", ...lines].join("\n")];
}

const share = (value: string | number | null): string => (value === null ? "" : showPercent(Number(value)));
const priceText = (price: string | null): string => (price === null ? "" : Number(price).toFixed(4));
const ms = (value: number | null): string => (value === null ? "" : `${Math.round(value)} ms`);

export function driftText({ summary, orders }: DriftReport, width: number): string {
  if (summary.orders === 0) return "No live order has been answered yet.";
  const table = renderFitting(
    [
      optional(left("time, UTC")),
      left("side"),
      shrinking("market"),
      right("live price"),
      right("paper"),
      right("live filled"),
      right("paper"),
      right("sent"),
      right("final"),
      optional(left("reason")),
    ],
    orders.map((row) => [
      timeText(row.submittedAt).slice(5),
      row.side,
      row.market ?? "",
      priceText(row.livePrice),
      priceText(row.paperPrice),
      share(row.liveFillShare),
      share(row.paperFillShare),
      ms(row.sentMs),
      ms(row.finalMs),
      row.reason ?? "",
    ]),
    width,
  );
  return [summaryText(summary), table].join("\n\n");
}

function summaryText(summary: DriftSummary): string {
  const { orders, priced, priceDrift, positions, livePnlUsd, paperPnlUsd } = summary;
  const price =
    priceDrift === null
      ? "no order was filled in both"
      : `${Number(priceDrift).toFixed(4)} a share worse than paper (${priced} orders)`;
  return [
    `${orders} live orders beside their paper twins.`,
    `  price: ${price}`,
    `  filled: ${share(summary.liveFillShare)} live, ${share(summary.paperFillShare)} on paper`,
    `  from the decision, half of them: sent ${ms(summary.sentMsMedian)}, matched ${ms(summary.matchedMsMedian)}, final ${ms(summary.finalMsMedian)}`,
    `  P&L of ${positions} closed positions: ${showUsd(livePnlUsd, "always")} live, ${showUsd(paperPnlUsd, "always")} on paper`,
  ].join("\n");
}

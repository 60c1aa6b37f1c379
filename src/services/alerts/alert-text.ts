import type { EpochMs } from "../../core/time/time.ts";
import type { Alert, AlertFacts, AlertKind } from "../../ports/alert-outbox.ts";

/** Most pressing first: the order of a digest. */
const PRESSING: readonly AlertKind[] = [
  "error",
  "difference",
  "mode",
  "contract",
  "feedSilent",
  "riskLimit",
  "tradingState",
  "stopLoss",
  "loss",
  "win",
  "executed",
  "feedBack",
  "signal",
];
/** An alert that comes later than this says when it was. */
const LATE_MS = 120_000;
const TITLE_MAX = 120;

const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const usd = (amount: unknown): string => dollars.format(Number(amount));
const signedUsd = (amount: unknown): string => `${Number(amount) > 0 ? "+" : ""}${usd(amount)}`;
const price = (amount: unknown): string => `$${Number(amount).toFixed(3).replace(/0$/, "")}`;
const shortWallet = (wallet: unknown): string => String(wallet).replace(/^(0x.{4}).*(.{4})$/, "$1…$2");
const clockText = (at: EpochMs): string => `${new Date(at).toISOString().slice(11, 19)} UTC`;

/** Whatever comes from outside (a market's title) stays text: no markup, no mention, no link. */
const plain = (value: unknown): string =>
  String(value)
    .slice(0, TITLE_MAX)
    .replace(/[\\*_~`|<>@#[\]()]/g, "\\$&")
    .replace(/:\/\//g, ":\u200B//")
    .replace(/\s+/g, " ");

const where = ({ outcome, market }: AlertFacts): string => `${plain(outcome)} in “${plain(market)}”`;

/** One line for people: what happened, and the figures that they ask for first. */
export function alertText({ kind, facts, createdAt }: Alert, now: EpochMs): string {
  const late = now - createdAt > LATE_MS ? ` (${clockText(createdAt)})` : "";
  return `${lineOf(kind, facts)}${late}`;
}

function lineOf(kind: AlertKind, facts: AlertFacts): string {
  switch (kind) {
    case "signal":
      return signalLine(facts);
    case "executed":
      return `📈 **${facts.mode === "LIVE" ? "LIVE" : "PAPER"} TRADE** ${plain(facts.shares)} ${where(facts)} · entry ${price(facts.entryPrice)} · cost ${usd(facts.costUsd)}`;
    case "win":
    case "loss":
      return `${kind === "win" ? "✅ **WIN**" : "❌ **LOSS**"} ${where(facts)} · entry ${price(facts.entryPrice)} · exit ${price(facts.exitPrice)} · profit ${signedUsd(facts.profitUsd)} · ${closeText(facts.closeReason)}`;
    case "stopLoss":
      return `🛑 **STOP LOSS** ${where(facts)} · ${signedUsd(facts.unrealizedUsd)} so far`;
    case "tradingState":
      return stateLine(facts);
    case "feedSilent":
      return `🔇 **FEED SILENT** no new block since ${clockText(Number(facts.since) as EpochMs)}; nothing is bought meanwhile`;
    case "feedBack":
      return `🔊 **FEED BACK** after ${Math.round(Number(facts.silentMs) / 1_000)} s`;
    case "error":
      return `🔥 **ERROR** ${plain(facts.service)}: ${plain(facts.reason)}`;
    case "difference":
      return `🧾 **ACCOUNT DIFFERS** ${listFacts(facts)}`;
    case "mode":
      return `${facts.mode === "LIVE" ? "🔴 **LIVE TRADING**" : "📝 **PAPER, NOT LIVE**"} ${plain(facts.reason)}`;
    case "contract":
      return `🔧 **CONTRACT ${facts.change === "upgraded" ? "UPGRADED" : "NO LONGER READ"}** ${listFacts(facts)}`;
    case "riskLimit":
      return riskLine(facts);
    default:
      return `ℹ️ **${plain(kind)}** ${listFacts(facts)}`;
  }
}

const closeText = (reason: unknown): string => plain(String(reason).toLowerCase().replaceAll("_", " "));

const SIGNAL_NAMES: Readonly<Record<string, string>> = {
  FADE_DEGEN: "📉 **PANIC SIGNAL**",
  ML_PREDICTION: "🧮 **MODEL SIGNAL**",
  EXIT_FOLLOW: "🚪 **EXIT SIGNAL**",
};

function signalLine(facts: AlertFacts): string {
  const type = String(facts.signalType);
  const isFade = type === "FADE_DEGEN" || type === "ML_PREDICTION";
  const name = SIGNAL_NAMES[type] ?? "🐋 **WHALE SIGNAL**";
  const score = typeof facts.score === "number" ? facts.score.toFixed(1) : plain(facts.score);
  const who = `${isFade ? "wallet" : "whale"} ${shortWallet(facts.wallet)} · score ${score}`;
  return `${name} ${who} · price ${price(facts.price)} · size ${usd(facts.sizeUsd)} · ${where(facts)}`;
}

function stateLine({ from, to }: AlertFacts): string {
  if (to === "ACTIVE") return `▶️ **TRADING RESUMED** (was ${plain(from)})`;
  if (to === "HALTED") return `⛔ **TRADING HALTED** nothing is sent, exits neither (was ${plain(from)})`;
  return `⏸️ **TRADING PAUSED** exits go on (was ${plain(from)})`;
}

/** Figures of the day's loss are amounts; those of the protections say themselves what they are. */
function riskLine({ code, limit, value, limitUsd, lossUsd, until }: AlertFacts): string {
  const figures =
    lossUsd === undefined ? `${plain(value)} (limit ${plain(limit)})` : `${usd(lossUsd)} of ${usd(limitUsd)}`;
  const ends = new Date(Number(until)).toISOString().slice(0, 16).replace("T", " ");
  return `⚠️ **RISK LIMIT** ${plain(code)} ${figures} · nothing is bought until ${ends} UTC, exits go on`;
}

const listFacts = (facts: AlertFacts): string =>
  Object.entries(facts)
    .map(
      ([name, value]) =>
        `${plain(name)} ${/until|at$/i.test(name) && typeof value === "number" ? clockText(value as EpochMs) : plain(value)}`,
    )
    .join(" · ");

/** Many alerts as one message of at most `lengthMax` characters: counts first, then the most pressing lines. */
export function digestText(alerts: readonly Alert[], now: EpochMs, lengthMax: number): string {
  const counts = new Map<AlertKind, number>();
  for (const { kind } of alerts) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const summary = [...counts].sort(byPressing).map(([kind, count]) => `${count} ${kind}`);
  let text = `📬 **${alerts.length} alerts**: ${summary.join(", ")}`.slice(0, lengthMax);
  const lines = alerts.toSorted((a, b) => byPressing([a.kind], [b.kind])).map((alert) => alertText(alert, now));
  for (const [index, line] of lines.entries()) {
    const rest = `\n… and ${lines.length - index} more`;
    if (text.length + 1 + line.length + rest.length > lengthMax) return `${text}${rest}`.slice(0, lengthMax);
    text = `${text}\n${line}`;
  }
  return text;
}

const rank = (kind: AlertKind): number => (PRESSING.includes(kind) ? PRESSING.indexOf(kind) : PRESSING.length);
const byPressing = ([a]: readonly [AlertKind, ...unknown[]], [b]: readonly [AlertKind, ...unknown[]]): number =>
  rank(a) - rank(b);

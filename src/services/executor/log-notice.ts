import type { Notice, NoticeKind } from "../../core/engine/command.ts";
import type { Logger } from "../../ports/logger.ts";

const SIGNAL_LINES: Readonly<Record<string, string>> = {
  FOLLOW_WHALE: "whale signal",
  FADE_DEGEN: "panic signal",
  ML_PREDICTION: "model signal",
  EXIT_FOLLOW: "exit signal",
};

type Line = readonly [level: "info" | "warn", message: string];

const LINES: Readonly<Record<Exclude<NoticeKind, "signal" | "executed">, Line>> = {
  skipped: ["info", "signal skipped"],
  expired: ["info", "signal expired"],
  win: ["info", "win"],
  loss: ["info", "loss"],
  stopLoss: ["warn", "stop loss"],
  strategy: ["info", "strategy file in force"],
  riskLimit: ["warn", "risk limit reached"],
  tradingState: ["warn", "trading state changed"],
};

/** The lines that people know from the terminal. */
export function logNotice(logger: Logger, { kind, facts }: Notice): void {
  const [level, message] = lineOf(kind, facts);
  logger[level](message, facts);
}

function lineOf(kind: NoticeKind, facts: Notice["facts"]): Line {
  if (kind === "signal") return ["info", SIGNAL_LINES[String(facts.signalType)] ?? "signal"];
  if (kind === "executed") return ["info", facts.mode === "LIVE" ? "live trade" : "paper trade"];
  return LINES[kind];
}

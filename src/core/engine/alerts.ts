import type { Command, Notice } from "./command.ts";

/** As in the view `orderflow_hot_signals`. */
const HIGH_CONFIDENCE = 0.7;

/**
 * What of a step people are told: trades, results, limits, changes of state, and signals of high confidence that were
 * not refused at once. Most signals are skipped; their reasons are in the table.
 */
export function alertsOf(commands: readonly Command[]): readonly Notice[] {
  const notices = commands.flatMap((command) => (command.kind === "notify" ? [command.notice] : []));
  const skipped = new Set(notices.filter(({ kind }) => kind === "skipped").map(({ facts }) => facts.signalId));
  return notices.filter(({ kind, facts }) => {
    if (kind === "signal") return Number(facts.confidence) > HIGH_CONFIDENCE && !skipped.has(facts.signalId);
    return kind !== "strategy" && kind !== "skipped" && kind !== "expired";
  });
}

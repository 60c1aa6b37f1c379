import type { Position } from "../execution/position.ts";
import type { MarketId } from "../ids/ids.ts";
import { formatUsd, maxUsd, portionBps, subUsd, type UsdMicros } from "../money/amounts.ts";
import { withEntry } from "../record.ts";
import { addMs, type EpochMs } from "../time/time.ts";
import type { Refusal, RiskLimits } from "./limits.ts";

/** Why entries wait; exits go on. */
export type EntryPause = Refusal<"LOSS_STREAK" | "DRAWDOWN_AT_MAX"> & { readonly until: EpochMs };

/** What past results forbid for a while, apart from the day's loss. Part of the engine's state, so a restart keeps it. */
export type Protections = {
  /** Until when a market is left alone after a stop loss in it. */
  readonly cooldowns: Readonly<Record<MarketId, EpochMs>>;
  readonly lossesInRow: number;
  /** Highest equity since the last drawdown pause: the next one needs a new fall. */
  readonly peakUsd: UsdMicros;
  readonly pause: EntryPause | null;
  /** End of the pause that people were told of. */
  readonly toldUntil: EpochMs | null;
};

export const startProtections = (equityUsd: UsdMicros): Protections => ({
  cooldowns: {},
  lossesInRow: 0,
  peakUsd: equityUsd,
  pause: null,
  toldUntil: null,
});

/** A position was closed: a stop loss cools its market down, and losses in a row stop entries. */
export function noteClosed(before: Protections, limits: RiskLimits, position: Position, at: EpochMs): Protections {
  const cooled =
    position.closeReason === "STOP_LOSS" && limits.stopCooldownMs > 0
      ? { ...before, cooldowns: withEntry(before.cooldowns, position.marketId, addMs(at, limits.stopCooldownMs)) }
      : before;
  const lossesInRow = position.realizedUsd > 0n ? 0 : cooled.lossesInRow + 1;
  if (lossesInRow < limits.lossStreakMax) return { ...cooled, lossesInRow };
  const until = addMs(at, limits.lossStreakPauseMs);
  const streak = { limit: `${limits.lossStreakMax} losses in a row`, value: String(lossesInRow) };
  // Counted anew afterwards: one more loss is no streak.
  return { ...cooled, lossesInRow: 0, pause: longer(cooled.pause, { code: "LOSS_STREAK", ...streak, until }) };
}

/** The account was valued: a fall of `maxDrawdownBps` from the peak stops entries. */
export function noteEquity(before: Protections, limits: RiskLimits, equityUsd: UsdMicros, at: EpochMs): Protections {
  const peakUsd = maxUsd(before.peakUsd, equityUsd);
  const fallUsd = subUsd(peakUsd, equityUsd);
  const limitUsd = portionBps(peakUsd, limits.maxDrawdownBps, "ceil");
  if (fallUsd === 0n || fallUsd < limitUsd) return peakUsd === before.peakUsd ? before : { ...before, peakUsd };
  const until = addMs(at, limits.drawdownPauseMs);
  const figures = { limit: formatUsd(limitUsd), value: formatUsd(fallUsd) };
  return {
    ...before,
    peakUsd: equityUsd,
    pause: longer(before.pause, { code: "DRAWDOWN_AT_MAX", ...figures, until }),
  };
}

const longer = (before: EntryPause | null, next: EntryPause): EntryPause =>
  before !== null && before.until > next.until ? before : next;

/** Drops what is over. */
export function forgetProtections(before: Protections, at: EpochMs): Protections {
  const markets = Object.keys(before.cooldowns) as MarketId[];
  const running = markets.filter((market) => (before.cooldowns[market] ?? 0) > at);
  const pause = before.pause !== null && before.pause.until > at ? before.pause : null;
  if (running.length === markets.length && pause === before.pause) return before;
  const cooldowns = Object.fromEntries(running.map((market) => [market, before.cooldowns[market]]));
  return { ...before, cooldowns: cooldowns as Protections["cooldowns"], pause };
}

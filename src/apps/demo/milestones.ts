import type { Overview } from "../../adapters/postgres/overview.ts";

/** Wall seconds since the demo's start at which something was first seen; null: not yet. */
export type Milestones = {
  readonly firstScoreSeconds: number | null;
  readonly firstSignalSeconds: number | null;
  readonly firstOpenedSeconds: number | null;
  readonly firstClosedSeconds: number | null;
  /** The first that was closed by the resolution of its market, and not by a stop loss or an exit before. */
  readonly firstResolvedSeconds: number | null;
};

export const NO_MILESTONES: Milestones = {
  firstScoreSeconds: null,
  firstSignalSeconds: null,
  firstOpenedSeconds: null,
  firstClosedSeconds: null,
  firstResolvedSeconds: null,
};

export function updateMilestones(before: Milestones, overview: Overview, seconds: number): Milestones {
  const { open, closed, resolved } = overview.positions;
  const scored = overview.tiers.some(({ wallets }) => wallets > 0n);
  const followed = overview.signals.some(({ type, count }) => type === "FOLLOW_WHALE" && count > 0n);
  return {
    firstScoreSeconds: before.firstScoreSeconds ?? (scored ? seconds : null),
    firstSignalSeconds: before.firstSignalSeconds ?? (followed ? seconds : null),
    firstOpenedSeconds: before.firstOpenedSeconds ?? (open + closed > 0n ? seconds : null),
    firstClosedSeconds: before.firstClosedSeconds ?? (closed > 0n ? seconds : null),
    firstResolvedSeconds: before.firstResolvedSeconds ?? (resolved > 0n ? seconds : null),
  };
}

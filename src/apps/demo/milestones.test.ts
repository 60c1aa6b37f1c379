import { describe, expect, test } from "vitest";
import type { Overview } from "../../adapters/postgres/overview.ts";
import { NO_MILESTONES, updateMilestones } from "./milestones.ts";
import type { DemoOptions } from "./options.ts";
import { hasShownEnough } from "./watch.ts";

const overview = (open: bigint, closed: bigint, followed: bigint, resolved = 0n): Overview => ({
  headBlock: 1,
  finalizedBlock: 1,
  fills: 0n,
  wallets: 0n,
  markets: 0n,
  resolvedMarkets: 0n,
  quarantined: 0n,
  lastFillAt: null,
  tiers: [{ tier: "WHALE", wallets: 1n }],
  signals: [{ type: "FOLLOW_WHALE", status: "SKIPPED", reason: "X", count: followed }],
  positions: { open, closed, resolved, wins: 0n, realizedPnlUsd: "0", unrealizedPnlUsd: "0", feesUsd: "0" },
});

const options: DemoOptions = { speed: 60, seed: 1, seconds: null, keep: false, folder: "", report: null };

describe("milestones", () => {
  test("keep the time at which each thing was first seen", () => {
    const first = updateMilestones(NO_MILESTONES, overview(0n, 0n, 0n), 3);
    const second = updateMilestones(first, overview(1n, 0n, 2n), 9);
    const third = updateMilestones(second, overview(0n, 1n, 2n), 20);
    const fourth = updateMilestones(third, overview(0n, 2n, 2n, 1n), 31);
    expect(fourth).toEqual({
      firstScoreSeconds: 3,
      firstSignalSeconds: 9,
      firstOpenedSeconds: 9,
      firstClosedSeconds: 20,
      firstResolvedSeconds: 31,
    });
  });
});

describe("the end of the demo", () => {
  const closed = { ...NO_MILESTONES, firstClosedSeconds: 20, firstResolvedSeconds: 30 };
  const stopped = { ...NO_MILESTONES, firstClosedSeconds: 20 };

  test("comes after a minute once a resolution has closed a position, later while none has, and not for ever", () => {
    expect(hasShownEnough(options, closed, 59)).toBe(false);
    expect(hasShownEnough(options, closed, 60)).toBe(true);
    expect(hasShownEnough(options, stopped, 100)).toBe(false);
    expect(hasShownEnough(options, NO_MILESTONES, 240)).toBe(true);
  });

  test("comes at the second that was asked for, and never with --keep", () => {
    expect(hasShownEnough({ ...options, seconds: 30 }, NO_MILESTONES, 30)).toBe(true);
    expect(hasShownEnough({ ...options, seconds: 90 }, closed, 89)).toBe(false);
    expect(hasShownEnough({ ...options, keep: true }, closed, 9_999)).toBe(false);
  });
});

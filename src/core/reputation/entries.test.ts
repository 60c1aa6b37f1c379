import { describe, expect, it } from "vitest";
import { shares, usd } from "../money/amounts.ts";
import { epochMs } from "../time/time.ts";
import { applyEntry, boughtBothOutcomes, type Entries, marketSpan, NO_ENTRIES, unitEdgeMicros } from "./entries.ts";

const minute = (m: number) => epochMs(m * 60_000);
const span = marketSpan(minute(0), minute(100));
type Buy = readonly [minute: number, size: number, cost: number, outcome?: 0 | 1];
const entriesOf = (buys: readonly Buy[], life = span): Entries =>
  buys.reduce(
    (entries, [at, size, cost, outcome = 0]) =>
      applyEntry(
        entries,
        {
          at: minute(at),
          outcome,
          shares: shares(BigInt(Math.round(size * 1e6))),
          cost: usd(BigInt(Math.round(cost * 1e6))),
        },
        life,
      ),
    NO_ENTRIES,
  );
const WON = [1n, 0n] as const;
const LOST = [0n, 1n] as const;

describe("edge of a unit", () => {
  it("is what the entry left to earn, not a win: 0.95 that pays is worth 0.05", () => {
    expect(unitEdgeMicros(entriesOf([[0, 10, 9.5]]), WON)).toBe(50_000n);
  });

  it("counts the fee against the wallet", () => {
    expect(unitEdgeMicros(entriesOf([[0, 10, 5.2]]), WON)).toBe(480_000n);
  });

  it("takes fills at most ten minutes apart as one decision at their average price", () => {
    const one = entriesOf([
      [0, 10, 4],
      [10, 30, 16],
      [20, 10, 5],
    ]);
    expect(unitEdgeMicros(one, WON)).toBe(500_000n);
    const two = entriesOf([
      [0, 10, 4],
      [10.1, 30, 18],
    ]);
    expect(unitEdgeMicros(two, WON)).toBe(500_000n);
    expect([one, two].map((entries) => entries.episodes[0].ended)).toEqual([0, 1]);
  });

  it("is the mean over the episodes of both tokens, each with its own payout", () => {
    const entries = entriesOf([
      [0, 10, 4],
      [1, 10, 3, 1],
    ]);
    expect(unitEdgeMicros(entries, WON)).toBe(150_000n);
    expect(unitEdgeMicros(entries, LOST)).toBe(150_000n);
    expect(boughtBothOutcomes(entries)).toBe(true);
  });

  it("does not exist where nothing was bought", () => {
    expect(unitEdgeMicros(NO_ENTRIES, WON)).toBeNull();
    expect(boughtBothOutcomes(entriesOf([[0, 1, 1]]))).toBe(false);
  });

  it("stays within one share's value even for dust", () => {
    expect(unitEdgeMicros(entriesOf([[0, 0.000001, 5]]), LOST)).toBe(-1_000_000n);
  });
});

describe("timing of a unit", () => {
  it("weighs the life still ahead by cost", () => {
    const { timedCost, aheadCost, costMs } = entriesOf([
      [10, 10, 1],
      [70, 10, 3],
    ]);
    expect([timedCost, aheadCost, costMs]).toEqual([4_000_000n, 1_800_000n, 220_000_000n * 60_000n]);
  });

  it("takes a BUY before the start as all ahead, one after the nominal end as nothing ahead", () => {
    expect(entriesOf([[-50, 1, 1]]).aheadCost).toBe(1_000_000n);
    expect(entriesOf([[150, 1, 1]]).aheadCost).toBe(0n);
  });

  it("says nothing where start or end is unknown or the market has no length", () => {
    expect(entriesOf([[1, 1, 1]], null).timedCost).toBe(0n);
    expect([marketSpan(null, minute(1)), marketSpan(minute(1), null), marketSpan(minute(1), minute(1))]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

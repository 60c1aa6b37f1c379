import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aHolder } from "../../../test/support/engine.ts";
import { $, aConfig, aTokenId, NOON } from "../../../test/support/trading.ts";
import { portionBps, price, usd } from "../money/amounts.ts";
import { addMs, DAY_MS, type EpochMs, HOUR_MS, startOfDay } from "../time/time.ts";

/** The day's loss with a position that stays open, against a plain account of what each day lost and when. */

const config = aConfig({
  limits: { ...aConfig().limits, maxDailyLossUsd: $("60"), stopLossBps: 1_000_000n, maxDrawdownBps: 1_000_000n },
});

/** 300 shares: a cent is 3 USD. */
function mark(engine: ReturnType<typeof aHolder>, cents: number, at: EpochMs): void {
  const bids = [{ tokenId: aTokenId(1, 0), bid: price(BigInt(cents) * 10_000n) }];
  engine.tell({ kind: "positionsMarked", at, bids });
}

describe("the loss of the day", () => {
  it("that is reached again on the next day stops entries for a day from then", () => {
    const engine = aHolder(config);
    mark(engine, 29, addMs(NOON, 10 * HOUR_MS));
    expect(engine.state().entriesStoppedUntil).toBe(addMs(NOON, 34 * HOUR_MS));
    // The next day begins two hours later with what is left, and loses as much again while the stop still runs.
    mark(engine, 9, addMs(NOON, 20 * HOUR_MS));
    expect(engine.state().entriesStoppedUntil).toBe(addMs(NOON, 44 * HOUR_MS));
    expect(engine.notices().filter((kind) => kind === "riskLimit")).toHaveLength(2);
  });

  it("stops entries for a day from the first moment at which a day has lost so much, whatever the bids do", () => {
    const moves = fc.array(
      fc.record({ hours: fc.integer({ min: 1, max: 30 }), cents: fc.integer({ min: 1, max: 99 }) }),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(moves, (plan) => {
        const engine = aHolder(config);
        const limit = portionBps(config.capitalUsd, config.limits.maxDailyLossBps, "floor");
        const most = limit < config.limits.maxDailyLossUsd ? limit : config.limits.maxDailyLossUsd;
        let at = NOON;
        let equity = engine.state().equity.equityUsd;
        let [dayStart, day, until] = [config.capitalUsd, startOfDay(NOON), 0];
        let hasStopped = false;
        for (const { hours, cents } of plan) {
          at = addMs(at, hours * HOUR_MS);
          if (startOfDay(at) !== day) [dayStart, day, hasStopped] = [equity, startOfDay(at), false];
          mark(engine, cents, at);
          equity = usd(engine.state().cashUsd + 300n * BigInt(cents) * 10_000n);
          if (!hasStopped && dayStart - equity >= most) [until, hasStopped] = [at + DAY_MS, true];
          expect(engine.state().entriesStoppedUntil ?? 0).toBe(until);
        }
      }),
      { numRuns: 100 },
    );
  });
});

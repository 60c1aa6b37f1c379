import fc from "fast-check";
import { expect, it, test } from "vitest";
import { $, aMarketId, sh } from "../../../test/support/trading.ts";
import { shares, usd } from "../money/amounts.ts";
import { type EventStake, eventWorstCase } from "./event-exposure.ts";

const stake = (market: number, outcomeIndex: 0 | 1, size: string, cost: string): EventStake => ({
  ...{ marketId: aMarketId(market), outcomeIndex, negRisk: true, isOrder: false },
  ...{ size: sh(size), costUsd: $(cost) },
});
const apart = (each: EventStake): EventStake => ({ ...each, negRisk: false });
const ordered = (each: EventStake): EventStake => ({ ...each, isOrder: true });

test.for<[what: string, stakes: readonly EventStake[], worstUsd: string]>([
  ["nothing", [], "0"],
  ["one yes", [stake(1, 0, "100", "40")], "40"],
  ["one no", [stake(1, 1, "100", "60")], "60"],
  // Another market may win.
  ["two yes", [stake(1, 0, "100", "40"), stake(2, 0, "100", "30")], "70"],
  // Of two no at least one wins: 130 paid, 100 back.
  ["two no", [stake(1, 1, "100", "60"), stake(2, 1, "100", "70")], "30"],
  // If 1 wins: 130 paid, 50 back. If 2 wins: 100 back.
  ["two no of different sizes", [stake(1, 1, "100", "60"), stake(2, 1, "50", "70")], "80"],
  // If 2 wins, the yes is lost and the no with it; if 1 wins, 200 come back.
  ["a yes and a no elsewhere", [stake(1, 0, "100", "40"), stake(2, 1, "100", "60")], "100"],
  ["three no that win whatever happens", [stake(1, 1, "9", "2"), stake(2, 1, "9", "2"), stake(3, 1, "9", "2")], "0"],
  ["two no, the second not filled yet", [stake(1, 1, "100", "60"), ordered(stake(2, 1, "100", "70"))], "60"],
  ["two no in markets that do not exclude each other", [stake(1, 1, "9", "6"), stake(2, 1, "9", "7")].map(apart), "13"],
  [
    "a group and a market apart",
    [stake(1, 1, "100", "60"), stake(2, 1, "100", "70"), apart(stake(3, 0, "9", "5"))],
    "35",
  ],
])("%s", ([, stakes, worstUsd]) => {
  expect(eventWorstCase(stakes)).toBe($(worstUsd));
});

it("is the worst of all outcomes, and of all that orders may come to", () => {
  const anyStake = fc.record({
    marketId: fc.integer({ min: 1, max: 5 }).map(aMarketId),
    outcomeIndex: fc.constantFrom(0 as const, 1 as const),
    negRisk: fc.boolean(),
    costUsd: fc.bigInt({ min: 0n, max: 1_000n }).map(usd),
    size: fc.bigInt({ min: 0n, max: 1_500n }).map(shares),
    isOrder: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(anyStake, { maxLength: 6 }), (stakes) => {
      const apartUsd = stakes.reduce((sum, each) => sum + (each.negRisk ? 0n : each.costUsd), 0n);
      const group = stakes.filter(({ negRisk }) => negRisk);
      let worst = 0n;
      // Markets 1 to 5, and 6 in which there is no stake; each order filled by half, whole or not at all.
      for (let winner = 1; winner <= 6; winner += 1) {
        for (let filled = 0; filled < 3 ** group.length; filled += 1) {
          let loss = 0n;
          for (const [index, each] of group.entries()) {
            const halves = each.isOrder ? BigInt(Math.floor(filled / 3 ** index) % 3) : 2n;
            const isYes = each.marketId === aMarketId(winner);
            const payout = isYes === (each.outcomeIndex === 0) ? BigInt(each.size) : 0n;
            loss += (each.costUsd - payout) * halves;
          }
          if (loss > worst) worst = loss;
        }
      }
      expect(eventWorstCase(stakes) * 2n).toBe(worst + apartUsd * 2n);
    }),
    { numRuns: 150 },
  );
});

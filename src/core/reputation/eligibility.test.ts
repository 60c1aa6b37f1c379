import { describe, expect, it } from "vitest";
import { checkEligibility, type EligibilityFacts, type IneligibleReason, ineligibleReasons } from "./eligibility.ts";

const FOLLOWABLE: EligibilityFacts = {
  isInfrastructure: false,
  isWash: false,
  closedUnits: 10,
  incompleteUnits: 2,
  bothSidesUnits: 5,
  fills: 5_000n,
  makerVolume: 79n,
  volume: 100n,
  pnl: 1_000n,
  largestUnitPnl: 599n,
};

const table: readonly (readonly [string, Partial<EligibilityFacts>, IneligibleReason | null])[] = [
  ["ten closed units are enough", {}, null],
  ["nine are not", { closedUnits: 9, incompleteUnits: 0 }, "TOO_FEW_MARKETS"],
  [
    "one incomplete unit in five is too many",
    { closedUnits: 12, incompleteUnits: 3, bothSidesUnits: 0 },
    "INCOMPLETE_HISTORY",
  ],
  ["a little fewer is not", { closedUnits: 13, incompleteUnits: 3 }, null],
  ["four fifths made on 1,000 fills is a market maker", { makerVolume: 80n, fills: 1_000n }, "MARKET_MAKER"],
  ["the same on fewer fills is patience", { makerVolume: 100n, fills: 999n }, null],
  ["both outcomes bought in half of the units is a market maker", { bothSidesUnits: 6 }, "MARKET_MAKER"],
  ["contracts are never followed, whatever they look like", { isInfrastructure: true }, "INFRASTRUCTURE"],
  ["wash trading is a reason", { isWash: true }, "WASH"],
  ["one unit with three fifths of the P&L is no record", { largestUnitPnl: 600n }, "CONCENTRATED"],
  ["one that made up for the losses of all others neither", { pnl: 10n, largestUnitPnl: 2_000n }, "CONCENTRATED"],
  ["a loss hangs on no unit", { pnl: -10n, largestUnitPnl: 2_000n }, null],
  ["a wallet that only took has no maker share", { volume: 0n, makerVolume: 0n }, null],
];

describe("eligibility", () => {
  it.each(table)("%s", (_, facts, reason) => {
    expect(checkEligibility({ ...FOLLOWABLE, ...facts })).toBe(reason);
  });

  it("names every reason, the one that counts first", () => {
    const facts = { ...FOLLOWABLE, closedUnits: 0, incompleteUnits: 0, isWash: true, largestUnitPnl: 1_000n };
    expect(ineligibleReasons(facts)).toEqual(["TOO_FEW_MARKETS", "WASH", "CONCENTRATED"]);
  });
});

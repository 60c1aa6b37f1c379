import { describe, expect, test } from "vitest";
import { DEFAULT_PRIOR } from "./edge.ts";
import { chooseScore, IMPORT_CONFIDENCE } from "./score-source.ts";
import { computeWalletScore, type WalletScore } from "./wallet-score.ts";

const scoreOf = (units: number, isInfrastructure = false): WalletScore =>
  computeWalletScore(
    {
      ...{
        walletKey: 1,
        isInfrastructure,
        isWash: false,
        losses: 0,
        incompleteUnits: 0,
        bothSidesUnits: 0,
        fills: 0n,
        volume: 0n,
      },
      ...{ costMs: 0n, cost: 0n, pnl: 0n, largestUnitPnl: 0n, grossProfit: 0n, grossLoss: 0n, makerVolume: 0n },
      score: {
        ...{ units, wins: units, timedCost: 0n, aheadCost: 0n },
        ...{ roi: BigInt(units) * 300_000n, roiSquared: BigInt(units) * 90_000_000_000n },
      },
      edge: { markets: 0, sum: 0n, sumOfSquares: 0n },
    },
    DEFAULT_PRIOR,
  );

describe("which score counts", () => {
  test.each([
    [0, 30, "data-api"],
    [18, 30, "data-api"],
    [19, 30, "chain"],
    [10, 200, "data-api"],
    [54, 200, "chain"],
    [5, 5, "chain"],
    [3, 0, "chain"],
  ] as const)("%i units of our own beside %i imported: %s", (own, imported, source) => {
    expect(chooseScore(scoreOf(own), scoreOf(imported)).source ?? "chain").toBe(source);
  });

  test("an imported one has less confidence, and so a score nearer to neutral", () => {
    const [whole, imported] = [scoreOf(30), chooseScore(scoreOf(0), scoreOf(30))];
    expect(imported.score.confidence).toBeCloseTo(whole.score.confidence * IMPORT_CONFIDENCE, 12);
    expect(imported.score.score - 5).toBeCloseTo((whole.score.score - 5) * IMPORT_CONFIDENCE, 12);
    expect([whole.tier, imported.tier]).toEqual(["WHALE", "WHALE"]);
    expect(imported.ineligibleReason).toBeNull();
  });

  test("as many units of our own as were imported are always enough", () => {
    for (let units = 1; units < 300; units += 1) {
      const own = scoreOf(units);
      expect(chooseScore(own, scoreOf(units))).toBe(own);
    }
  });

  test("it is one of the two, so no unit counts twice", () => {
    const [own, imported] = [scoreOf(7), scoreOf(30)];
    expect(chooseScore(own, imported).facts).toBe(imported.facts);
    expect(chooseScore(scoreOf(40), imported).facts.score.units).toBe(40);
  });

  test("a market maker by the chain is one, whatever the venue's history says", () => {
    const own: WalletScore = { ...scoreOf(10), ineligibleReason: "MARKET_MAKER" };
    expect(chooseScore(own, scoreOf(200))).toMatchObject({ source: "data-api", ineligibleReason: "MARKET_MAKER" });
  });

  test("infrastructure has no score, whatever the venue's history says", () => {
    expect(chooseScore(scoreOf(0, true), scoreOf(30)).ineligibleReason).toBe("INFRASTRUCTURE");
  });
});

import { expect, test } from "vitest";
import { parseGrid, parseParameter, SWEEP_PARAMETERS, toSettings } from "./sweep-parameters.ts";

const grid = (...texts: readonly string[]) => parseGrid(Object.fromEntries(texts.map(parseParameter)), "--param");

test("reads names of the strategy file, of the environment and of the backtest", () => {
  expect(
    grid("delay=0,1.5", "minScore=6,7", "minPrice=none,0.15", "exit=mirror,hold", "ENABLE_DEGEN_FADING=true"),
  ).toEqual({
    ...{ delay: [0, 1.5], minScore: [6, 7], minPrice: [null, 0.15], exit: ["mirror", "hold"] },
    ENABLE_DEGEN_FADING: [true],
  });
  const settings = toSettings({ delay: 1.5, minScore: 6, kelly: 0.1, exit: "hold", lossStreak: 3, dayUsd: 500 });
  expect(settings).toMatchObject({
    ...{ delayMs: 1_500, environment: { MIN_WHALE_SCORE: 6 }, setsDay: true },
    strategy: {
      copy: { base: { stake: { kind: "kelly", fraction: 0.1 }, mirrorExits: false }, dayUsd: 500_000_000n },
      protections: { lossStreakMax: 3 },
    },
  });
  expect(toSettings({ onlyCategories: "Crypto+Sports" }).strategy.copy.base).toEqual({
    onlyCategories: ["crypto", "sports"],
  });
});

test("says what is wrong, and which names there are", () => {
  expect(() => grid("minScor=7")).toThrow(
    /^minScor is not a parameter; did you mean minScore\?\nParameters: delay, capital/,
  );
  expect(() => grid("MIN_WHALE_SCORE=12")).toThrow("MIN_WHALE_SCORE must be a number from 0 to 10");
  expect(() => grid("delay=11")).toThrow("delay must be seconds from 0 to 10");
  expect(() => grid("kelly=2")).toThrow(/^kelly must be \{ kelly: a fraction from 0 to 1 \}/);
  expect(() => grid("minPrice=high")).toThrow("minPrice must be a price from 0 to 1");
  expect(() => grid("minScore=7,7")).toThrow("minScore has a value twice");
  expect(() => grid("minScore=7", "MIN_WHALE_SCORE=8")).toThrow("are one parameter");
  expect(() => grid("kelly=0.1", "fixedUsd=50")).toThrow("exclude each other");
  expect(() => grid("minScore")).toThrow("write --param name=value,value");
  expect(() => parseGrid({ minScore: 7 }, "grid.json")).toThrow("grid.json: minScore must be a list of values");
  expect(SWEEP_PARAMETERS).toContain("takeProfitPercent");
});

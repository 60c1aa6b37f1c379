import { describe, expect, it } from "vitest";
import { aContext, aModel } from "../../../test/support/models.ts";
import { $, aWhale, NOON, sh } from "../../../test/support/trading.ts";
import { createDraw } from "../backtest/random.ts";
import { addMs, HOUR_MS } from "../time/time.ts";
import { FLOW_TRADES_MAX, FLOW_WINDOW_MS, type FlowTrade, sumFlow } from "./context.ts";
import { cutFolds, type Example, knownBefore, type Said } from "./example.ts";
import { type Candidate, FEATURE_NAMES, featuresOf } from "./features.ts";
import { FlowTape } from "./flow-tape.ts";
import { aucOf, judgeModel, trustOf } from "./metrics.ts";
import { predict } from "./price-model.ts";
import { logistic, logit } from "./probability.ts";

const trade = (change: Partial<FlowTrade>): FlowTrade => ({
  ...{ at: NOON, wallet: 2, outcome: 0, isSell: false, isMaker: false, usd: 100, shares: 200, score: 7, ...change },
});

describe("the flow of a market", () => {
  it("counts what takers did for the outcome and against it, and what scores stand behind either", () => {
    const trades = [
      trade({ usd: 60, shares: 150 }),
      trade({ wallet: 3, outcome: 1, usd: 30, shares: 60, score: 6 }),
      trade({ wallet: 3, isMaker: true, isSell: true, score: 6 }),
      trade({ wallet: 1, usd: 10, shares: 20, score: 10 }),
    ];
    // 3 is against it twice; 1 is the wallet itself.
    expect(sumFlow(trades, 1, 0)).toEqual({ turnoverUsd: 100, netUsd: 40, firstPrice: 0.4, agreement: 2 - 1 });
    expect(sumFlow(trades, 1, 1)).toEqual({ turnoverUsd: 100, netUsd: -40, firstPrice: 0.6, agreement: -1 });
    expect(sumFlow([], 1, 0)).toEqual({ turnoverUsd: 0, netUsd: 0, firstPrice: null, agreement: 0 });
  });

  it("looks back ten minutes and at two hundred trades at most", () => {
    const tape = new FlowTape();
    for (let index = 0; index < 1_000; index += 1) tape.add(1, trade({ at: NOON + index }));
    expect(tape.recent(1, NOON + 999).map(({ at }) => at - NOON)).toEqual(
      Array.from({ length: FLOW_TRADES_MAX }, (_, index) => 800 + index),
    );
    expect(tape.recent(1, NOON + 990 + FLOW_WINDOW_MS)).toHaveLength(10);
    expect(tape.recent(2, NOON)).toEqual([]);
  });
});

it("features are finite numbers, also of what is not known", () => {
  const fill = { size: sh("400"), cash: $("200"), occurredAt: NOON };
  const candidate: Candidate = {
    ...{ fill, wallet: { ...aWhale, edgeLowerBound: null }, context: aContext() },
    market: { category: "Sports, US", endsAt: addMs(NOON, HOUR_MS) },
  };
  const named = (of: Candidate) =>
    Object.fromEntries(featuresOf(of).map((value, index) => [FEATURE_NAMES[index], value]));
  expect(named(candidate)).toMatchObject({
    ...{ score: 4, edge: 0, edge_unknown: 1, price: 0, size: Math.log(201), time_left: Math.log(2), end_unknown: 0 },
    ...{ flow: 250 / 1_001, drift: -logit(0.45), agreement: 3, sports: 1, crypto: 0, politics: 0 },
  });
  const blank = {
    ...candidate,
    market: { category: null, endsAt: null },
    context: { ...aContext(), flow: sumFlow([], 1, 0) },
  };
  expect(named(blank)).toMatchObject({ time_left: 0, end_unknown: 1, flow: 0, drift: 0, sports: 0 });
  expect(featuresOf(blank).every(Number.isFinite)).toBe(true);
});

it("a model departs from the price, and by no more than is proven where it counts", () => {
  const model = aModel({ intercept: 0.5, trust: 0.4 });
  const said = predict(
    model,
    0.3,
    FEATURE_NAMES.map(() => 0),
  );
  expect(said.probability).toBeCloseTo(logistic(logit(0.3) + 0.5), 12);
  expect(said.lowerProbability).toBeCloseTo(logistic(logit(0.3) + 0.2), 12);
  expect(() => predict(model, 0.3, [1])).toThrow("features that it was trained on");
});

it("what is judged was learned by nobody: known only after the part begins, or within the embargo", () => {
  const examples = Array.from({ length: 12 }, (_, hour): Example => {
    const at = addMs(NOON, hour * HOUR_MS);
    return { at, knownAt: addMs(at, 2 * HOUR_MS), cluster: "c", price: 0.5, payout: 1, features: [] };
  });
  const folds = cutFolds(examples, 2);
  expect(folds.map(({ test }) => test.length)).toEqual([4, 4]);
  expect(folds[0]?.testFrom).toBe(examples[4]?.at);
  const learned = knownBefore(examples, folds[0]?.testFrom ?? NOON, HOUR_MS);
  expect(learned).toEqual(examples.slice(0, 2));
});

describe("the figures of a model", () => {
  const draw = createDraw(7);
  /** Shares at 0.50 whose model is sure of what the outcome is, or of nothing. */
  const world = (events: number, departure: (payout: number) => number): Said[] =>
    Array.from({ length: events }, (_, event) => {
      const payout = draw() < 0.5 ? 1 : 0;
      return { cluster: `${event}`, price: 0.5, payout, departure: departure(draw() < 0.8 ? payout : 1 - payout) };
    });

  it("of one that knows: better than the price, and what it adds is proven", () => {
    const said = world(400, (payout) => (payout === 1 ? 1 : -1));
    const metrics = judgeModel(said, createDraw(1));
    expect(metrics?.verdict.word).toBe("better than the price");
    expect(metrics?.price.logLoss).toBeCloseTo(Math.log(2), 9);
    expect(metrics?.logLossGain?.interval?.low).toBeGreaterThan(0.1);
    expect(metrics?.calibration.reduce((sum, bin) => sum + bin.examples, 0)).toBe(400);
    // Outcomes bear out logit(0.8) = 1.39 for each that it says.
    expect(trustOf(said)).toBe(1);
    expect(trustOf(said.map((each) => ({ ...each, departure: 4 * each.departure })))).toBeLessThan(0.4);
  });

  it("of one that guesses, that only knows the price's bias, or has too few events: no better", () => {
    const guesses = world(400, () => (draw() < 0.5 ? 0.5 : -0.5));
    expect(judgeModel(guesses, createDraw(1))?.verdict.word).toBe("no better than the price");
    expect(trustOf(guesses)).toBeLessThan(0.3);
    const dear = world(400, () => -0.6).map((each) => ({ ...each, price: 0.65 }));
    expect(judgeModel(dear, createDraw(1))).toMatchObject({
      logLossGain: { mean: expect.toSatisfy((mean: number) => mean > 0.02) },
      verdict: { word: "no better than the price" },
    });
    const few = world(11, (payout) => (payout === 1 ? 1 : -1));
    expect(judgeModel(few, createDraw(1))?.verdict).toEqual({
      word: "no better than the price",
      because: "11 events are too few to say more",
    });
    expect(trustOf(few)).toBe(0);
    expect(judgeModel([], createDraw(1))).toBeNull();
  });

  it("counts pairs in the right order, equal ones as half", () => {
    expect(aucOf([0.9, 0.8, 0.3, 0.1], [1, 0, 1, 0])).toBe(0.75);
    expect(aucOf([0.5, 0.5, 0.5], [1, 0, 0.5])).toBe(0.5);
    expect(aucOf([0.4, 0.6], [1, 1])).toBeNull();
  });
});

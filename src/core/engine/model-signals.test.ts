import { describe, expect, it } from "vitest";
import { anEngine } from "../../../test/support/engine.ts";
import { aContext, aModel } from "../../../test/support/models.ts";
import {
  $,
  aBook,
  aConfig,
  aFillEvent,
  aView,
  aWallet,
  aWhale,
  NOON,
  px,
  someTerms,
} from "../../../test/support/trading.ts";
import { NO_COPY_RULES } from "../copy/copy-rules.ts";
import { featuresOf } from "../model/features.ts";
import { logistic } from "../model/probability.ts";
import { DEFAULT_SIGNAL_RULES } from "../signals/signal-rules.ts";
import { computeKelly } from "../sizing/kelly.ts";
import { addMs } from "../time/time.ts";
import { packEvent, unpackEvent } from "./journal-form.ts";
import type { EngineConfig } from "./state.ts";

const quiet = { ...DEFAULT_SIGNAL_RULES, followWhales: false };
const config = (change: Partial<EngineConfig> = {}) => aConfig({ signals: quiet, model: aModel(), ...change });
/** 200 USD at 0.50: the model says logistic(1.5) = 0.8176. */
const asked = (options: Parameters<typeof aFillEvent>[0] = {}) => ({ ...aFillEvent(options), context: aContext() });

describe("a buy that the model is asked about", () => {
  it("is a signal with what the model saw, its probability, and a cap that leaves the margin", () => {
    const engine = anEngine(config());
    const event = asked();
    engine.tell(event);
    const [signal] = engine.signals();
    expect(signal).toMatchObject({ type: "ML_PREDICTION", side: "BUY", status: "PENDING", limitPrice: px("0.79") });
    expect(signal?.confidence).toBeCloseTo(logistic(1.5), 12);
    expect(signal?.id).toMatch(/^ML-/);
    expect(signal?.model).toMatchObject({ hash: "a1b2", margin: 0.02 });
    expect(Object.values(signal?.model?.features ?? {})).toEqual(featuresOf(event));
  });

  it("is bought by quarter Kelly on what is proven, whatever SIZING says, beside the bet against it", () => {
    for (const method of ["classic", "calibrated"] as const) {
      const sizing = { ...aConfig().sizing, method };
      const engine = anEngine(config({ model: aModel({ trust: 0.5 }), sizing }));
      engine.tell(asked());
      engine.showBook();
      const [order] = engine.orders();
      const share = computeKelly(logistic(0.75), 0.51) / 4;
      expect(order).toMatchObject({ side: "BUY", stakeUsd: $((Math.floor(share * 100_000) / 100).toFixed(2)) });
      expect(engine.changes().some(({ kind }) => kind === "control")).toBe(true);
    }
  });

  it("costs no more with its fee than the probability less the margin", () => {
    const engine = anEngine(config({ model: aModel({ intercept: 1 }) }));
    engine.tell(asked());
    // Without a fee 0.70 would be within 0.7311 − 0.02; a fee of 0.25 · p(1 − p) leaves 0.66.
    const view = aView(NOON, {
      book: aBook([["0.49", "1000"]], [["0.70", "1000"]]),
      terms: { ...someTerms, fee: { rate: 0.25, exponent: 1 } },
    });
    const [signal] = engine.signals();
    if (signal === undefined) throw new Error("there is no signal");
    expect(signal.limitPrice).toBe(px("0.71"));
    engine.tell({ kind: "bookObserved", at: NOON, subject: { kind: "signal", signalId: signal.id }, view });
    expect(engine.verdicts()).toEqual(["ML_PREDICTION SLIPPAGE_ABOVE_MAX"]);
  });

  it.each([
    ["where nothing of the model is proven", asked(), aModel({ trust: 0 })],
    ["where less than the margin is left", asked(), aModel({ margin: 0.32 })],
    ["where the wallet may not be followed", asked({ score: { ...aWhale, followEligible: false } }), aModel()],
    ["below what the model learned from", asked({ cash: "99.999999" }), aModel()],
    ["of dust, which has no price", asked({ size: "200", cash: "200" }), aModel()],
    ["without a context", aFillEvent(), aModel()],
  ] as const)("is no signal %s", (_, event, model) => {
    const engine = anEngine(config({ model }));
    engine.tell(event);
    expect(engine.verdicts()).toEqual([]);
  });

  it("of a wallet on the block list is refused; the allow list is for copying alone", () => {
    const engine = anEngine(config({ copy: { ...NO_COPY_RULES, allow: [aWallet(9)], block: [aWallet(2)] } }));
    engine.tell(asked());
    engine.tell(asked({ wallet: 2, market: 2, order: 2 }));
    expect(engine.verdicts()).toEqual(["ML_PREDICTION PENDING", "ML_PREDICTION WALLET_BLOCKED"]);
  });

  it("is one signal an episode, and none before its paper record is proven", () => {
    const engine = anEngine(config({ gate: { types: ["FOLLOW_WHALE"], negative: [] } }));
    engine.tell(asked());
    engine.tell(asked({ at: addMs(NOON, 1_000), order: 2, log: 1 }));
    expect(engine.verdicts()).toEqual(["ML_PREDICTION NOT_PROVEN"]);
  });
});

it("comes back from the journal with its context", () => {
  const event = asked();
  expect(unpackEvent(JSON.parse(JSON.stringify(packEvent(event))))).toStrictEqual(event);
});

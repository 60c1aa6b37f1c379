import { expect, it } from "vitest";
import { aFillEvent, aWallet, startedEvent } from "../../../test/support/trading.ts";
import { step } from "../engine/step.ts";
import type { Significance, Verdict } from "../performance/significance.ts";
import { findGateRefusal, liveGate } from "./live-gate.ts";

const record = (verdict: Verdict, source: number | null, signalType: Significance["signalType"] = "FOLLOW_WHALE") =>
  ({ signalType, source: source === null ? null : aWallet(source), verdict }) as Significance;

it("lets a type trade that is proven as a whole, but for sources whose own record is negative", () => {
  const gate = liveGate([
    record("proven", null),
    record("negative", 1),
    record("cannot tell", 2),
    record("cannot tell", null, "FADE_DEGEN"),
    record("negative", null, "ML_PREDICTION"),
    record("proven", 3, "ML_PREDICTION"),
  ]);
  expect(gate).toEqual({ types: ["FOLLOW_WHALE"], negative: [aWallet(1)] });
  const refusalOf = (wallet: number) => {
    const { state } = step(step(null, startedEvent()).state, aFillEvent({ wallet }));
    const [signal] = Object.values(state.signals);
    if (signal === undefined) throw new Error("the whale's fill gave no signal");
    return [signal, { ...signal, type: "FADE_DEGEN" as const }].map((each) => findGateRefusal(gate, each)?.value);
  };
  expect(refusalOf(1)).toEqual([`FOLLOW_WHALE of ${aWallet(1)}: negative`, "FADE_DEGEN"]);
  expect(refusalOf(2)).toEqual([undefined, "FADE_DEGEN"]);
});

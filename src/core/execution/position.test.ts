import { describe, expect, it } from "vitest";
import { $, aFillEvent, NOON, px, sh, startedEvent } from "../../../test/support/trading.ts";
import { step } from "../engine/step.ts";
import {
  isStopLossHit,
  markedValue,
  openPosition,
  type Position,
  sellFromPosition,
  settlePosition,
  unrealizedUsd,
} from "./position.ts";

function anEntry(): Position {
  const { state } = step(step(null, startedEvent()).state, aFillEvent());
  const signal = Object.values(state.signals)[0];
  if (signal === undefined) throw new Error("the whale's fill gave no signal");
  const bought = { price: px("0.5"), size: sh("100"), cash: $("50"), fee: $("1") };
  return openPosition(signal, [bought], "PAPER", NOON);
}

describe("a position of 100 shares bought for 50 USD and 1 USD of fees", () => {
  it("realises payout less all it cost when its outcome wins", () => {
    const { position, grossUsd, feesUsd, netUsd, cashUsd } = settlePosition(anEntry(), [1n, 0n], NOON);
    expect({ grossUsd, feesUsd, netUsd, cashUsd }).toEqual({
      grossUsd: $("50"),
      feesUsd: $("1"),
      netUsd: $("49"),
      cashUsd: $("100"),
    });
    expect(position).toMatchObject({
      status: "CLOSED",
      closeReason: "RESOLUTION",
      openCostUsd: 0n,
      realizedUsd: $("49"),
    });
  });

  it.each([
    { outcome: "loses", numerators: [0n, 1n], net: "-51" },
    { outcome: "is split evenly", numerators: [1n, 1n], net: "-1" },
    { outcome: "pays a third", numerators: [1n, 2n], net: "-17.666667" },
  ] as const)("realises $net when its outcome $outcome", ({ numerators, net }) => {
    expect(settlePosition(anEntry(), numerators, NOON).netUsd).toBe($(net));
  });

  it("gives up its cost in proportion when a part is sold, and the rest with the rest", () => {
    const sold = { price: px("0.6"), size: sh("40"), cash: $("24"), fee: $("0.5") };
    const part = sellFromPosition(anEntry(), [sold], "STOP_LOSS", NOON);
    expect(part).toMatchObject({ netUsd: $("3.1"), feesUsd: $("0.9"), grossUsd: $("4") });
    expect(part.position).toMatchObject({ status: "OPEN", openShares: sh("60"), openCostUsd: $("30.6") });
    const rest = settlePosition(part.position, [0n, 1n], NOON);
    expect(rest.position).toMatchObject({ status: "CLOSED", openCostUsd: 0n, realizedUsd: $("-27.5") });
  });

  it("is closed when less than a hundredth of a share is left, whose cost is lost", () => {
    const sold = { price: px("0.6"), size: sh("99.9901"), cash: $("59.99406"), fee: $("0") };
    const { position, netUsd } = sellFromPosition(anEntry(), [sold], "COMMAND", NOON);
    expect(position).toMatchObject({ status: "CLOSED", openShares: 0n, openCostUsd: 0n });
    expect(netUsd).toBe($("8.99406"));
  });

  it("stays open with a hundredth of a share", () => {
    const sold = { price: px("0.6"), size: sh("99.99"), cash: $("59.994"), fee: $("0") };
    expect(sellFromPosition(anEntry(), [sold], "COMMAND", NOON).position).toMatchObject({ openShares: sh("0.01") });
  });

  it("is valued and divided downwards, so that no micro is counted twice", () => {
    const odd: Position = { ...anEntry(), openShares: sh("0.000003"), mark: { bid: px("0.5"), at: NOON } };
    expect(markedValue(odd)).toBe($("0.000001"));
    const cost: Position = { ...anEntry(), openCostUsd: $("51.000001") };
    const third = { price: px("0.6"), size: sh("33.33"), cash: $("19.998"), fee: $("0") };
    expect(sellFromPosition(cost, [third], "COMMAND", NOON).position.openCostUsd).toBe($("34.001701"));
  });

  it("is stopped out when the bid's value has fallen 15 % under cost, and not a tick before", () => {
    const marked = (bid: string): Position => ({ ...anEntry(), mark: { bid: px(bid), at: NOON } });
    expect(isStopLossHit(anEntry(), 1_500n)).toBe(false);
    expect(unrealizedUsd(marked("0.4335"))).toBe($("-7.65"));
    expect(isStopLossHit(marked("0.4335"), 1_500n)).toBe(true);
    expect(isStopLossHit(marked("0.4336"), 1_500n)).toBe(false);
  });
});

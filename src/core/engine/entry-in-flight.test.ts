import { describe, expect, it } from "vitest";
import { anEngine, bought } from "../../../test/support/engine.ts";
import { $, aConfig, aFillEvent, aTokenId, aView, NOON, px, sh } from "../../../test/support/trading.ts";
import type { OrderHash } from "../ids/ids.ts";
import { addMs } from "../time/time.ts";
import type { EngineEvent } from "./event.ts";

/** What happens to an entry between its signal and its answer: the leader leaves, a person closes all, blocks go. */

const sale = (size: string, held: string, log: number) =>
  aFillEvent({ side: "SELL", size, cash: "5", heldBefore: held, block: 101, log, order: 5 });

/** An engine whose order is on its way. */
function onItsWay(config = aConfig()) {
  const engine = anEngine(config);
  engine.tell(aFillEvent());
  engine.showBook();
  const { clientOrderId } = engine.orders()[0] ?? { clientOrderId: null };
  if (clientOrderId === null) throw new Error("no order");
  const miss = () => {
    const result = { status: "unfilled", reason: "NO_LIQUIDITY" } as const;
    return engine.tell({ kind: "orderResult", at: NOON, clientOrderId, result });
  };
  /** The venue has a trade of it after all. */
  const comeLate = () => {
    const of = { id: "t", orderHash: "0x1" as OrderHash, tokenId: aTokenId(1, 0), side: "BUY", role: "taker" } as const;
    const what = { price: px("0.5"), size: sh("60"), status: "CONFIRMED", txHash: null, matchedAt: NOON } as const;
    return engine.tell({ kind: "orderCorrected", at: NOON, clientOrderId, trades: [{ ...of, ...what }] });
  };
  return { ...engine, clientOrderId, miss, comeLate };
}

describe("a leader who sells while our order is on its way", () => {
  it("is followed out as soon as we are in", () => {
    const engine = onItsWay();
    engine.tell(sale("600", "1000", 1));
    expect(engine.verdicts()).toEqual(["FOLLOW_WHALE PENDING", "EXIT_FOLLOW PENDING"]);
    engine.fill([bought]);
    expect(engine.position()).toMatchObject({ exit: { reason: "LEADER_EXIT", stage: "AWAITING_BOOK" } });
    engine.showBook();
    engine.fill([{ ...bought, fee: $("0") }]);
    expect(engine.closed().at(-1)?.closeReason).toBe("LEADER_EXIT");
    expect(engine.verdicts()).toEqual(["FOLLOW_WHALE EXECUTED", "EXIT_FOLLOW EXECUTED"]);
  });

  it("in parts is followed when they come to a half, wherever we were at each", () => {
    const engine = onItsWay();
    engine.tell(sale("300", "1000", 1));
    engine.fill([bought]);
    expect(engine.position()?.exit).toBeNull();
    engine.tell(sale("200", "700", 2));
    expect(engine.position()?.exit).toMatchObject({ reason: "LEADER_EXIT" });
  });

  it("whose sale a reorg took back is not", () => {
    const engine = onItsWay();
    engine.tell(sale("300", "1000", 1));
    engine.tell({ kind: "blocksRetracted", at: NOON, fromBlock: 101 });
    engine.fill([bought]);
    engine.tell(sale("300", "1000", 2));
    expect(engine.position()?.exit).toBeNull();
  });

  it("is nobody to follow where nothing was filled, or exits are not mirrored", () => {
    const engine = onItsWay();
    engine.tell(sale("600", "1000", 1));
    engine.miss();
    expect(engine.verdicts()).toEqual(["FOLLOW_WHALE NOT_FILLED", "EXIT_FOLLOW NOTHING_TO_DO"]);
    expect(engine.state().signals).toEqual({});
    const holding = onItsWay(aConfig({ copy: { ...aConfig().copy, base: { mirrorExits: false } } }));
    holding.tell(sale("600", "1000", 1));
    holding.fill([bought]);
    expect(holding.position()?.exit).toBeNull();
  });

  it("before there is an order takes the signal away", () => {
    const engine = anEngine();
    engine.tell(aFillEvent());
    engine.tell(sale("10", "1000", 1));
    expect(engine.verdicts()).toEqual(["FOLLOW_WHALE NOTHING_TO_DO"]);
    engine.showBook();
    expect(engine.orders()).toEqual([]);
  });
});

describe("a person who closes all while our order is on its way", () => {
  it.each(["close-all", "close"] as const)("by %s has what it brings sold", (kind) => {
    const engine = onItsWay();
    const { positionId } = engine.orders()[0] ?? {};
    if (positionId === undefined) throw new Error("no order");
    const command = kind === "close" ? { kind, positionId } : { kind };
    engine.tell({ kind: "commanded", at: NOON, commandId: "1", command });
    engine.fill([bought]);
    engine.showBook(aView(addMs(NOON, 1)));
    expect(engine.orders()[1]).toMatchObject({ side: "SELL", size: sh("300") });
    expect(engine.position()?.exit).toMatchObject({ reason: "COMMAND" });
  });
});

describe("an order that came to nothing, and whose trade comes late", () => {
  const live = aConfig({ mode: "LIVE" });
  const closeAll = { kind: "commanded", at: NOON, commandId: "1", command: { kind: "close-all" } } as const;

  /** @param before what happens before the answer, @param after between it and the trade */
  function late(before: readonly EngineEvent[], after: readonly EngineEvent[], config = live) {
    const engine = onItsWay(config);
    for (const event of before) engine.tell(event);
    engine.miss();
    for (const event of after) engine.tell(event);
    engine.comeLate();
    return engine;
  }

  it.each([
    ["before the answer", [sale("600", "1000", 1)], []],
    ["after it", [], [sale("600", "1000", 1)]],
    ["in parts before and after it", [sale("300", "1000", 1)], [sale("300", "700", 2)]],
  ])("is sold where its leader sold %s", (_, before, after) => {
    const engine = late(before, after);
    expect(engine.position()).toMatchObject({ exit: { reason: "LEADER_EXIT", stage: "AWAITING_BOOK" } });
    engine.showBook();
    expect(engine.orders()[1]).toMatchObject({ side: "SELL", size: sh("60") });
    engine.fill([{ ...bought, size: sh("60"), cash: $("30"), fee: $("0") }]);
    expect(engine.closed().at(-1)?.closeReason).toBe("LEADER_EXIT");
    expect(engine.state().signals).toEqual({});
  });

  it("counts what its leader sold before with what he sells after", () => {
    const engine = late([sale("200", "1000", 1)], [sale("200", "800", 2)]);
    expect(engine.position()?.exit).toBeNull();
    engine.tell(sale("100", "600", 3));
    expect(engine.position()?.exit).toMatchObject({ reason: "LEADER_EXIT" });
  });

  it.each([
    ["before the answer", [closeAll], []],
    ["after it", [], [closeAll]],
  ])("is sold where a person closed all %s", (_, before, after) => {
    expect(late(before, after).position()?.exit).toMatchObject({ reason: "COMMAND", stage: "AWAITING_BOOK" });
  });

  it("is held where a reorg took the sale back, another wallet sold, or exits are not mirrored", () => {
    const back = { kind: "blocksRetracted", at: NOON, fromBlock: 101 } as const;
    expect(late([sale("300", "1000", 1)], [back, sale("300", "1000", 2)]).position()?.exit).toBeNull();
    expect(late([], [sale("300", "1000", 1), back, sale("300", "1000", 2)]).position()?.exit).toBeNull();
    const other = aFillEvent({ side: "SELL", size: "600", cash: "50", heldBefore: "1000", wallet: 2, log: 1 });
    expect(late([], [other]).position()?.exit).toBeNull();
    const holding = { ...live, copy: { ...live.copy, base: { mirrorExits: false } } };
    expect(late([], [sale("600", "1000", 1)], holding).position()?.exit).toBeNull();
  });
});

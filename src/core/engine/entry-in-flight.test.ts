import { describe, expect, it } from "vitest";
import { anEngine, bought } from "../../../test/support/engine.ts";
import { $, aConfig, aFillEvent, aView, NOON, sh } from "../../../test/support/trading.ts";
import { addMs } from "../time/time.ts";

/** What happens to an entry between its signal and its answer: the leader leaves, a person closes all, blocks go. */

const sale = (size: string, held: string, log: number) =>
  aFillEvent({ side: "SELL", size, cash: "50", heldBefore: held, block: 101, log, order: 5 });

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
  return { ...engine, clientOrderId, miss };
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

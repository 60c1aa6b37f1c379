import { expect, test } from "vitest";
import { aHolder, anEngine, bought } from "../../../test/support/engine.ts";
import { $, aConfig, aFillEvent, aTokenId, aView, aWallet, NOON, px, sh } from "../../../test/support/trading.ts";
import type { TradeStatus } from "../execution/venue-answer.ts";
import type { OrderHash } from "../ids/ids.ts";
import { addMs, type EpochMs } from "../time/time.ts";

/** What a correction of the venue, or of the rules, leaves to be done. */

const live = aConfig({ mode: "LIVE" });

function aLiveHolder() {
  const engine = aHolder(live);
  const correct = (status: TradeStatus, nth = 0, size = "300", price = "0.5") => {
    const order = engine.orders()[nth];
    if (order === undefined) throw new Error("no such order");
    const { clientOrderId, tokenId, side } = order;
    const of = { id: `t${nth}`, orderHash: "0x1" as OrderHash, tokenId, side, role: "maker" } as const;
    const trade = { ...of, price: px(price), size: sh(size), status, txHash: null, matchedAt: NOON };
    return engine.tell({ kind: "orderCorrected", at: engine.state().at, clientOrderId, trades: [trade] });
  };
  const close = () => {
    engine.tell({ kind: "commanded", at: NOON, commandId: "1", command: { kind: "close-all" } });
    engine.showBook();
    engine.fill([{ ...bought, fee: $("0") }]);
  };
  return { ...engine, correct, close };
}

test("a position that is ours again because its sale failed is sold again", () => {
  const engine = aLiveHolder();
  engine.close();
  engine.correct("FAILED", 1);
  expect(engine.position()).toMatchObject({ status: "OPEN", exit: { reason: "COMMAND" } });
  engine.tell({ kind: "ticked", at: addMs(NOON, 6_000) });
  engine.showBook(aView(addMs(NOON, 6_000)));
  expect(engine.orders().at(-1)).toMatchObject({ side: "SELL", size: sh("300") });
});

test("the exit that a position was waiting for ends with it", () => {
  const engine = aLiveHolder();
  engine.tell(aFillEvent({ side: "SELL", size: "600", heldBefore: "1000", log: 1, order: 5 }));
  expect(engine.verdicts()).toEqual(["FOLLOW_WHALE EXECUTED", "EXIT_FOLLOW PENDING"]);
  engine.correct("FAILED");
  expect(engine.verdicts()).toEqual(["FOLLOW_WHALE EXECUTED", "EXIT_FOLLOW NOTHING_TO_DO"]);
  expect(engine.state().signals).toEqual({});
});

test("budgets and the day's count follow the venue", () => {
  const engine = anEngine(live);
  engine.tell(aFillEvent());
  engine.showBook();
  const order = engine.orders()[0];
  if (order === undefined) throw new Error("no order");
  const { clientOrderId } = order;
  const spent = () => [engine.state().spent.totalUsd, engine.state().spent.wallets[aWallet(1)]];
  const result = { status: "unfilled", reason: "ORDER_EXPIRED" } as const;
  engine.tell({ kind: "orderResult", at: NOON, clientOrderId, result });
  expect(spent()).toEqual([$("0"), undefined]);
  const of = { id: "a", orderHash: "0x1" as OrderHash, tokenId: order.tokenId, side: "BUY", role: "maker" } as const;
  const trade = { ...of, price: px("0.5"), size: sh("60"), txHash: null, matchedAt: NOON };
  const correct = (status: TradeStatus) =>
    engine.tell({ kind: "orderCorrected", at: NOON, clientOrderId, trades: [{ ...trade, status }] });
  correct("CONFIRMED");
  expect(spent()).toEqual([$("30"), $("30")]);
  expect(engine.state().day.executed).toBe(1);
  correct("FAILED");
  expect(spent()).toEqual([$("0"), undefined]);
});

test("a stop loss that was drawn tighter while nothing ran is met by the next mark, also at the same bid", () => {
  const engine = aHolder();
  const mark = (at: EpochMs) =>
    engine.tell({ kind: "positionsMarked", at, bids: [{ tokenId: aTokenId(1, 0), bid: px("0.46") }] });
  mark(NOON);
  expect(engine.position()?.exit).toBeNull();
  const config = aConfig({ limits: { ...aConfig().limits, stopLossBps: 500n } });
  engine.tell({ kind: "started", at: addMs(NOON, 1), config });
  mark(addMs(NOON, 2));
  expect(engine.position()?.exit).toMatchObject({ reason: "STOP_LOSS" });
});

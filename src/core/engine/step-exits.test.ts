import { describe, expect, it } from "vitest";
import { aHolder, anEngine } from "../../../test/support/engine.ts";
import {
  $,
  aBook,
  aConfig,
  aFillEvent,
  aMarketId,
  aView,
  NOON,
  px,
  sh,
  someTerms,
} from "../../../test/support/trading.ts";
import type { MarketView } from "../execution/market-view.ts";
import type { PositionId } from "../ids/ids.ts";
import { addMs, DAY_MS, type EpochMs } from "../time/time.ts";
import type { EngineEvent } from "./event.ts";

describe("exits", () => {
  it("the stop loss sells on the bid, and a sell that was not filled is tried again", () => {
    const engine = aHolder();
    const tokenId = engine.position()?.tokenId as never;
    engine.tell({ kind: "positionsMarked", at: NOON, bids: [{ tokenId, bid: px("0.43") }] });
    expect(engine.position()?.exit).toBeNull();
    engine.tell({ kind: "positionsMarked", at: NOON, bids: [{ tokenId, bid: px("0.42") }] });
    engine.showBook(aView(NOON, { book: aBook([["0.42", "1000"]], []) }));
    const first = engine.orders().at(-1);
    expect(first).toMatchObject({ side: "SELL", size: sh("300"), limitPrice: px("0.39") });
    engine.tell({
      kind: "orderResult",
      at: NOON,
      clientOrderId: first?.clientOrderId as never,
      result: { status: "unfilled", reason: "NO_LIQUIDITY" },
    });
    engine.tell({ kind: "ticked", at: addMs(NOON, 5_000) });
    engine.showBook(aView(addMs(NOON, 5_000), { book: aBook([["0.4", "1000"]], []) }));
    expect(engine.orders().at(-1)?.clientOrderId).not.toBe(first?.clientOrderId);
    engine.fill([{ price: px("0.4"), size: sh("300"), cash: $("120"), fee: $("0") }]);
    expect(engine.state()).toMatchObject({ positions: {}, realizedUsd: $("-31.5") });
    expect(engine.closed()).toMatchObject([{ closeReason: "STOP_LOSS" }]);
  });

  it("we leave when the wallet that we followed has sold half of what it held", () => {
    const engine = aHolder();
    const sell = (size: string, log: number) =>
      engine.tell(aFillEvent({ side: "SELL", size, cash: "1", log, order: 5 + log, heldBefore: "1000", block: 110 }));
    sell("499", 1);
    expect(engine.verdicts()).toEqual(["FOLLOW_WHALE EXECUTED"]);
    sell("1", 2);
    engine.showBook();
    engine.fill([{ price: px("0.49"), size: sh("300"), cash: $("147"), fee: $("1") }]);
    expect(engine.verdicts()).toEqual(["FOLLOW_WHALE EXECUTED", "EXIT_FOLLOW EXECUTED"]);
    expect(engine.state()).toMatchObject({ realizedUsd: $("-5.5"), positions: {} });
  });

  it("a fill that cost more than a dollar a share is no reason to do anything", () => {
    const engine = aHolder();
    engine.tell(aFillEvent({ side: "SELL", size: "600", cash: "601", heldBefore: "1000", log: 1 }));
    engine.tell(aFillEvent({ size: "400", cash: "401", market: 2, order: 2 }));
    expect(engine.verdicts()).toEqual(["FOLLOW_WHALE EXECUTED"]);
  });

  it("a sale that a reorg takes back and brings again counts once", () => {
    const engine = aHolder();
    const sell = (size: string, block: number, heldBefore: string) =>
      engine.tell(aFillEvent({ side: "SELL", size, cash: "50", log: block, order: 5, heldBefore, block }));
    sell("100", 109, "1000");
    sell("300", 110, "900");
    engine.tell({ kind: "blocksRetracted", at: NOON, fromBlock: 110 });
    sell("300", 110, "900");
    expect(engine.verdicts()).toHaveLength(1);
    sell("100", 111, "600");
    expect(engine.verdicts().at(-1)).toBe("EXIT_FOLLOW PENDING");
    expect(engine.signals().at(-1)?.trigger).toMatchObject({ sizeUsd: $("150"), fills: 3 });
  });

  it("a rest under the minimum size is held until the market resolves", () => {
    const engine = aHolder();
    engine.tell({ kind: "commanded", at: NOON, commandId: "1", command: { kind: "close-all" } });
    engine.showBook();
    engine.fill([{ price: px("0.49"), size: sh("296"), cash: $("145.04"), fee: $("0") }]);
    engine.tell({ kind: "ticked", at: addMs(NOON, 5_000) });
    engine.showBook(aView(addMs(NOON, 5_000)));
    expect(engine.position()).toMatchObject({ openShares: sh("4"), exit: { stage: "TOO_SMALL" } });
    engine.tell({
      kind: "marketResolved",
      at: addMs(NOON, 9_000),
      marketId: aMarketId(1),
      payoutNumerators: [1n, 0n],
      resolvedAt: NOON,
    });
    expect(engine.state()).toMatchObject({ positions: {}, cashUsd: $("9997.54"), realizedUsd: $("-2.46") });
  });

  it("a resolution waits for the answer to an order in flight", () => {
    const engine = aHolder();
    engine.tell({
      kind: "commanded",
      at: NOON,
      commandId: "1",
      command: { kind: "close", positionId: engine.position()?.id as PositionId },
    });
    engine.showBook();
    const resolved: EngineEvent = {
      kind: "marketResolved",
      at: NOON,
      marketId: aMarketId(1),
      payoutNumerators: [1n, 0n],
      resolvedAt: NOON,
    };
    engine.tell(resolved);
    expect(engine.position()?.status).toBe("OPEN");
    engine.fill([{ price: px("0.49"), size: sh("100"), cash: $("49"), fee: $("0") }]);
    engine.tell(resolved);
    expect(engine.state()).toMatchObject({ positions: {}, cashUsd: $("10097.5") });
  });
});

describe("an exit that there is nobody to sell to", () => {
  const empty = { book: aBook([], [["0.51", "100"]]) };
  const ended = { terms: { ...someTerms, acceptingOrders: false } };
  const command = (kind: "halt" | "resume" | "close-all", at: EpochMs) =>
    ({ kind: "commanded", at, commandId: `${kind}-${at}`, command: { kind } }) as const;

  /** One that is to sell; it is told the time every second for as long, and sees this market whenever it asks. */
  function aSeller() {
    const engine = aHolder();
    engine.tell(command("close-all", NOON));
    let [seen, shown] = [engine.books().length - 1, NOON];
    const look = (view: Partial<MarketView>, at: EpochMs): number => {
      const asked = engine.books().length;
      if (asked > seen) engine.showBook(aView(at, view));
      const news = asked - seen;
      seen = asked;
      return news;
    };
    const wait = (seconds: number, view: Partial<MarketView>) => {
      let questions = look(view, shown);
      for (const end = addMs(shown, seconds * 1_000); shown < end; ) {
        shown = addMs(shown, 1_000);
        engine.tell({ kind: "ticked", at: shown });
        questions += look(view, shown);
      }
      return questions;
    };
    const bid = () => {
      const tokenId = engine.position()?.tokenId as never;
      engine.tell({ kind: "positionsMarked", at: shown, bids: [{ tokenId, bid: px("0.49") }] });
    };
    return { ...engine, wait, bid, now: () => shown };
  }

  it.each([
    ["whose market has ended", ended],
    ["whose book the venue has put away", { book: null }],
    ["whose book has no bid", empty],
  ])("%s pauses twice as long each time, up to five minutes", (_, view) => {
    const engine = aSeller();
    // At once and after 5, 15, 35, 75, 155, 315 and 615 seconds.
    expect(engine.wait(10, view)).toBe(2);
    expect(engine.wait(606, view)).toBe(6);
    expect(engine.wait(3_000, view)).toBe(10);
    expect(engine.orders()).toHaveLength(1);
  });

  it("goes on when there is a bid, and as quickly as ever where that buys nothing", () => {
    const engine = aSeller();
    engine.wait(700, empty);
    engine.bid();
    expect(engine.wait(1, {})).toBe(1);
    const { clientOrderId } = engine.orders().at(-1) ?? {};
    const result = { status: "unfilled", reason: "NO_LIQUIDITY" } as const;
    engine.tell({ kind: "orderResult", at: engine.now(), clientOrderId: clientOrderId as never, result });
    expect(engine.wait(5, empty)).toBe(1);
    expect(engine.wait(15, empty)).toBe(2);
  });

  it("is not hurried by the bids of a market that takes no orders, but by a person", () => {
    const engine = aSeller();
    engine.wait(700, ended);
    engine.bid();
    expect(engine.wait(1, ended)).toBe(0);
    engine.tell(command("close-all", engine.now()));
    expect(engine.wait(1, ended)).toBe(1);
  });

  it("goes on at once when trading does", () => {
    const engine = aSeller();
    engine.tell(command("halt", NOON));
    expect(engine.wait(700, {})).toBe(8);
    engine.tell(command("resume", engine.now()));
    expect(engine.wait(0, {})).toBe(1);
    expect(engine.orders()).toHaveLength(2);
  });
});

describe("what a person or the day's loss stops", () => {
  const command = (kind: "pause" | "halt" | "resume"): EngineEvent => ({
    kind: "commanded",
    at: NOON,
    commandId: kind,
    command: { kind },
  });

  it("pause stops entries until resume", () => {
    const engine = anEngine();
    engine.tell(command("pause"));
    engine.tell(aFillEvent());
    engine.showBook();
    expect(engine.verdicts()).toEqual(["FOLLOW_WHALE TRADING_PAUSED"]);
    engine.tell(command("resume"));
    engine.tell(aFillEvent({ market: 2, order: 2 }));
    engine.showBook();
    expect(engine.orders()).toHaveLength(1);
  });

  it("the day's loss, realised or not, stops entries for 24 hours, into the next day", () => {
    const engine = aHolder(
      aConfig({ limits: { ...aConfig().limits, maxDailyLossUsd: $("20"), stopLossBps: 10_000n } }),
    );
    const tokenId = engine.position()?.tokenId as never;
    engine.tell({ kind: "positionsMarked", at: NOON, bids: [{ tokenId, bid: px("0.43") }] });
    expect(engine.notices().at(-1)).toBe("riskLimit");
    expect(engine.state().entriesStoppedUntil).toBe(addMs(NOON, DAY_MS));
    const tryEntry = (market: number, at: EpochMs) => {
      engine.tell(aFillEvent({ market, at, order: market }));
      engine.showBook(aView(at));
      return engine.verdicts().at(-1);
    };
    engine.tell({ kind: "positionsMarked", at: addMs(NOON, 1), bids: [{ tokenId, bid: px("0.6") }] });
    expect(tryEntry(2, addMs(NOON, DAY_MS - 1))).toBe("FOLLOW_WHALE DAILY_LOSS_LIMIT");
    expect(tryEntry(3, addMs(NOON, DAY_MS))).toBe("FOLLOW_WHALE PENDING");
    expect(engine.orders()).toHaveLength(2);
  });
});

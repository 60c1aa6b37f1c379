import { describe, expect, it } from "vitest";
import { aHolder, anEngine, bought } from "../../../test/support/engine.ts";
import {
  $,
  aBook,
  aConfig,
  aDegen,
  aFillEvent,
  aMarketId,
  aView,
  aWhale,
  NOON,
  px,
  sh,
} from "../../../test/support/trading.ts";
import { signalId } from "../signals/signal.ts";
import { DEFAULT_SIGNAL_RULES } from "../signals/signal-rules.ts";
import { addMs, DAY_MS, HOUR_MS } from "../time/time.ts";
import { toJson } from "./encode.ts";
import type { EngineEvent } from "./event.ts";
import { pendingCommands } from "./recover.ts";
import type { EngineConfig } from "./state.ts";

it("the bet against an order takes what the venue would have given it", () => {
  const engine = anEngine();
  engine.tell(aFillEvent());
  engine.showBook();
  const controls = () => engine.changes().flatMap((change) => (change.kind === "control" ? [change.control] : []));
  expect(controls()).toMatchObject([{ outcomeIndex: 1, stakeUsd: $("198.97") }]);
  const [order] = engine.orders();
  if (order === undefined) throw new Error("no order was placed");
  const reverse = { size: sh("47"), cashUsd: $("24"), feesUsd: $("1") };
  const result = { status: "unfilled", reason: "NO_LIQUIDITY", reverse } as const;
  engine.tell({ kind: "orderResult", at: addMs(NOON, 500), clientOrderId: order.clientOrderId, result });
  expect(controls().at(-1)).toEqual({ ...controls()[0], ...reverse, openedAt: addMs(NOON, 500) });
});

it("markets of which one alone resolves to yes share a limit for the worst of their outcomes", () => {
  const limits = { ...aConfig().limits, maxEventBps: 200n };
  for (const negRisk of [false, true]) {
    const engine = anEngine(aConfig({ limits }));
    for (const market of [1, 2]) {
      engine.tell(aFillEvent({ market, outcome: 1, order: market, wallet: market, eventId: "7", negRisk }));
      engine.showBook();
      if (market === 1) engine.fill([bought]);
    }
    // 151.50 is held, and 200 is the limit; the second no pays in the only case in which the first one does not.
    const second = negRisk ? "FOLLOW_WHALE PENDING" : "FOLLOW_WHALE EVENT_EXPOSURE_AT_MAX";
    expect(engine.verdicts()).toEqual(["FOLLOW_WHALE EXECUTED", second]);
  }
});

describe("from a whale's fill to a settled position", () => {
  it("a signal asks for a book, the book becomes an order, its fill a position, the resolution a win", () => {
    const engine = anEngine();
    engine.tell(aFillEvent());
    expect(engine.signals()[0]).toMatchObject({
      id: signalId("FOLLOW_WHALE", aMarketId(1), 0, aFillEvent().fill),
      status: "PENDING",
      limitPrice: px("0.52"),
      confidence: 0.9,
      trigger: { price: px("0.5"), sizeUsd: $("200") },
      expiresAt: addMs(NOON, 60_000),
    });
    engine.showBook();
    expect(engine.orders()).toMatchObject([
      { clientOrderId: `O-${signalId("FOLLOW_WHALE", aMarketId(1), 0, aFillEvent().fill)}`, stakeUsd: $("198.97") },
    ]);
    engine.fill([bought]);
    expect(engine.state()).toMatchObject({ cashUsd: $("9848.5"), orders: {}, signals: {} });
    expect(engine.position()).toMatchObject({ openShares: sh("300"), openCostUsd: $("151.5"), status: "OPEN" });
    engine.tell({
      kind: "marketResolved",
      at: addMs(NOON, 5_000),
      marketId: aMarketId(1),
      payoutNumerators: [1n, 0n],
      resolvedAt: NOON,
    });
    expect(engine.state()).toMatchObject({ cashUsd: $("10148.5"), realizedUsd: $("148.5"), positions: {} });
    expect(engine.state().day).toMatchObject({
      signals: 1,
      executed: 1,
      wins: 1,
      losses: 0,
      grossUsd: $("150"),
      feesUsd: $("1.5"),
    });
    expect(engine.notices()).toEqual(["signal", "executed", "win"]);
  });

  it("a market that resolves against us is a loss of all that was paid", () => {
    const engine = aHolder();
    engine.tell({
      kind: "marketResolved",
      at: NOON,
      marketId: aMarketId(1),
      payoutNumerators: [0n, 1n],
      resolvedAt: NOON,
    });
    expect(engine.state().realizedUsd).toBe($("-151.5"));
    expect(engine.notices().at(-1)).toBe("loss");
  });

  it("an answer told twice changes nothing the second time", () => {
    const engine = aHolder();
    const before = engine.state();
    engine.fill([bought]);
    engine.showBook();
    expect(engine.state()).toBe(before);
  });

  it("an unfilled order leaves the cash and says why", () => {
    const engine = anEngine();
    engine.tell(aFillEvent());
    engine.showBook();
    const clientOrderId = engine.orders()[0]?.clientOrderId as never;
    engine.tell({
      kind: "orderResult",
      at: NOON,
      clientOrderId,
      result: { status: "unfilled", reason: "NO_LIQUIDITY" },
    });
    expect(engine.state().cashUsd).toBe($("10000"));
    expect(engine.signals().at(-1)?.refusal).toEqual({ code: "NOT_FILLED", limit: "0.52", value: "NO_LIQUIDITY" });
  });
});

describe("what becomes a signal", () => {
  const verdictOf = (event: EngineEvent, config?: EngineConfig) => {
    const engine = anEngine(config);
    engine.tell(event);
    return engine.verdicts();
  };
  it.each([
    ["a whale's buy of the minimum", aFillEvent({ cash: "100" }), ["FOLLOW_WHALE PENDING"]],
    ["a whale's smaller buy", aFillEvent({ cash: "99.999999" }), []],
    ["a whale at the lowest score", aFillEvent({ score: { ...aWhale, score: 7 } }), ["FOLLOW_WHALE PENDING"]],
    ["a wallet below it", aFillEvent({ score: { ...aWhale, score: 6.99 } }), []],
    ["a wallet that may not be followed", aFillEvent({ score: { ...aWhale, followEligible: false } }), []],
    ["a whale's sell", aFillEvent({ side: "SELL" }), []],
    ["a fill seen ten seconds late", aFillEvent({ ageMs: 10_000 }), ["FOLLOW_WHALE PENDING"]],
    ["a fill seen later than that", aFillEvent({ ageMs: 10_001 }), ["FOLLOW_WHALE DATA_STALE"]],
  ] as const)("%s", (_, event, verdicts) => {
    expect(verdictOf(event)).toEqual(verdicts);
  });

  it("nothing of whales while following is switched off", () => {
    expect(verdictOf(aFillEvent(), aConfig({ signals: { ...DEFAULT_SIGNAL_RULES, followWhales: false } }))).toEqual([]);
  });

  it("thirty fills of one order are one bet, made when they reach the minimum", () => {
    const engine = anEngine();
    for (let log = 0; log < 30; log += 1) {
      engine.tell(aFillEvent({ log, size: "20", cash: "10", at: addMs(NOON, log * 100) }));
    }
    expect(engine.verdicts()).toEqual(["FOLLOW_WHALE PENDING"]);
    expect(engine.signals()[0]?.trigger).toMatchObject({ logIndex: 9, sizeUsd: $("100") });
  });

  it("an order that is filled for hours is one trigger; the wallet's next one is another", () => {
    const engine = anEngine();
    const buy = (hours: number, order: number): void => {
      engine.tell({ kind: "ticked", at: addMs(NOON, hours * HOUR_MS) });
      engine.tell(aFillEvent({ order, log: hours, at: addMs(NOON, hours * HOUR_MS) }));
    };
    buy(0, 1);
    buy(1, 1);
    buy(20, 1);
    expect(engine.verdicts()).toEqual(["FOLLOW_WHALE SIGNAL_EXPIRED"]);
    buy(21, 2);
    expect(engine.verdicts()).toHaveLength(2);
  });

  it("a signal is never written over by a later one, not even of the same order", () => {
    const engine = anEngine();
    engine.tell(aFillEvent());
    for (let second = 0; second < 16; second += 1)
      engine.tell({ kind: "ticked", at: addMs(NOON, 2 * DAY_MS + second * 1_000) });
    engine.tell(aFillEvent({ block: 200, at: addMs(NOON, 2 * DAY_MS + 16_000) }));
    expect(engine.verdicts()).toEqual(["FOLLOW_WHALE SIGNAL_EXPIRED", "FOLLOW_WHALE PENDING"]);
  });

  it("a second whale on the same outcome adds no second live signal", () => {
    const engine = anEngine();
    engine.tell(aFillEvent());
    engine.tell(aFillEvent({ wallet: 2, order: 2 }));
    expect(engine.verdicts()).toEqual(["FOLLOW_WHALE PENDING", "FOLLOW_WHALE SIGNAL_ALREADY_LIVE"]);
  });

  it("two whales on opposite outcomes within the window cancel each other", () => {
    const engine = anEngine();
    engine.tell(aFillEvent());
    engine.tell(aFillEvent({ wallet: 2, order: 2, outcome: 1, at: addMs(NOON, 60_000) }));
    expect(engine.verdicts()).toEqual(["FOLLOW_WHALE CONFLICT", "FOLLOW_WHALE CONFLICT"]);
    engine.tell(aFillEvent({ wallet: 3, order: 3, outcome: 1, at: addMs(NOON, 60_001) }));
    expect(engine.verdicts().at(-1)).toBe("FOLLOW_WHALE PENDING");
  });

  it("five distinct bad wallets selling one token within the window are a panic to buy from", () => {
    const engine = anEngine(aConfig({ signals: { ...DEFAULT_SIGNAL_RULES, fadeDegens: true } }));
    const sell = (wallet: number, second: number, cash = "4") =>
      engine.tell(
        aFillEvent({
          side: "SELL",
          score: aDegen,
          wallet,
          order: wallet,
          size: "10",
          cash,
          at: addMs(NOON, second * 1_000),
        }),
      );
    for (const [wallet, second] of [
      [1, 0],
      [2, 10],
      [2, 20],
      [3, 30],
      [4, 40],
    ] as const)
      sell(wallet, second);
    expect(engine.verdicts()).toEqual([]);
    sell(5, 301);
    expect(engine.verdicts()).toEqual([]);
    sell(1, 302, "3.4");
    expect(engine.signals()).toMatchObject([
      { type: "FADE_DEGEN", side: "BUY", confidence: 0.7, trigger: { price: px("0.39") }, limitPrice: px("0.4") },
    ]);
    const trigger = engine.signals()[0]?.trigger;
    expect(trigger?.fills).toBe(6);
    expect(trigger?.panicWallets).toHaveLength(5);
  });

  it("what a reorg leaves of a panic still counts, and what comes again counts once", () => {
    const engine = anEngine(aConfig({ signals: { ...DEFAULT_SIGNAL_RULES, fadeDegens: true, panicWallets: 3 } }));
    const sell = (wallet: number, block: number): void => {
      engine.tell(aFillEvent({ side: "SELL", score: aDegen, wallet, order: wallet, block }));
    };
    sell(1, 100);
    sell(2, 101);
    engine.tell({ kind: "blocksRetracted", at: NOON, fromBlock: 101 });
    sell(2, 101);
    expect(engine.verdicts()).toEqual([]);
    sell(3, 102);
    expect(engine.signals()[0]?.trigger).toMatchObject({ fills: 3, sizeUsd: $("600") });
  });

  it("what a reorg leaves of a run of buying still counts, and what comes again counts once", () => {
    const engine = anEngine();
    const buy = (block: number) => engine.tell(aFillEvent({ size: "80", cash: "40", block, order: block }));
    buy(100);
    buy(101);
    engine.tell({ kind: "blocksRetracted", at: NOON, fromBlock: 101 });
    buy(102);
    expect(engine.verdicts()).toEqual([]);
    buy(103);
    expect(engine.signals()[0]?.trigger).toMatchObject({ fills: 3, sizeUsd: $("120") });
  });

  it("a reorg takes back a signal that was not acted on, and the same order mined again is no second bet", () => {
    const engine = anEngine();
    engine.tell(aFillEvent({ block: 100 }));
    engine.tell({ kind: "blocksRetracted", at: NOON, fromBlock: 100 });
    expect(engine.verdicts()).toEqual(["FOLLOW_WHALE TRIGGER_RETRACTED"]);
    engine.tell(aFillEvent({ block: 101 }));
    expect(engine.verdicts()).toHaveLength(1);
  });
});

describe("the life of a pending signal", () => {
  it("ends by expiry when no book came", () => {
    const engine = anEngine();
    engine.tell(aFillEvent());
    engine.tell({ kind: "ticked", at: addMs(NOON, 60_000) });
    expect(engine.verdicts()).toEqual(["FOLLOW_WHALE PENDING"]);
    engine.tell({ kind: "ticked", at: addMs(NOON, 60_001) });
    expect(engine.verdicts()).toEqual(["FOLLOW_WHALE SIGNAL_EXPIRED"]);
  });

  it("asks again for a book that could not be read", () => {
    const engine = anEngine();
    engine.tell(aFillEvent());
    const subject = { kind: "signal", signalId: engine.signals()[0]?.id as never } as const;
    engine.tell({ kind: "bookFailed", at: NOON, subject, reason: "timeout" });
    engine.tell({ kind: "ticked", at: addMs(NOON, 3_000) });
    expect(engine.books()).toHaveLength(2);
    engine.showBook();
    expect(engine.orders()).toHaveLength(1);
  });

  it("keeps the figures of the check that refused it", () => {
    const engine = anEngine();
    engine.tell(aFillEvent());
    engine.showBook(aView(NOON, { book: aBook([], [["0.6", "100"]]) }));
    const skipped = engine.signals().at(-1);
    expect(skipped).toMatchObject({
      status: "SKIPPED",
      refusal: { code: "SLIPPAGE_ABOVE_MAX", limit: "0.52", value: "0.6" },
    });
    expect(skipped?.checks.at(-1)).toMatchObject({ code: "SLIPPAGE_ABOVE_MAX", passed: false });
  });
});

describe("days", () => {
  it("each has its row, also without trades, and the first event of the next closes it", () => {
    const engine = aHolder();
    engine.tell({ kind: "ticked", at: addMs(NOON, DAY_MS) });
    engine.tell({ kind: "ticked", at: addMs(NOON, 2 * DAY_MS) });
    const rows = engine.rows();
    expect(rows.get("2026-11-20")).toMatchObject({
      signals: 1,
      executed: 1,
      deployedUsd: $("151.5"),
      equityUsd: $("10000"),
    });
    expect(rows.get("2026-11-21")).toMatchObject({ signals: 0, executed: 0, winRate: null });
    expect(rows.get("2026-11-22")).toMatchObject({ signals: 0 });
    expect(engine.state().equity.dailyCloseUsd).toHaveLength(2);
  });

  it("in which nothing ran have their rows and closes too", () => {
    const engine = aHolder();
    const tokenId = engine.position()?.tokenId as never;
    // A mark that is known already: a step without a change of its own, on a day without another.
    engine.tell({ kind: "positionsMarked", at: addMs(NOON, 3 * DAY_MS), bids: [{ tokenId, bid: px("0.6") }] });
    expect([...engine.rows().keys()]).toEqual(["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"]);
    expect(engine.rows().get("2026-11-22")).toMatchObject({ equityUsd: $("10000") });
    expect(engine.state().equity).toMatchObject({ equityUsd: $("10028.5") });
    expect(engine.state().equity.dailyCloseUsd).toEqual([$("10000"), $("10000"), $("10000")]);
    expect(engine.state().day).toMatchObject({ date: "2026-11-23", startEquityUsd: $("10000") });
  });
});

it("after a restart what was not answered is asked for again, and nothing else", () => {
  const engine = anEngine();
  engine.tell(aFillEvent());
  expect(pendingCommands(engine.state())).toMatchObject([{ kind: "requestBook", subject: { kind: "signal" } }]);
  engine.showBook();
  expect(pendingCommands(engine.state())).toMatchObject([{ kind: "placeOrder", order: engine.orders()[0] }]);
  engine.fill([bought]);
  expect(pendingCommands(engine.state())).toEqual([]);
});

it("a step that changes nothing gives back the same state, so that it need not be kept", () => {
  const engine = aHolder();
  const before = engine.state();
  engine.tell({ kind: "ticked", at: addMs(NOON, 1_000) });
  engine.tell(aFillEvent({ wallet: 9, score: { ...aWhale, score: 5 }, at: addMs(NOON, 2_000) }));
  expect(engine.state()).toBe(before);
});

it.each([1_000, 1_500, 2_000, 3_000])("forgets old evidence a branch at a time, with ticks every %d ms", (everyMs) => {
  const engine = anEngine();
  for (let wallet = 1; wallet <= 40; wallet += 1) {
    engine.tell(aFillEvent({ wallet, market: wallet, order: wallet }));
    engine.showBook();
  }
  const left = (): number => JSON.stringify(toJson(engine.state().episodes)).split("signalled").length - 1;
  expect(left()).toBe(40);
  const late = addMs(NOON, DEFAULT_SIGNAL_RULES.episodeGapMs);
  const counts = Array.from({ length: 60 }, (_, tick) => {
    engine.tell({ kind: "ticked", at: addMs(late, tick * everyMs) });
    return left();
  });
  expect(counts[0]).toBeGreaterThan(30);
  expect(counts.at(-1)).toBe(0);
  expect(engine.state()).toMatchObject({ recentTriggers: Array.from({ length: 16 }, () => null) });
});

it("remembers of a busy market only the signals that another may still contradict", () => {
  const engine = anEngine();
  for (let trade = 1; trade <= 20; trade += 1) {
    const at = addMs(NOON, trade * 30_000);
    engine.tell(aFillEvent({ wallet: trade, order: trade, at }));
    engine.tell({ kind: "ticked", at });
  }
  expect(engine.signals().length).toBeGreaterThanOrEqual(20);
  expect(JSON.stringify(toJson(engine.state().recentTriggers)).split("signalId").length - 1).toBe(3);
});

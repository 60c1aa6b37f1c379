import { describe, expect, it } from "vitest";
import { aHolder, anEngine, bought } from "../../../test/support/engine.ts";
import { $, aBook, aConfig, aDegen, aFillEvent, aView, NOON, px, sh } from "../../../test/support/trading.ts";
import { DEFAULT_SIGNAL_RULES } from "../signals/signal-rules.ts";
import { addMs, HOUR_MS, MINUTE_MS } from "../time/time.ts";
import { alertsOf } from "./alerts.ts";
import type { Command } from "./command.ts";
import type { EngineConfig } from "./state.ts";

/** Limits of the engine met exactly, and orders that are on their way. */

const limits = (change: Partial<EngineConfig["limits"]>) => aConfig({ limits: { ...aConfig().limits, ...change } });

describe("an order in flight counts as filled at its worst", () => {
  // It stakes 198.97.
  const verdict = (config: EngineConfig, second: Parameters<typeof aFillEvent>[0] = { market: 2 }) => {
    const engine = anEngine(config);
    engine.tell(aFillEvent());
    engine.showBook();
    const at = addMs(NOON, MINUTE_MS + 1);
    engine.tell(aFillEvent({ wallet: 2, order: 2, at, ...second }));
    engine.showBook(aView(at));
    return engine.verdicts().at(-1);
  };

  it.each([
    ["FOLLOW_WHALE PENDING", limits({ maxOpenPositions: 2 })],
    ["FOLLOW_WHALE POSITIONS_AT_MAX", limits({ maxOpenPositions: 1 })],
    ["FOLLOW_WHALE DEPLOYED_AT_MAX", limits({ maxDeployedBps: 300n })],
    ["FOLLOW_WHALE CASH_EXHAUSTED", { ...limits({ maxDeployedBps: 100_000n }), capitalUsd: $("250") }],
  ])("%s", (expected, config) => {
    const bold = { ...config.limits, maxSignalBps: 10_000n, maxEventBps: 10_000n };
    expect(verdict({ ...config, limits: bold })).toBe(expected);
  });

  it("and holds its market", () => {
    expect(verdict(aConfig(), { outcome: 1 })).toBe("FOLLOW_WHALE MARKET_ALREADY_HELD");
  });
});

it("a book that comes with a signal's last millisecond is decided on, one later is not", () => {
  for (const [ms, expected] of [
    [0, "FOLLOW_WHALE PENDING"],
    [1, "FOLLOW_WHALE SIGNAL_EXPIRED"],
  ] as const) {
    const engine = anEngine();
    engine.tell(aFillEvent());
    engine.showBook(aView(addMs(NOON, MINUTE_MS + ms)));
    expect(engine.verdicts()).toEqual([expected]);
    expect(engine.orders()).toHaveLength(1 - ms);
  }
});

it("a leader's sale is followed however late it is read, and once", () => {
  const engine = aHolder();
  const sell = (log: number) =>
    engine.tell(aFillEvent({ side: "SELL", size: "600", heldBefore: "1000", log, order: 5, ageMs: HOUR_MS }));
  sell(1);
  sell(2);
  expect(engine.verdicts()).toEqual(["FOLLOW_WHALE EXECUTED", "EXIT_FOLLOW PENDING"]);
});

it("whales who bought at different times do not contradict each other because they are read together", () => {
  const engine = anEngine();
  const old = { ageMs: 5 * MINUTE_MS };
  engine.tell(aFillEvent(old));
  engine.tell(aFillEvent({ wallet: 2, order: 2, outcome: 1 }));
  expect(engine.verdicts()).toEqual(["FOLLOW_WHALE DATA_STALE", "FOLLOW_WHALE PENDING"]);
});

it("a whale contradicts another within the minute also when it is read late", () => {
  const engine = anEngine();
  engine.tell(aFillEvent({ ageMs: 0 }));
  for (let second = 0; second < 16; second += 1)
    engine.tell({ kind: "ticked", at: addMs(NOON, 52_000 + second * 1_000) });
  engine.tell(aFillEvent({ wallet: 2, order: 2, outcome: 1, at: addMs(NOON, 67_500), ageMs: 8_000 }));
  expect(engine.verdicts().at(-1)).toBe("FOLLOW_WHALE CONFLICT");
});

it("a panic proves no edge: calibrated sizing gives it nothing", () => {
  const config = aConfig({
    signals: { ...DEFAULT_SIGNAL_RULES, fadeDegens: true, panicWallets: 1 },
    sizing: { ...aConfig().sizing, method: "calibrated" },
  });
  const engine = anEngine(config);
  engine.tell(aFillEvent({ side: "SELL", score: { ...aDegen, edgeLowerBound: 0.3 } }));
  engine.showBook();
  expect(engine.signals()[0]?.trigger.edgeLowerBound).toBeNull();
  expect(engine.verdicts()).toEqual(["FADE_DEGEN KELLY_NOT_POSITIVE"]);
});

it("a day's loss of exactly the limit stops entries, a micro less does not", () => {
  // 300 shares that cost 151.50, at 0.43 worth 129: a loss of 22.50.
  for (const [maximum, isStopped] of [
    ["22.5", true],
    ["22.500001", false],
  ] as const) {
    const engine = aHolder(limits({ maxDailyLossUsd: $(maximum) }));
    const tokenId = engine.position()?.tokenId as never;
    engine.tell({ kind: "positionsMarked", at: NOON, bids: [{ tokenId, bid: px("0.43") }] });
    expect(engine.state().entriesStoppedUntil !== null).toBe(isStopped);
  }
});

it("a position that ends with nothing gained is a loss in every count", () => {
  const engine = aHolder();
  engine.tell({ kind: "commanded", at: NOON, commandId: "1", command: { kind: "close-all" } });
  engine.showBook(aView(NOON, { book: aBook([["0.51", "1000"]], []) }));
  engine.fill([{ price: px("0.505"), size: sh("300"), cash: $("151.5"), fee: $("0") }]);
  expect(engine.closed()).toMatchObject([{ realizedUsd: 0n }]);
  expect(engine.notices().at(-1)).toBe("loss");
  expect(engine.state().day).toMatchObject({ wins: 0, losses: 1 });
  expect(engine.state().protections.lossesInRow).toBe(1);
});

it("pause is REDUCING, and what is held is still sold", () => {
  const engine = aHolder();
  engine.tell({ kind: "commanded", at: NOON, commandId: "1", command: { kind: "pause" } });
  expect(engine.state().tradingState).toBe("REDUCING");
  engine.tell({ kind: "commanded", at: NOON, commandId: "2", command: { kind: "close-all" } });
  engine.showBook();
  expect(engine.orders().at(-1)).toMatchObject({ side: "SELL" });
  engine.fill([{ ...bought, fee: $("0") }]);
  expect(engine.position()).toBeUndefined();
});

it("people are told of signals above 0.7, unless they were refused at once", () => {
  const told = (confidence: number, code?: string): number => {
    const notice = (kind: "signal" | "skipped"): Command => ({
      kind: "notify",
      notice: { kind, key: kind, facts: { signalId: "S-1", confidence } },
    });
    return alertsOf(code === undefined ? [notice("signal")] : [notice("signal"), notice("skipped")]).length;
  };
  expect([told(0.7), told(0.71), told(0.9, "CONFLICT")]).toEqual([0, 1, 0]);
});

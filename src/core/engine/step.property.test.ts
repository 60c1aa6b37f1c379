import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { moves, playWorld, type Stepped } from "../../../test/support/random-world.ts";
import { $, aConfig } from "../../../test/support/trading.ts";
import { addUsd, portionBps, type UsdMicros, ZERO_USD } from "../money/amounts.ts";
import { dailyLossLimit } from "../risk/limits.ts";
import { DEFAULT_SIGNAL_RULES } from "../signals/signal-rules.ts";
import { fromJson, type Json, toJson } from "./encode.ts";
import type { EngineEvent } from "./event.ts";
import type { EngineConfig, EngineState } from "./state.ts";
import { hashValue } from "./state-hash.ts";
import { step } from "./step.ts";

const signals = { ...DEFAULT_SIGNAL_RULES, fadeDegens: true, panicWallets: 2 };
const configs = fc.constantFrom<EngineConfig>(
  aConfig({ signals }),
  // Little money and a loose hand: cash runs out, limits are met early.
  aConfig({
    signals,
    capitalUsd: $("900"),
    sizing: { method: "classic", kellyFraction: 2, maxPositionUsd: $("1000") },
    limits: {
      ...aConfig().limits,
      maxDeployedBps: 10_000n,
      maxSignalBps: 6_000n,
      maxEventBps: 7_000n,
      maxOpenPositions: 3,
    },
  }),
  aConfig({ signals, sizing: { method: "calibrated", kellyFraction: 1, maxPositionUsd: $("500") } }),
);

const sum = (amounts: readonly UsdMicros[]): UsdMicros =>
  amounts.reduce((total, each) => addUsd(total, each), ZERO_USD);
const positionsOf = (state: EngineState) => Object.values(state.positions);
const entriesInFlight = (state: EngineState) => Object.values(state.orders).filter(({ order }) => order.side === "BUY");

/** Seen over every run: a property that never met its case has shown nothing. */
const seen = { entries: 0, exits: 0, settled: 0, refused: new Set<string>() };

function note({ before, commands, after }: Stepped): void {
  for (const command of commands) {
    if (command.kind === "placeOrder") seen[command.order.side === "BUY" ? "entries" : "exits"] += 1;
    if (command.kind === "notify" && typeof command.notice.facts.code === "string")
      seen.refused.add(command.notice.facts.code);
  }
  if (before !== null && before.realizedUsd !== after.realizedUsd) seen.settled += 1;
}

describe("in any world", () => {
  it("cash, the cost of what is held and what was realised always add up to the beginning, to the micro", () => {
    fc.assert(
      fc.property(configs, moves, (config, plan) => {
        for (const stepped of playWorld(config, plan)) {
          note(stepped);
          const { after } = stepped;
          const held = sum(positionsOf(after).map((position) => position.openCostUsd));
          expect(after.cashUsd + held - after.realizedUsd).toBe(config.capitalUsd);
          expect(after.cashUsd).toBeGreaterThanOrEqual(0n);
          for (const position of positionsOf(after)) expect(position.openShares).toBeGreaterThan(0n);
        }
      }),
      { numRuns: 150 },
    );
    expect(seen.entries).toBeGreaterThan(75);
    expect(seen.exits).toBeGreaterThan(10);
    expect(seen.settled).toBeGreaterThan(25);
    expect([...seen.refused]).toEqual(
      expect.arrayContaining(["SLIPPAGE_ABOVE_MAX", "CONFLICT", "DATA_STALE", "NOT_FILLED"]),
    );
  });

  it("no order exceeds a limit, whatever happened before", () => {
    fc.assert(
      fc.property(configs, moves, (config, plan) => {
        for (const { before, event, commands, after } of playWorld(config, plan)) {
          for (const command of commands) {
            if (command.kind !== "placeOrder" || before === null) continue;
            expect(before.tradingState).not.toBe("HALTED");
            if (command.order.side === "SELL") {
              expect(command.order.size).toBeLessThanOrEqual(
                before.positions[command.order.positionId]?.openShares ?? 0n,
              );
              continue;
            }
            checkEntry(config, before, event, after, command.order.clientOrderId);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it("the journal's events give the same commands again, also through storage and a restart after every step", () => {
    fc.assert(
      fc.property(configs, moves, (config, plan) => {
        const journal = playWorld(config, plan);
        let replayed: EngineState | null = null;
        for (const { event, commands, after } of journal) {
          const result = step(replayed, stored(event) as EngineEvent);
          expect(result.commands).toEqual(commands);
          replayed = stored(result.state) as EngineState;
          expect(replayed).toEqual(after);
          expect(hashValue(replayed)).toBe(hashValue(after));
        }
      }),
      { numRuns: 40 },
    );
  });
});

function checkEntry(
  config: EngineConfig,
  before: EngineState,
  event: EngineEvent,
  after: EngineState,
  id: string,
): void {
  const { limits, capitalUsd, sizing } = config;
  const placed = after.orders[id];
  const signal = after.signals[placed?.order.signalId ?? ""];
  if (placed === undefined || placed.order.side !== "BUY" || signal === undefined)
    throw new Error("an order without its record");
  const { order, worstCostUsd } = placed;
  expect(before.tradingState).toBe("ACTIVE");
  expect(before.entriesStoppedUntil === null || event.at >= before.entriesStoppedUntil).toBe(true);
  expect(before.day.startEquityUsd - before.equity.equityUsd).toBeLessThan(dailyLossLimit(limits, capitalUsd));
  const { pause, cooldowns } = before.protections;
  expect(pause === null || event.at >= pause.until).toBe(true);
  expect(event.at).toBeGreaterThanOrEqual(cooldowns[order.marketId] ?? 0);
  expect(signal.confidence).toBeGreaterThanOrEqual(limits.minConfidence);
  expect(order.stakeUsd).toBeLessThanOrEqual(sizing.maxPositionUsd);
  expect(order.stakeUsd).toBeLessThanOrEqual(portionBps(capitalUsd, limits.maxSignalBps, "floor"));
  expect(order.limitPrice).toBeLessThanOrEqual(990_000n);
  expect(order.limitPrice * 10_000n).toBeLessThanOrEqual(signal.trigger.price * 10_500n);
  // With everything in flight filled at its worst:
  const inFlight = entriesInFlight(after);
  const worst = sum([
    ...positionsOf(after).map((each) => each.openCostUsd),
    ...inFlight.map((each) => each.worstCostUsd),
  ]);
  expect(worst).toBeLessThanOrEqual(portionBps(capitalUsd, limits.maxDeployedBps, "floor"));
  expect(sum(inFlight.map((each) => each.worstCostUsd))).toBeLessThanOrEqual(after.cashUsd);
  expect(positionsOf(after).length + inFlight.length).toBeLessThanOrEqual(limits.maxOpenPositions);
  const markets = [...positionsOf(after).map((each) => each.marketId), ...inFlight.map((each) => each.order.marketId)];
  expect(new Set(markets).size).toBe(markets.length);
  const inEvent = positionsOf(after).filter((each) => each.eventId === signal.eventId);
  const eventWorst = sum([...inEvent.map((each) => each.openCostUsd), worstCostUsd]);
  expect(eventWorst).toBeLessThanOrEqual(portionBps(capitalUsd, limits.maxEventBps, "floor"));
}

/** As the database gives it back: through JSON text, with the keys in another order. */
function stored(value: unknown): unknown {
  return fromJson(shuffleKeys(JSON.parse(JSON.stringify(toJson(value)))));
}

function shuffleKeys(json: Json): Json {
  if (Array.isArray(json)) return json.map(shuffleKeys);
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(
    Object.entries(json)
      .reverse()
      .map(([key, item]) => [key, shuffleKeys(item)]),
  );
}

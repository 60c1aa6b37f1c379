import { expect, it } from "vitest";
import { anEngine as tested } from "../../../test/support/engine.ts";
import {
  $,
  aConfig,
  aDegen,
  aFillEvent,
  aMarketId,
  aView,
  aWallet,
  NOON,
  px,
  sh,
  startedEvent,
} from "../../../test/support/trading.ts";
import { type CopyRules, NO_COPY_RULES } from "../copy/copy-rules.ts";
import { applyStrategy } from "../copy/strategy.ts";
import { addMs, DAY_MS, type EpochMs } from "../time/time.ts";
import type { Command } from "./command.ts";
import { fromJson, toJson } from "./encode.ts";
import type { EngineEvent } from "./event.ts";
import { upgradeState } from "./recover.ts";
import { getShard } from "./shards.ts";
import type { EngineState } from "./state.ts";
import { step } from "./step.ts";

const base = aConfig();
const withRules = (copy: Partial<CopyRules>, hash = "1") =>
  applyStrategy(base, { copy: { ...NO_COPY_RULES, ...copy }, protections: {}, hash });

/** Every request for a book is answered at once, every order filled whole at its limit or not at all. */
function anEngine(copy: Partial<CopyRules>) {
  let state: EngineState = step(null, startedEvent(withRules(copy))).state;
  let filled = true;
  const notices: string[] = [];
  function tell(event: EngineEvent): void {
    const { state: next, commands } = step(state, event);
    state = next;
    for (const command of commands) act(command, event.at);
  }
  function act(command: Command, at: EpochMs): void {
    if (command.kind === "requestBook") tell({ kind: "bookObserved", at, subject: command.subject, view: aView(at) });
    if (command.kind === "notify") notices.push(String(command.notice.facts.code ?? command.notice.kind));
    if (command.kind !== "placeOrder") return;
    const { order } = command;
    const { clientOrderId, limitPrice } = order;
    if (!filled) {
      tell({ kind: "orderResult", at, clientOrderId, result: { status: "unfilled", reason: "NO_LIQUIDITY" } });
      return;
    }
    const size = order.side === "SELL" ? order.size : sh("100");
    const cash = (size * limitPrice) / 1_000_000n;
    const execution = { price: limitPrice, size, cash: cash as never, fee: $("0") };
    tell({ kind: "orderResult", at, clientOrderId, result: { status: "filled", executions: [execution] } });
  }
  return {
    ...{ tell, notices },
    state: () => state,
    fill: (answer: boolean) => {
      filled = answer;
    },
    buys: (market: number, wallet = 1, at: EpochMs = NOON) => tell(aFillEvent({ market, wallet, order: market, at })),
    mark(bid: string, market = 1): void {
      const tokenId = aFillEvent({ market }).fill.tokenId;
      tell({ kind: "positionsMarked", at: addMs(state.at, 1), bids: [{ tokenId, bid: px(bid) }] });
    },
    leaderSells: () =>
      tell(aFillEvent({ side: "SELL", size: "400", heldBefore: "400", order: 99, at: addMs(state.at, 1) })),
    restart(): void {
      state = upgradeState(fromJson(toJson(state)) as EngineState);
    },
  };
}

const openPositions = (engine: ReturnType<typeof anEngine>) => Object.keys(engine.state().positions).length;

it("budgets count what was spent, through a restart, until the day is over; an unfilled order spends nothing", () => {
  // 100 shares at 0.52 for each filled order; a fixed stake of 60 is asked for.
  const engine = anEngine({
    base: { stake: { kind: "fixed", usd: $("60") }, walletDayUsd: $("112") },
    dayUsd: $("170"),
  });
  engine.fill(false);
  engine.buys(1);
  expect(engine.state().spent).toMatchObject({ totalUsd: 0n, wallets: {} });
  engine.fill(true);
  engine.buys(2);
  expect(engine.state().spent).toMatchObject({ totalUsd: $("52"), wallets: { [aWallet(1)]: $("52") } });
  engine.restart();
  engine.buys(3);
  engine.buys(4);
  expect(engine.notices).toContain("WALLET_BUDGET_SPENT");
  engine.buys(5, 2);
  engine.buys(6, 3);
  expect(engine.notices).toContain("DAY_BUDGET_SPENT");
  expect(openPositions(engine)).toBe(3);
  engine.buys(7, 1, addMs(NOON, DAY_MS));
  expect(openPositions(engine)).toBe(4);
  expect(engine.state().spent.totalUsd).toBe($("52"));
});

it("sells when the leader sells, or not, as the file says", () => {
  const mirror = anEngine({});
  mirror.buys(1);
  mirror.leaderSells();
  expect(openPositions(mirror)).toBe(0);
  const hold = anEngine({ wallets: { [aWallet(1)]: { mirrorExits: false } } });
  hold.buys(1);
  hold.leaderSells();
  expect(openPositions(hold)).toBe(1);
});

it("takes a profit and stops a loss at the percentages of the file, to the step of the price", () => {
  const engine = anEngine({ base: { takeProfitBps: 5_000n, stopLossBps: 2_500n } });
  engine.buys(1);
  for (const bid of ["0.779", "0.391"]) engine.mark(bid);
  expect(openPositions(engine)).toBe(1);
  engine.mark("0.78");
  expect(openPositions(engine)).toBe(0);
  engine.buys(2);
  engine.mark("0.39", 2);
  expect(engine.notices).toContain("stopLoss");
  expect(openPositions(engine)).toBe(0);
});

it("holds to the resolution without any of them", () => {
  const engine = anEngine({ base: { mirrorExits: false, takeProfitBps: null, stopLossBps: null } });
  engine.buys(1);
  for (const bid of ["0.01", "0.99"]) engine.mark(bid);
  engine.leaderSells();
  expect(openPositions(engine)).toBe(1);
});

it("a changed file is a step: it holds for what is open, at the bid that is known, and for what comes", () => {
  const engine = anEngine({});
  engine.buys(1);
  engine.mark("0.6");
  const config = withRules({ base: { takeProfitBps: 1_000n }, block: [aWallet(2)] }, "2");
  engine.tell({ kind: "reconfigured", at: addMs(NOON, 2), config });
  expect(openPositions(engine)).toBe(0);
  expect(engine.state().config.strategyHash).toBe("2");
  expect(engine.notices).toContain("strategy");
  engine.buys(2, 2);
  expect(engine.notices.at(-1)).toBe("WALLET_BLOCKED");
});

it("a blocked wallet's opposite bet does not cancel the one that we copy", () => {
  const engine = anEngine({ block: [aWallet(2)] });
  engine.buys(1);
  engine.tell(aFillEvent({ wallet: 2, outcome: 1, order: 7 }));
  expect(engine.notices).not.toContain("CONFLICT");
  expect(openPositions(engine)).toBe(1);
});

it("a blocked wallet's sale is no part of a panic", () => {
  const signals = { ...base.signals, fadeDegens: true, panicWallets: 2 };
  for (const [block, sold] of [
    [[], 1],
    [[aWallet(2)], 0],
  ] as const) {
    const engine = tested({ ...base, signals, copy: { ...NO_COPY_RULES, block } });
    for (const wallet of [1, 2]) engine.tell(aFillEvent({ side: "SELL", score: aDegen, wallet, order: wallet }));
    expect(engine.signals()).toHaveLength(sold);
  }
});

it("a wallet's own smallest trade takes the place of the general one; an episode may grow to it", () => {
  const engine = anEngine({
    wallets: { [aWallet(1)]: { minTradeUsd: $("300") }, [aWallet(2)]: { minTradeUsd: $("50") } },
  });
  engine.buys(1);
  expect(openPositions(engine)).toBe(0);
  engine.tell(aFillEvent({ log: 1, order: 8 }));
  expect(openPositions(engine)).toBe(1);
  engine.tell(aFillEvent({ market: 2, wallet: 2, size: "120", cash: "60", order: 9 }));
  expect(openPositions(engine)).toBe(2);
});

it("a state of the version before goes on, without rules and with nothing spent", () => {
  const engine = anEngine({});
  engine.buys(1);
  const now = engine.state();
  const { copy: _copy, strategyHash: _hash, ...config } = now.config;
  const { spent: _spent, ...rest } = now;
  const positions = Object.fromEntries(
    Object.entries(now.positions).map(([id, { leaderTier: _tier, ...position }]) => [id, position]),
  );
  const recentTriggers = { [aMarketId(9)]: [{ signalId: "FW-9", outcomeIndex: 1, at: now.at }] };
  const old = { ...rest, version: 2, config, positions, recentTriggers } as unknown as EngineState;
  const upgraded = upgradeState(old);
  expect(getShard(upgraded.recentTriggers, aMarketId(9))).toEqual(recentTriggers[aMarketId(9)]);
  expect(upgraded.config).toEqual({ ...base, strategyHash: null });
  expect(upgraded.spent.totalUsd).toBe(0n);
  expect(step(upgraded, aFillEvent({ side: "SELL", heldBefore: "400", order: 99 })).commands.length).toBeGreaterThan(0);
});

// Goal: cash, holdings, budgets, wins and losses of the engine are those of a plain account that is kept beside it from
// orders, answers and resolutions alone. Method: random worlds; the model knows nothing of positions, exits or signals.
import fc from "fast-check";
import { expect, it } from "vitest";
import { moves, playWorld } from "../../../test/support/random-world.ts";
import { $, aConfig } from "../../../test/support/trading.ts";
import type { OrderRequest } from "../execution/order.ts";
import { type EpochMs, isoDate, startOfDay } from "../time/time.ts";
import type { EngineEvent } from "./event.ts";
import type { EngineConfig } from "./state.ts";
import { step } from "./step.ts";

const DUST = 10_000n;
const config: EngineConfig = aConfig({
  copy: { ...aConfig().copy, dayUsd: $("1500"), base: { walletDayUsd: $("500"), takeProfitBps: 3_000n } },
});

type Sent = { readonly order: OrderRequest; spent: bigint; isAnswered: boolean };

function createModel() {
  let cash = BigInt(config.capitalUsd);
  const held = new Map<string, { shares: bigint; cash: bigint }>();
  const sent = new Map<string, Sent>();
  const days = new Map<string, { wins: number; losses: number }>();
  const isWaiting = (market: string) =>
    [...sent.values()].some(({ order, isAnswered }) => !isAnswered && order.marketId === market);

  /** `cash` of a holding is all that it has earned so far, what was paid for it included. */
  function close(key: string, at: EpochMs): void {
    const day = days.get(isoDate(at)) ?? { wins: 0, losses: 0 };
    const isWin = (held.get(key)?.cash ?? 0n) > 0n;
    days.set(isoDate(at), { wins: day.wins + (isWin ? 1 : 0), losses: day.losses + (isWin ? 0 : 1) });
    held.delete(key);
  }

  return {
    send: (order: OrderRequest) =>
      void sent.set(order.clientOrderId, {
        order,
        spent: order.side === "BUY" ? order.stakeUsd : 0n,
        isAnswered: false,
      }),
    take(event: EngineEvent): void {
      if (event.kind === "orderResult") {
        const known = sent.get(event.clientOrderId);
        if (known === undefined || known.isAnswered) return;
        known.isAnswered = true;
        const { order } = known;
        const executions = event.result.status === "filled" ? event.result.executions : [];
        const isBuy = order.side === "BUY";
        if (isBuy) known.spent = executions.reduce((sum, each) => sum + each.cash, 0n);
        if (executions.length === 0) return;
        const key = `${order.marketId} ${order.outcomeIndex}`;
        const holding = held.get(key) ?? { shares: 0n, cash: 0n };
        for (const { size, cash: price, fee } of executions) {
          const moved = isBuy ? -price - fee : price - fee;
          cash += moved;
          holding.cash += moved;
          holding.shares += isBuy ? size : -size;
        }
        held.set(key, holding);
        if (!isBuy && holding.shares < DUST) close(key, event.at);
      }
      if (event.kind === "marketResolved" && !isWaiting(event.marketId)) {
        for (const [key, holding] of held) {
          const [market, outcome] = key.split(" ");
          if (market !== event.marketId) continue;
          const [yes, no] = event.payoutNumerators;
          const paid = (holding.shares * (outcome === "0" ? yes : no)) / (yes + no);
          cash += paid;
          holding.cash += paid;
          close(key, event.at);
        }
      }
    },
    cash: () => cash,
    holdings: () => [...held].map(([key, { shares }]) => `${key} ${shares}`).sort(),
    spentOn(at: EpochMs): bigint {
      const today = [...sent.values()].filter(({ order }) => startOfDay(order.approvedAt) === startOfDay(at));
      return today.reduce((sum, { spent }) => sum + spent, 0n);
    },
    day: (date: string) => days.get(date) ?? { wins: 0, losses: 0 },
  };
}

it("the account is what a plain one says that is kept from orders, answers and resolutions", () => {
  let [closed, spentDays] = [0, 0];
  fc.assert(
    fc.property(moves, (plan) => {
      const model = createModel();
      const net = new Map<string, bigint>();
      for (const { before, event, commands, after } of playWorld(config, plan)) {
        model.take(event);
        for (const command of commands) if (command.kind === "placeOrder") model.send(command.order);
        expect(after.cashUsd).toBe(model.cash());
        const open = Object.values(after.positions);
        expect(open.map((each) => `${each.marketId} ${each.outcomeIndex} ${each.openShares}`).sort()).toEqual(
          model.holdings(),
        );
        const { date, wins, losses } = after.day;
        expect({ wins, losses }).toEqual(model.day(date));
        closed += wins + losses;
        if (after.spent.day === startOfDay(after.at)) {
          spentDays += 1;
          expect(after.spent.totalUsd).toBe(model.spentOn(after.at));
          const byWallet = Object.values(after.spent.wallets).reduce((sum, each) => sum + each, 0n);
          expect(byWallet).toBeLessThanOrEqual(after.spent.totalUsd);
          expect(after.spent.totalUsd).toBeLessThanOrEqual($("1500"));
          for (const each of Object.values(after.spent.wallets)) expect(each).toBeLessThanOrEqual($("500"));
        }
        for (const change of step(before, event).changes) {
          if (change.kind === "performance") net.set(change.row.date, change.row.netUsd);
        }
        expect([...net.values()].reduce((sum, each) => sum + each, 0n)).toBe(after.realizedUsd);
      }
    }),
    { numRuns: 25 },
  );
  expect(closed).toBeGreaterThan(20);
  expect(spentDays).toBeGreaterThan(100);
});

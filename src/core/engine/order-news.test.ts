import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anEngine } from "../../../test/support/engine.ts";
import { $, aConfig, aFillEvent, aView, NOON, px, sh } from "../../../test/support/trading.ts";
import type { Execution } from "../execution/order.ts";
import { totalExecutions } from "../execution/simulate-fill.ts";
import type { TradeStatus, VenueTrade } from "../execution/venue-answer.ts";
import type { OrderHash } from "../ids/ids.ts";
import { notional, ZERO_USD } from "../money/amounts.ts";
import { addMs, epochMs } from "../time/time.ts";
import { assertConserved, reservedUsd } from "./account.ts";
import { pendingCommands } from "./recover.ts";
import type { EngineConfig } from "./state.ts";

const resting: EngineConfig = aConfig({
  mode: "LIVE",
  copy: { ...aConfig().copy, base: { order: "GTD", stake: { kind: "fixed", usd: $("100") } } },
});
const part = (size: string): Execution => ({
  ...{ price: px("0.5"), size: sh(size), cash: notional(px("0.5"), sh(size), "ceil"), fee: ZERO_USD },
});

/** A live engine whose entry rests. */
function aResting(config = resting) {
  const engine = anEngine(config);
  engine.tell(aFillEvent());
  engine.showBook();
  const order = engine.orders()[0];
  if (order === undefined) throw new Error("no order");
  const { clientOrderId } = order;
  const progress = (...executions: readonly Execution[]) =>
    engine.tell({ kind: "orderProgressed", at: engine.state().at, clientOrderId, executions });
  const cancels = () => engine.tell({ kind: "ticked", at: addMs(engine.state().at, 1) }).commands;
  return { ...engine, order, progress, cancels };
}

describe("an entry that rests", () => {
  test("is so by the strategy file, until its signal expires; an exit is not", () => {
    const { order, ...engine } = aResting();
    expect(order).toMatchObject({ timeInForce: "GTD", restUntil: addMs(NOON, 60_000) });
    engine.fill([part("190")]);
    engine.tell({ kind: "commanded", at: NOON, commandId: "1", command: { kind: "close-all" } });
    engine.showBook();
    expect(engine.orders()[1]).not.toHaveProperty("timeInForce");
  });

  test("holds what has come of it at once, and sets the rest of its stake aside", () => {
    const engine = aResting();
    const reserved = reservedUsd(engine.state());
    engine.progress(part("40"));
    expect(engine.position()).toMatchObject({ openShares: sh("40"), openCostUsd: $("20") });
    expect(reservedUsd(engine.state())).toBe(reserved - 20_000_000n);
    expect(engine.signals().at(-1)?.status).toBe("PENDING");
    // Told again after a start, and more of it.
    const before = engine.state();
    engine.progress(part("40"));
    expect(engine.state()).toBe(before);
    engine.progress(part("40"), part("10"));
    engine.fill([part("40"), part("10"), part("30")]);
    expect(engine.position()).toMatchObject({ entryShares: sh("80"), openCostUsd: $("40"), status: "OPEN" });
    expect([engine.signals().at(-1)?.status, reservedUsd(engine.state())]).toEqual(["EXECUTED", 0n]);
    expect(Object.keys(engine.state().positions)).toHaveLength(1);
  });

  test.each(["pause", "halt", "close-all"] as const)("is taken back by %s, once, and after a start again", (kind) => {
    const engine = aResting();
    const { commands } = engine.tell({ kind: "commanded", at: NOON, commandId: "1", command: { kind } });
    const { clientOrderId } = engine.order;
    expect(commands.filter((each) => each.kind === "cancelOrder")).toEqual([{ kind: "cancelOrder", clientOrderId }]);
    expect(reservedUsd(engine.state())).toBeGreaterThan(0n);
    expect(engine.cancels()).toEqual([]);
    expect(pendingCommands(engine.state()).map((each) => each.kind)).toEqual(["placeOrder", "cancelOrder"]);
  });

  test("is taken back when the wallet sells, or its block is gone; one that fills at once is not", () => {
    const sale = aFillEvent({ side: "SELL", block: 101, order: 2, size: "10", cash: "5" });
    const retraction = { kind: "blocksRetracted", at: NOON, fromBlock: 100 } as const;
    for (const event of [sale, retraction]) {
      const kindsOf = (engine: ReturnType<typeof aResting>) => engine.tell(event).commands.map(({ kind }) => kind);
      expect(kindsOf(aResting())).toContain("cancelOrder");
      expect(kindsOf(aResting({ ...resting, copy: aConfig().copy }))).not.toContain("cancelOrder");
    }
  });

  test("is over before what it bought is sold", () => {
    const engine = aResting();
    engine.progress(part("40"));
    const asked = engine.tell({ kind: "commanded", at: NOON, commandId: "1", command: { kind: "close-all" } });
    expect(asked.commands.map(({ kind }) => kind)).toEqual(["cancelOrder"]);
    engine.fill([part("40"), part("5")]);
    const { commands } = engine.tell({ kind: "ticked", at: addMs(NOON, 6_000) });
    expect(commands.map(({ kind }) => kind)).toEqual(["requestBook"]);
    engine.showBook(aView(addMs(NOON, 6_000)));
    expect(engine.orders()[1]).toMatchObject({ side: "SELL", size: sh("45") });
  });
});

const live = aConfig({ mode: "LIVE" });
const aTrade = (id: string, status: TradeStatus, size: string, price = "0.5"): VenueTrade => ({
  ...{ id, orderHash: "0x1" as OrderHash, tokenId: aFillEvent().fill.tokenId, side: "BUY", role: "maker" },
  ...{ price: px(price), size: sh(size), status, txHash: null, matchedAt: NOON },
});

/** A live engine whose entry was answered so. */
function answered(...executions: readonly Execution[]) {
  const engine = anEngine(live);
  engine.tell(aFillEvent());
  engine.showBook();
  const { clientOrderId } = engine.orders()[0] ?? { clientOrderId: null };
  if (clientOrderId === null) throw new Error("no order");
  if (executions.length > 0) engine.fill(executions);
  else {
    const result = { status: "unfilled", reason: "ORDER_EXPIRED" } as const;
    engine.tell({ kind: "orderResult", at: NOON, clientOrderId, result });
  }
  const correct = (id = clientOrderId, ...trades: readonly VenueTrade[]) =>
    engine.tell({ kind: "orderCorrected", at: engine.state().at, clientOrderId: id, trades });
  const sell = (...sold: readonly Execution[]) => {
    engine.tell({ kind: "commanded", at: NOON, commandId: "1", command: { kind: "close-all" } });
    engine.showBook();
    engine.fill(sold);
    const exit = engine.orders().at(-1)?.clientOrderId;
    if (exit === undefined) throw new Error("no exit");
    return exit;
  };
  const money = () => {
    const { cashUsd, realizedUsd, day } = engine.state();
    return { cashUsd, realizedUsd, wins: day.wins, losses: day.losses };
  };
  return { ...engine, id: clientOrderId, correct, sell, money };
}

describe("the venue corrects itself", () => {
  test("a trade of an entry that was given up opens its position, once", () => {
    const engine = answered();
    expect(engine.signals().at(-1)?.status).toBe("SKIPPED");
    engine.correct(engine.id, aTrade("a", "CONFIRMED", "60"));
    expect(engine.position()).toMatchObject({ openShares: sh("60"), openCostUsd: $("30"), status: "OPEN" });
    expect(engine.signals().at(-1)).toMatchObject({ status: "EXECUTED", refusal: null });
    const before = engine.state();
    engine.correct(engine.id, aTrade("a", "CONFIRMED", "60"));
    expect(engine.state()).toBe(before);
  });

  test("an entry that failed after all never was: its money is back, and it is neither won nor lost", () => {
    const engine = answered(part("60"));
    engine.correct(engine.id, aTrade("a", "FAILED", "60"));
    expect(engine.position()).toBeUndefined();
    expect(engine.money()).toEqual({ cashUsd: $("10000"), realizedUsd: ZERO_USD, wins: 0, losses: 0 });
    expect(engine.closed().at(-1)).toMatchObject({ closeReason: "VOIDED", realizedUsd: ZERO_USD });
    // And once more the other way.
    engine.correct(engine.id, aTrade("a", "CONFIRMED", "60"));
    expect(engine.position()).toMatchObject({ entryShares: sh("60"), openCostUsd: $("30") });
  });

  test("one trade of two failed: what is left costs what it cost", () => {
    const engine = answered(part("60"), part("20"));
    engine.correct(engine.id, aTrade("a", "CONFIRMED", "60"), aTrade("b", "FAILED", "20"));
    expect(engine.position()).toMatchObject({ entryShares: sh("60"), openShares: sh("60"), openCostUsd: $("30") });
  });

  test("a sale that failed is undone: shares, cost, profit and the day's count are as before it", () => {
    const engine = answered(part("60"));
    const before = engine.money();
    const exit = engine.sell({ ...part("60"), price: px("0.6"), cash: $("36") });
    expect(engine.money()).toMatchObject({ realizedUsd: $("6"), wins: 1 });
    engine.correct(exit, aTrade("s", "FAILED", "60"));
    expect(engine.money()).toEqual(before);
    expect(engine.position()).toMatchObject({ openShares: sh("60"), openCostUsd: $("30"), realizedUsd: ZERO_USD });
  });

  test("an answer that is not remembered, or whose position is being sold, is left for later", () => {
    const engine = answered(part("60"));
    const before = engine.state();
    engine.correct("O-other" as typeof engine.id, aTrade("a", "FAILED", "60"));
    expect(engine.state()).toBe(before);
    engine.tell({ kind: "commanded", at: NOON, commandId: "1", command: { kind: "close-all" } });
    engine.showBook();
    const selling = engine.state();
    engine.correct(engine.id, aTrade("a", "FAILED", "60"));
    expect(engine.state()).toBe(selling);
  });

  test("whatever it says in whatever order, books and venue have the same cash and shares in the end", () => {
    const status = fc.constantFrom<TradeStatus>("CONFIRMED", "FAILED");
    const cents = (max: number) => fc.integer({ min: 1, max }).map((n) => (n / 100).toFixed(2));
    const trades = fc.array(fc.record({ size: cents(4_000), price: cents(52), status }), {
      minLength: 1,
      maxLength: 3,
    });
    const sales = fc.array(fc.record({ share: fc.integer({ min: 1, max: 100 }), price: cents(99), status }), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(trades, sales, fc.boolean(), (entry, exits, isLate) => {
        const bought = entry.map(({ size, price }, n) => aTrade(`b${n}`, "CONFIRMED", size, price));
        const executions = bought.map(({ size, price }) => ({
          ...{ price, size, cash: notional(price, size, "ceil"), fee: ZERO_USD },
        }));
        const engine = answered(...(isLate ? [] : executions));
        if (isLate) engine.correct(engine.id, ...bought);
        const sold: { id: typeof engine.id; trade: VenueTrade; status: TradeStatus }[] = [];
        for (const [n, { share, price, status: end }] of exits.entries()) {
          const open = engine.position()?.openShares ?? 0n;
          const size = ((open * BigInt(share)) / 100n / 10_000n) * 10_000n;
          if (size < 5_000_000n) continue;
          const trade = {
            ...aTrade(`s${n}`, "CONFIRMED", "1", price),
            size: size as VenueTrade["size"],
            side: "SELL" as const,
          };
          const at = addMs(NOON, n * 6_000);
          engine.tell({ kind: "commanded", at, commandId: `${n}`, command: { kind: "close-all" } });
          engine.tell({ kind: "ticked", at });
          engine.showBook(aView(at));
          const order = engine.orders().at(-1);
          if (order?.side !== "SELL") continue;
          engine.fill([
            { price: trade.price, size: trade.size, cash: notional(trade.price, trade.size, "floor"), fee: ZERO_USD },
          ]);
          sold.push({ id: order.clientOrderId, trade, status: end });
        }
        for (const { id, trade, status: end } of sold) engine.correct(id, { ...trade, status: end });
        engine.correct(engine.id, ...bought.map((trade, n) => ({ ...trade, status: entry[n]?.status ?? "FAILED" })));
        const paid = totalExecutions(executions.filter((_, n) => entry[n]?.status === "CONFIRMED"));
        const got = sold.filter(({ status: end }) => end === "CONFIRMED");
        const gotUsd = got.reduce((sum, { trade }) => sum + notional(trade.price, trade.size, "floor"), 0n);
        const held = paid.size - got.reduce((sum, { trade }) => sum + trade.size, 0n);
        assertConserved(engine.state());
        // More sold than was ever bought is no state of the venue's.
        if (held < 0n) return;
        expect(engine.state().cashUsd).toBe(10_000_000_000n - paid.cashUsd + gotUsd);
        const open = Object.values(engine.state().positions).reduce((sum, { openShares }) => sum + openShares, 0n);
        expect(held - open >= 0n && held - open < 10_000n).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

test("paper keeps no answers: nobody corrects them", () => {
  const engine = anEngine(aConfig());
  engine.tell(aFillEvent());
  engine.showBook();
  engine.fill([part("60")]);
  expect(engine.state()).not.toHaveProperty("answered");
  expect(epochMs(engine.state().at)).toBe(NOON);
});

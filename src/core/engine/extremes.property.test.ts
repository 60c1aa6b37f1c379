import fc from "fast-check";
import { expect, it } from "vitest";
import { anEngine } from "../../../test/support/engine.ts";
import { aBook, aConfig, aFillEvent, aView, NOON, someTerms } from "../../../test/support/trading.ts";
import { simulatePaperFill } from "../execution/paper-fill.ts";
import type { BookLevel, OrderBook } from "../market/market.ts";
import { MICROS, type PriceMicros, price, shares, usd } from "../money/amounts.ts";
import { addMs } from "../time/time.ts";

/** A bet at the edges of what a market can be: any tick, prices down to one tick and up to one below 1, any fee and stake. */
const TICKS = [100_000n, 10_000n, 5_000n, 2_500n, 1_000n, 100n] as const;

const market = fc.constantFrom(...TICKS).chain((tick) => {
  const onGrid = fc.oneof(
    fc.bigInt({ min: 1n, max: MICROS / tick - 1n }),
    fc.constantFrom(1n, 2n, MICROS / tick - 1n, MICROS / tick - 2n),
  );
  const level = fc.record({
    price: onGrid.map((n) => price(n * tick)),
    size: fc.bigInt({ min: 0n, max: 10n ** 12n }).map(shares),
  });
  const side = fc.array(level, { maxLength: 4 });
  return fc.record({
    tick: fc.constant(price(tick)),
    trigger: onGrid.map((n) => n * tick),
    asks: side,
    later: side,
    bids: side,
  });
});

const world = fc.record({
  market,
  confidence: fc.constantFrom(7, 8.5, 10),
  kellyFraction: fc.constantFrom(0.01, 0.25, 1, 5),
  stakeUsd: fc.option(fc.bigInt({ min: 1n, max: 3_000_000_000n }), { nil: null }),
  minOrderSize: fc.constantFrom(0n, 5_000_000n, 15_000_000n),
  fee: fc.record({ rate: fc.constantFrom(0, 0.0001, 0.07, 1), exponent: fc.constantFrom(0, 1, 2, 4) }),
  order: fc.constantFrom("FAK", "FOK", "GTC"),
});

const bookOf = (tick: PriceMicros, asks: readonly BookLevel[], bids: readonly BookLevel[], min: bigint): OrderBook => ({
  ...aBook([], [], { tickSize: tick, minOrderSize: shares(min) }),
  asks: asks.toSorted((a, b) => Number(a.price - b.price)),
  bids: bids.toSorted((a, b) => Number(b.price - a.price)),
});

it("costs no more than was set aside for it, stays on the grid and inside its cap, and leaves the account in order", () => {
  let entries = 0;
  let exits = 0;
  fc.assert(
    fc.property(world, ({ market: { tick, trigger, asks, later, bids }, fee, minOrderSize, order, ...rest }) => {
      const config = aConfig({
        sizing: { method: "classic", kellyFraction: rest.kellyFraction, maxPositionUsd: usd(5_000_000_000n) },
        copy: {
          ...aConfig().copy,
          base: { order, ...(rest.stakeUsd === null ? {} : { stake: { kind: "fixed", usd: usd(rest.stakeUsd) } }) },
        },
      });
      const engine = anEngine(config);
      const event = aFillEvent({ score: { ...aFillEvent().wallet, score: rest.confidence } });
      const fill = { ...event.fill, size: shares(10n ** 10n), cash: usd(trigger * 10_000n) };
      engine.tell({ ...event, fill, market: { ...event.market, tickSize: null } });
      if (engine.books().length === 0) return;
      const terms = { ...someTerms, tickSize: tick, minOrderSize: shares(minOrderSize), fee };
      const showing = (levels: readonly BookLevel[], ms = 0) =>
        aView(addMs(NOON, ms), { book: bookOf(tick, levels, bids, minOrderSize), terms });
      engine.showBook(showing(asks));
      const [entry] = engine.orders();
      if (entry?.side !== "BUY") return;
      entries += 1;
      const [inFlight] = Object.values(engine.state().orders);
      expect(entry.limitPrice % tick).toBe(0n);
      expect(entry.limitPrice).toBeGreaterThan(0n);
      expect(entry.limitPrice).toBeLessThanOrEqual(990_000n);
      expect(entry.limitPrice * 10_000n).toBeLessThanOrEqual(trigger * 10_500n);
      expect(entry.stakeUsd % 10_000n).toBe(0n);
      const before = engine.state().cashUsd;
      // Whatever the book is by then.
      const result = simulatePaperFill(entry, null, bookOf(tick, [...asks, ...later], bids, minOrderSize), NOON);
      engine.tell({ kind: "orderResult", at: NOON, clientOrderId: entry.clientOrderId, result });
      const cost = before - engine.state().cashUsd;
      expect(cost).toBeGreaterThanOrEqual(0n);
      expect(cost).toBeLessThanOrEqual(inFlight?.worstCostUsd ?? 0n);
      const held = engine.position();
      if (held === undefined) return;
      engine.tell({ kind: "commanded", at: NOON, commandId: "1", command: { kind: "close-all" } });
      engine.showBook(showing(asks, 1));
      const [, exit] = engine.orders();
      if (exit?.side !== "SELL") return;
      exits += 1;
      expect(exit.limitPrice % tick).toBe(0n);
      expect(exit.limitPrice).toBeGreaterThanOrEqual(tick);
      expect(exit.size).toBeLessThanOrEqual(held.openShares);
      const sold = simulatePaperFill(exit, null, bookOf(tick, asks, bids, minOrderSize), addMs(NOON, 1));
      engine.tell({ kind: "orderResult", at: addMs(NOON, 1), clientOrderId: exit.clientOrderId, result: sold });
      const left = engine.position();
      const sum = engine.state().cashUsd + (left?.openCostUsd ?? 0n) - engine.state().realizedUsd;
      expect(sum).toBe(config.capitalUsd);
    }),
    { numRuns: 600 },
  );
  expect(entries).toBeGreaterThan(50);
  expect(exits).toBeGreaterThan(10);
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shares, usd } from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";
import { epochMs } from "../time/time.ts";
import { applyEvent } from "./ledger.ts";
import type { LedgerEvent } from "./ledger-event.ts";
import { closedAt, EMPTY_UNIT, FLAT_BELOW, type Unit } from "./unit.ts";

const amount = fc.bigInt({ min: 1n, max: 5_000_000_000n });
const outcome = fc.constantFrom(0, 1) as fc.Arbitrary<0 | 1>;
const fill = fc
  .record({
    kind: fc.constantFrom("BUY", "SELL") as fc.Arbitrary<"BUY" | "SELL">,
    outcome,
    size: amount,
    priceMicros: fc.bigInt({ min: 1n, max: 999_999n }),
    feeBps: fc.bigInt({ min: 0n, max: 700n }),
    feeInShares: fc.boolean(),
  })
  .map((f): Omit<Extract<LedgerEvent, { kind: "BUY" | "SELL" }>, "at"> => {
    const cash = mulDiv(f.size, f.priceMicros, 1_000_000n, "halfEven");
    const feeAsset = f.kind === "BUY" && f.feeInShares ? "shares" : "collateral";
    const fee = mulDiv(feeAsset === "shares" ? f.size : cash, f.feeBps, 10_000n, "floor");
    return { kind: f.kind, outcome: f.outcome, shares: shares(f.size), cash: usd(cash), fee, feeAsset };
  });
const other = fc.oneof(
  amount.map((n) => ({ kind: "SPLIT", shares: shares(n) }) as const),
  amount.map((n) => ({ kind: "MERGE", shares: shares(n) }) as const),
  fc.record({ outcome, n: amount, cost: fc.option(amount) }).map(
    (t) =>
      ({
        kind: "TRANSFER_IN",
        outcome: t.outcome,
        shares: shares(t.n),
        cost: t.cost === null ? null : usd(t.cost),
      }) as const,
  ),
  fc
    .record({ outcome, n: amount, to: fc.constantFrom("own", "elsewhere") as fc.Arbitrary<"own" | "elsewhere"> })
    .map((t) => ({ kind: "TRANSFER_OUT", outcome: t.outcome, shares: shares(t.n), to: t.to }) as const),
);
const stamped = (events: readonly object[]): LedgerEvent[] =>
  events.map((event, i) => ({ ...event, at: epochMs(i * 1000) }) as LedgerEvent);
const fills = fc.array(fill, { maxLength: 30 }).map(stamped);
const history = fc.array(fc.oneof({ weight: 3, arbitrary: fill }, other), { maxLength: 30 }).map(stamped);
const numerators = fc.constantFrom([1n, 0n], [0n, 1n], [1n, 1n], [1n, 2n], [7n, 10n ** 20n]) as fc.Arbitrary<
  readonly [bigint, bigint]
>;
const resolutionAt = (payoutNumerators: readonly [bigint, bigint], ms: number): LedgerEvent => ({
  kind: "RESOLUTION",
  at: epochMs(ms),
  payoutNumerators,
});
const run = (events: readonly LedgerEvent[], from: Unit = EMPTY_UNIT): Unit => events.reduce(applyEvent, from);

describe("ledger over random histories", () => {
  it("conserves cash to the micro after every event (the ledger asserts it, this adds it up from outside)", () => {
    fc.assert(
      fc.property(history, numerators, (events, payout) => {
        let unit = EMPTY_UNIT;
        for (const event of [...events, resolutionAt(payout, 1e9)]) {
          unit = applyEvent(unit, event);
          const held = unit.holdings[0].cost + unit.holdings[1].cost;
          expect(unit.cashIn - unit.cashOut + held).toBe(unit.realised);
        }
      }),
    );
  });

  it("makes the P&L of a complete unit the plain sum of its cash and its payout", () => {
    fc.assert(
      fc.property(fills, numerators, (events, payout) => {
        const unit = run([...events, resolutionAt(payout, 1e9)]);
        fc.pre(!unit.isIncomplete && events.length > 0);
        let cash = 0n;
        const held = [0n, 0n];
        for (const event of events as Extract<LedgerEvent, { kind: "BUY" | "SELL" }>[]) {
          const fee = event.feeAsset === "collateral" ? event.fee : 0n;
          cash += event.kind === "SELL" ? event.cash - fee : -event.cash - fee;
          const net = event.shares - (event.feeAsset === "shares" ? event.fee : 0n);
          held[event.outcome] = (held[event.outcome] ?? 0n) + (event.kind === "BUY" ? net : -net);
        }
        const total = payout[0] + payout[1];
        const paid = payout.map((n, i) => mulDiv(held[i] ?? 0n, n, total, "floor"));
        expect(unit.realised).toBe(cash + (paid[0] ?? 0n) + (paid[1] ?? 0n));
      }),
    );
  });

  it("comes to the same unit whenever the resolution is learned", () => {
    fc.assert(
      fc.property(fills, numerators, fc.nat(30), fc.nat(30_000), (events, payout, place, ms) => {
        fc.pre(events.length > 0);
        const resolution = resolutionAt(payout, ms);
        const learned = Math.min(place, events.length);
        const early = run([...events.slice(0, learned), resolution, ...events.slice(learned)]);
        const late = run([...events, resolution]);
        expect(early).toEqual(late);
        expect(closedAt(early)).toEqual(closedAt(late));
      }),
    );
  });

  it("gives fills of different units the same result in any order between them", () => {
    fc.assert(
      fc.property(fills, fills, fc.array(fc.boolean(), { maxLength: 60 }), (left, right, picks) => {
        const units = new Map<string, Unit>();
        const queues = { left: [...left], right: [...right] };
        const step = (side: "left" | "right") => {
          const event = queues[side].shift();
          if (event !== undefined) units.set(side, applyEvent(units.get(side) ?? EMPTY_UNIT, event));
        };
        for (const pick of picks) step(pick ? "left" : "right");
        while (queues.left.length + queues.right.length > 0) {
          step("left");
          step("right");
        }
        expect(units.get("left") ?? EMPTY_UNIT).toEqual(run(left));
        expect(units.get("right") ?? EMPTY_UNIT).toEqual(run(right));
      }),
    );
  });

  it("is open exactly while it is unresolved and holds 0.01 shares of something", () => {
    fc.assert(
      fc.property(history, fc.option(numerators), (events, payout) => {
        fc.pre(events.length > 0);
        const unit = run(payout === null ? events : [...events, resolutionAt(payout, 1e9)]);
        const holds = unit.holdings.some((holding) => holding.shares >= FLAT_BELOW);
        expect(closedAt(unit) === null).toBe(payout === null && holds);
      }),
    );
  });

  it("never lets a redemption change the P&L", () => {
    fc.assert(
      fc.property(fills, numerators, amount, amount, (events, payout, first, second) => {
        const resolved = run([...events, resolutionAt(payout, 1e9)]);
        const redeemed = applyEvent(resolved, {
          kind: "REDEMPTION",
          at: epochMs(2e9),
          shares: [shares(first), shares(second)],
        });
        expect(redeemed.realised).toBe(resolved.realised);
      }),
    );
  });
});

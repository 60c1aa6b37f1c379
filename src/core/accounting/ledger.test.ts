import { describe, expect, it } from "vitest";
import { shares, usd } from "../money/amounts.ts";
import { epochMs } from "../time/time.ts";
import { spread, toConversionLegs } from "./convert.ts";
import { applyEvent } from "./ledger.ts";
import type { LedgerEvent } from "./ledger-event.ts";
import { closedAt, EMPTY_UNIT, roiMicros, type Unit } from "./unit.ts";

const M = 1_000_000;
const micros = (amount: number): bigint => BigInt(Math.round(amount * M));
const at = (minute: number) => epochMs(minute * 60_000);

type Options = { outcome?: 0 | 1; fee?: number; feeIn?: "collateral" | "shares"; minute?: number };
const trade = (kind: "BUY" | "SELL", size: number, cash: number, options: Options = {}): LedgerEvent => ({
  kind,
  at: at(options.minute ?? 0),
  outcome: options.outcome ?? 0,
  shares: shares(micros(size)),
  cash: usd(micros(cash)),
  fee: micros(options.fee ?? 0),
  feeAsset: options.feeIn ?? "collateral",
});
const buy = (size: number, cash: number, options?: Options) => trade("BUY", size, cash, options);
const sell = (size: number, cash: number, options?: Options) => trade("SELL", size, cash, options);
const resolve = (first: bigint, second: bigint, minute = 100): LedgerEvent => ({
  kind: "RESOLUTION",
  at: at(minute),
  payoutNumerators: [first, second],
});
const split = (n: number): LedgerEvent => ({ kind: "SPLIT", at: at(0), shares: shares(micros(n)) });
const merge = (n: number): LedgerEvent => ({ kind: "MERGE", at: at(1), shares: shares(micros(n)) });
const redeem = (first: number, second: number): LedgerEvent => ({
  kind: "REDEMPTION",
  at: at(200),
  shares: [shares(micros(first)), shares(micros(second))],
});

const run = (...events: readonly LedgerEvent[]): Unit => events.reduce(applyEvent, EMPTY_UNIT);

type Expected = {
  held: readonly [number, number];
  cost: readonly [number, number];
  realised: number;
  paidIn: number;
  incomplete?: boolean;
  closed?: number | null;
};

const table: readonly (readonly [string, Unit, Expected])[] = [
  ["a BUY costs its cash", run(buy(10, 4)), { held: [10, 0], cost: [4, 0], realised: 0, paidIn: 4 }],
  [
    "a V1 fee on a BUY is taken in shares",
    run(buy(10, 4, { fee: 0.2, feeIn: "shares" })),
    { held: [9.8, 0], cost: [4, 0], realised: 0, paidIn: 4 },
  ],
  [
    "a V2 fee on a BUY adds to the cost",
    run(buy(261, 234.66, { fee: 0.074005 })),
    { held: [261, 0], cost: [234.734005, 0], realised: 0, paidIn: 234.734005 },
  ],
  [
    "a SELL realises proceeds less fee less its part of the cost",
    run(buy(10, 4), sell(4, 2, { fee: 0.1 })),
    { held: [6, 0], cost: [2.4, 0], realised: 0.3, paidIn: 4 },
  ],
  [
    "the cost that leaves rounds up and nothing is lost",
    run(buy(3, 1), sell(1, 0.5)),
    { held: [2, 0], cost: [0.666666, 0], realised: 0.166666, paidIn: 1 },
  ],
  [
    "selling beyond the holding earns nothing for the excess and makes the unit incomplete",
    run(buy(10, 4), sell(40, 20)),
    { held: [0, 0], cost: [0, 0], realised: 1, paidIn: 4, incomplete: true, closed: 0 },
  ],
  [
    "selling what was never bought earns nothing",
    run(sell(5, 3)),
    { held: [0, 0], cost: [0, 0], realised: 0, paidIn: 0, incomplete: true, closed: 0 },
  ],
  ["a split costs half for each token", run(split(10)), { held: [10, 10], cost: [5, 5], realised: 0, paidIn: 10 }],
  [
    "a split of an odd micro loses none",
    run(split(0.000001)),
    { held: [0.000001, 0.000001], cost: [0, 0.000001], realised: 0, paidIn: 0.000001, closed: 0 },
  ],
  [
    "a merge sells both at 0.50",
    run(buy(10, 3), buy(10, 6, { outcome: 1 }), merge(10)),
    { held: [0, 0], cost: [0, 0], realised: 1, paidIn: 9, closed: 1 },
  ],
  [
    "split and sale of one side make P&L per market, not per token",
    run(split(10), sell(10, 7), resolve(0n, 1n)),
    { held: [0, 10], cost: [0, 10], realised: 7, paidIn: 10, closed: 100 },
  ],
  [
    "tokens from elsewhere have no cost and make the unit incomplete",
    run({ kind: "TRANSFER_IN", at: at(0), outcome: 0, shares: shares(micros(5)), cost: null }),
    { held: [5, 0], cost: [0, 0], realised: 0, paidIn: 0, incomplete: true },
  ],
  [
    "tokens from the owner's other wallet bring their cost",
    run({ kind: "TRANSFER_IN", at: at(0), outcome: 0, shares: shares(micros(5)), cost: usd(micros(2)) }),
    { held: [5, 0], cost: [2, 0], realised: 0, paidIn: 2 },
  ],
  [
    "tokens to elsewhere leave at cost without P&L",
    run(buy(10, 4), { kind: "TRANSFER_OUT", at: at(3), outcome: 0, shares: shares(micros(5)), to: "elsewhere" }),
    { held: [5, 0], cost: [2, 0], realised: 0, paidIn: 4 },
  ],
  [
    "tokens to the owner's other wallet take what was paid in along",
    run(buy(10, 4), { kind: "TRANSFER_OUT", at: at(3), outcome: 0, shares: shares(micros(10)), to: "own" }),
    { held: [0, 0], cost: [0, 0], realised: 0, paidIn: 0, closed: 3 },
  ],
  [
    "the winner is paid at the resolution, without any redemption",
    run(buy(10, 4), resolve(1n, 0n)),
    { held: [10, 0], cost: [10, 0], realised: 6, paidIn: 4, closed: 100 },
  ],
  [
    "a loser ridden to zero closes at the resolution",
    run(buy(10, 4), resolve(0n, 1n)),
    { held: [10, 0], cost: [0, 0], realised: -4, paidIn: 4, closed: 100 },
  ],
  [
    "a tie pays half to each side",
    run(buy(10, 4), resolve(1n, 1n)),
    { held: [10, 0], cost: [5, 0], realised: 1, paidIn: 4, closed: 100 },
  ],
  [
    "a payout that does not divide rounds down",
    run(buy(0.000003, 0.000001), resolve(1n, 1n)),
    { held: [0.000003, 0], cost: [0.000001, 0], realised: 0, paidIn: 0.000001, closed: 0 },
  ],
  [
    "numerators may be of any size",
    run(buy(10, 4), resolve(3n * 10n ** 30n, 10n ** 30n)),
    { held: [10, 0], cost: [7.5, 0], realised: 3.5, paidIn: 4, closed: 100 },
  ],
  [
    "a redemption moves cash and no P&L",
    run(buy(10, 4), resolve(1n, 0n), redeem(10, 0)),
    { held: [0, 0], cost: [0, 0], realised: 6, paidIn: 4, closed: 100 },
  ],
  [
    "selling a winner after the resolution counts from its payout",
    run(buy(10, 4), resolve(1n, 0n), sell(10, 9.9, { minute: 101 })),
    { held: [0, 0], cost: [0, 0], realised: 5.9, paidIn: 4, closed: 100 },
  ],
];

describe("ledger", () => {
  it.each(table)("%s", (_, unit, expected) => {
    expect({
      held: unit.holdings.map((holding) => holding.shares),
      cost: unit.holdings.map((holding) => holding.cost),
      realised: unit.realised,
      paidIn: unit.paidIn,
      incomplete: unit.isIncomplete,
      closedAt: closedAt(unit),
    }).toEqual({
      held: expected.held.map(micros),
      cost: expected.cost.map(micros),
      realised: micros(expected.realised),
      paidIn: micros(expected.paidIn),
      incomplete: expected.incomplete ?? false,
      closedAt: expected.closed === undefined || expected.closed === null ? null : at(expected.closed),
    });
  });

  it("closes when less than 0.01 shares of every outcome are left, not when one of them is gone", () => {
    expect(closedAt(run(buy(10, 4), sell(9.99, 5, { minute: 5 })))).toBeNull();
    expect(closedAt(run(buy(10, 4), sell(9.990001, 5, { minute: 5 })))).toBe(at(5));
    expect(closedAt(run(buy(10, 4), buy(1, 0.5, { outcome: 1 }), sell(10, 5)))).toBeNull();
  });

  it("reopens a flat unit that is bought again, as the same unit", () => {
    const flat = run(buy(10, 4), sell(10, 5, { minute: 5 }));
    const reopened = applyEvent(flat, buy(2, 1, { minute: 6 }));
    const closed = applyEvent(reopened, resolve(0n, 1n));
    expect([closedAt(flat), closedAt(reopened), closedAt(closed)]).toEqual([at(5), null, at(100)]);
    expect([closed.realised, closed.paidIn]).toEqual([0n, micros(5)]);
  });

  it("keeps the time at which a unit became flat when its market resolves later", () => {
    expect(closedAt(run(buy(10, 4), sell(10, 5, { minute: 5 }), resolve(1n, 0n)))).toBe(at(5));
  });

  it("judges roi by all that was paid in, cut to one either way, and not at all where nothing was", () => {
    expect(roiMicros(run(buy(10, 4), resolve(0n, 1n)))).toBe(-1_000_000n);
    expect(roiMicros(run(buy(10, 8), resolve(1n, 0n)))).toBe(250_000n);
    expect(roiMicros(run(buy(10, 1), resolve(1n, 0n)))).toBe(1_000_000n);
    expect(roiMicros(run(sell(10, 1)))).toBeNull();
  });

  it("refuses a resolution that pays nobody", () => {
    expect(() => run(buy(1, 1), resolve(0n, 0n))).toThrow("a resolution pays something");
  });
});

describe("conversion", () => {
  const NOTHING: Record<string, Unit> = {};
  /** Ten NO of each of `from`, for ten YES of each of `to` and collateral. */
  const convert = (from: readonly string[], to: readonly string[], released: number, before = NOTHING) => {
    const part = (unit: string, outcome: 0 | 1) => ({ unit, outcome, shares: shares(micros(10)) });
    const legs = toConversionLegs(
      {
        at: at(9),
        from: from.map((unit) => part(unit, 1)),
        to: to.map((unit) => part(unit, 0)),
        released: usd(micros(released)),
      },
      (unit) => before[unit] ?? EMPTY_UNIT,
    );
    return Object.fromEntries(
      legs.map(({ unit, event }) => [unit, applyEvent(before[unit] ?? EMPTY_UNIT, event)] as const),
    );
  };

  it("spreads the cost of the NO given, less the collateral released, over the YES received", () => {
    const before = { a: run(buy(10, 9, { outcome: 1 })), b: run(buy(10, 8, { outcome: 1 })) };
    const after = convert(["a", "b"], ["c", "d"], 10, before);
    expect(["a", "b", "c", "d"].map((unit) => after[unit]?.realised)).toEqual([0n, 0n, 0n, 0n]);
    expect(["c", "d"].map((unit) => after[unit]?.holdings[0])).toEqual([
      { shares: micros(10), cost: micros(3.5) },
      { shares: micros(10), cost: micros(3.5) },
    ]);
    expect(["a", "b"].map((unit) => [after[unit]?.paidIn, after[unit]?.isIncomplete])).toEqual([
      [0n, false],
      [0n, false],
    ]);
  });

  it("gives YES a negative cost where more collateral came back than the NO had cost", () => {
    const before = { a: run(buy(10, 4, { outcome: 1 })), b: run(buy(10, 4, { outcome: 1 })) };
    const c = convert(["a", "b"], ["c"], 10, before).c as Unit;
    expect(c.holdings[0].cost).toBe(micros(-2));
    expect(applyEvent(c, resolve(0n, 1n)).realised).toBe(micros(2));
  });

  it("books the collateral as proceeds where every question was converted", () => {
    const before = { a: run(buy(10, 4, { outcome: 1 })), b: run(buy(10, 4, { outcome: 1 })) };
    const after = convert(["a", "b"], [], 10, before);
    expect(Object.values(after).map((unit) => unit.realised)).toEqual([micros(1), micros(1)]);
  });

  it("marks the YES incomplete where the NO given were not all seen bought", () => {
    expect(Object.values(convert(["a"], ["c"], 0)).map((unit) => unit.isIncomplete)).toEqual([true, true]);
  });

  it("spreads by shares where they differ, the odd micros over the first", () => {
    const parts = [3n, 3n, 1n].map((amount) => ({ shares: shares(amount) }));
    expect(spread(usd(100n), parts)).toEqual([43n, 43n, 14n]);
    expect(spread(usd(-100n), parts)).toEqual([-42n, -43n, -15n]);
  });
});

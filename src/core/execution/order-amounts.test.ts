import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MICROS, price, shares, usd } from "../money/amounts.ts";
import { marketBuyAmounts, refusePrice, sizedAmounts } from "./order-amounts.ts";

const TICKS = [100_000n, 10_000n, 5_000n, 2_500n, 1_000n, 100n];
/** Decimals that the venue allows for the collateral of a resting order, by tick (API sheet, section 2.6). */
const AMOUNT_DECIMALS = new Map([
  [100_000n, 3],
  [10_000n, 4],
  [5_000n, 5],
  [2_500n, 6],
  [1_000n, 5],
  [100n, 6],
]);

const priceOnTick = fc
  .constantFrom(...TICKS)
  .chain((tick) =>
    fc.bigInt({ min: 1n, max: MICROS / tick - 1n }).map((n) => ({ tick: price(tick), at: price(n * tick) })),
  );

describe("market buys", () => {
  test("the fine-tick order that the official client gets refused is in whole cents and 0.0001 shares", () => {
    expect(marketBuyAmounts(usd(9_980_000n), price(985_000n), price(1_000n))).toEqual({
      makerAmount: 9_980_000n,
      takerAmount: 10_131_900n,
    });
  });

  test("spend no more than the stake, keep the venue's decimals, and reach no level above the cap", () => {
    let made = 0;
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 12n }), priceOnTick, (stake, { tick, at }) => {
        const amounts = marketBuyAmounts(usd(stake), at, tick);
        if (typeof amounts === "string") {
          expect(amounts).toBe("AMOUNT_TOO_SMALL");
          return;
        }
        made += 1;
        expect(amounts.makerAmount <= stake && amounts.makerAmount % 10_000n === 0n).toBe(true);
        expect(amounts.takerAmount % 100n).toBe(0n);
        // The next level costs cap + tick a share: the amounts do not pay for it.
        expect(amounts.makerAmount * MICROS < amounts.takerAmount * (at + tick)).toBe(true);
        expect(amounts.makerAmount * MICROS >= amounts.takerAmount * at).toBe(true);
      }),
    );
    expect(made).toBeGreaterThan(50);
  });
});

describe("sells and resting orders", () => {
  test("have 0.01 shares and no more decimals of collateral than the tick allows", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("BUY" as const, "SELL" as const),
        fc.bigInt({ min: 10_000n, max: 10n ** 12n }),
        priceOnTick,
        (side, size, { tick, at }) => {
          const amounts = sizedAmounts(side, shares(size), at, tick);
          if (typeof amounts === "string") throw new Error(amounts);
          const [cash, traded] =
            side === "BUY" ? [amounts.makerAmount, amounts.takerAmount] : [amounts.takerAmount, amounts.makerAmount];
          expect(traded <= size && traded > size - 10_000n && traded % 10_000n === 0n).toBe(true);
          expect(cash * MICROS).toBe(traded * at);
          expect(cash % 10n ** BigInt(6 - (AMOUNT_DECIMALS.get(tick) ?? 0))).toBe(0n);
        },
      ),
    );
  });

  test("less than 0.01 shares is no order", () => {
    expect(sizedAmounts("SELL", shares(9_999n), price(500_000n), price(10_000n))).toBe("AMOUNT_TOO_SMALL");
  });
});

test.each([
  [505_000n, 10_000n, "PRICE_OFF_TICK"],
  [502_500n, 2_500n, null],
  // Four decimals, as the tick has, and still off the grid.
  [502_100n, 2_500n, "PRICE_OFF_TICK"],
  [0n, 10_000n, "PRICE_OUT_OF_RANGE"],
  [1_000_000n, 10_000n, "PRICE_OUT_OF_RANGE"],
  [995_000n, 10_000n, "PRICE_OUT_OF_RANGE"],
  [999_900n, 100n, null],
] as const)("a price of %d at a tick of %d: %s", (at, tick, refusal) => {
  expect(refusePrice(price(at), price(tick))).toBe(refusal);
});

import fc from "fast-check";
import { expect, it } from "vitest";
import { $, aBook, anApprovedOrder, NOON, px, sh } from "../../../test/support/trading.ts";
import { addMs } from "../time/time.ts";
import type { OrderRequest } from "./order.ts";
import { simulatePaperFill } from "./paper-fill.ts";

const order = anApprovedOrder();

it("books what is left when less than half of the book can be had, and keeps the other two figures", () => {
  // 173.46 USD up to 0.52. Sent: all at 0.50. Arrived: 100 at 0.51, then 0.52. Booked: 47 at 0.51, then 94 at 0.52.
  const buy = { ...order, side: "BUY", stakeUsd: $("173.46") } as OrderRequest;
  const sent = aBook([], [["0.5", "1000"]]);
  const arrived = aBook(
    [],
    [
      ["0.51", "100"],
      ["0.52", "200"],
    ],
  );
  expect(simulatePaperFill(buy, sent, arrived, NOON)).toMatchObject({
    status: "filled",
    estimates: {
      optimistic: { size: sh("346.92"), cashUsd: $("173.46") },
      expected: { size: sh("300"), cashUsd: $("155") },
      pessimistic: { size: sh("141"), cashUsd: $("72.85") },
    },
    executions: [{ size: sh("47") }, { size: sh("94") }],
  });
});

it("takes for the optimistic figure of a whole sale the book that paid more", () => {
  const sell = { ...order, side: "SELL", size: sh("100"), limitPrice: px("0.4") } as OrderRequest;
  const bids = (price: string) => aBook([[price, "1000"]], []);
  for (const [sent, arrived] of [
    ["0.5", "0.45"],
    ["0.45", "0.5"],
  ] as const) {
    const { estimates } = simulatePaperFill(sell, bids(sent), bids(arrived), NOON);
    expect(estimates?.optimistic.cashUsd).toBe($("50"));
    expect(estimates?.expected.cashUsd).toBe($(arrived === "0.5" ? "50" : "45"));
  }
});

it("fills the bet against it from the same book, as late and as pessimistically", () => {
  const buy = { ...order, side: "BUY", stakeUsd: $("100"), reverseLimitPrice: px("0.42") } as OrderRequest;
  const arrived = aBook(
    [
      ["0.6", "100"],
      ["0.5", "1000"],
    ],
    [["0.62", "500"]],
  );
  // Of 100 at 1 − 0.6 we count on 47; 1 − 0.5 is above the cap.
  expect(simulatePaperFill(buy, null, arrived, NOON).reverse).toEqual({
    size: sh("47"),
    cashUsd: $("18.8"),
    feesUsd: $("0"),
  });
  expect(simulatePaperFill(buy, null, arrived, addMs(NOON, 60_000)).reverse).toMatchObject({ size: 0n });
  expect(simulatePaperFill(buy, null, null, NOON).reverse).toBeUndefined();
});

it("is unfilled where the book is gone on arrival, although it was there", () => {
  const result = simulatePaperFill(order, aBook([], [["0.5", "1000"]]), null, NOON);
  expect(result).toMatchObject({ status: "unfilled", reason: "NO_BOOK", estimates: { expected: { size: 0n } } });
  expect(result.estimates?.optimistic.size).toBeGreaterThan(0n);
});

const levels = fc.array(fc.tuple(fc.integer({ min: 30, max: 60 }), fc.integer({ min: 1, max: 400_000 })), {
  maxLength: 6,
});
const bookOf = (side: "asks" | "bids", list: readonly (readonly [number, number])[]) => {
  const sorted = [...list].sort((a, b) => (side === "asks" ? a[0] - b[0] : b[0] - a[0]));
  const made = sorted.map(([cents, size]) => [String(cents / 100), String(size / 1_000)] as const);
  return side === "asks" ? aBook([], made) : aBook(made, []);
};

it("pessimistic is never more than expected, nor expected more than optimistic", () => {
  let filled = 0;
  fc.assert(
    fc.property(levels, levels, fc.boolean(), (sent, arrived, buys) => {
      const request = (buys ? order : { ...order, side: "SELL", size: sh("300") }) as OrderRequest;
      const side = buys ? "asks" : "bids";
      const { estimates } = simulatePaperFill(request, bookOf(side, sent), bookOf(side, arrived), NOON);
      if (estimates === undefined) throw new Error("a paper fill has estimates");
      if (estimates.pessimistic.size > 0n) filled += 1;
      expect(estimates.pessimistic.size).toBeLessThanOrEqual(estimates.expected.size);
      expect(estimates.expected.size).toBeLessThanOrEqual(estimates.optimistic.size);
    }),
    { numRuns: 300 },
  );
  expect(filled).toBeGreaterThan(50);
});

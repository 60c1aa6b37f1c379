import { describe, expect, it } from "vitest";
import { $, aBook, aMarketId, aTokenId, NOON, px, sh } from "../../../test/support/trading.ts";
import type { ClientOrderId, PositionId, SignalId } from "../ids/ids.ts";
import { NO_FEE } from "../market/market.ts";
import { addMs } from "../time/time.ts";
import type { OrderRequest } from "./order.ts";
import { simulateFill } from "./simulate-fill.ts";

const terms = {
  clientOrderId: "O-1" as ClientOrderId,
  positionId: "P-1" as PositionId,
  signalId: "S-1" as SignalId,
  marketId: aMarketId(1),
  tokenId: aTokenId(1, 0),
  outcomeIndex: 0,
  limitPrice: px("0.52"),
  tickSize: px("0.01"),
  minOrderSize: sh("5"),
  fee: NO_FEE,
  approvedAt: NOON,
  goodUntil: addMs(NOON, 10_000),
} as const;
const buy = (stakeUsd: string, change: Partial<OrderRequest> = {}): OrderRequest =>
  ({ ...terms, side: "BUY", stakeUsd: $(stakeUsd), ...change }) as OrderRequest;
const sell = (size: string, change: Partial<OrderRequest> = {}): OrderRequest =>
  ({ ...terms, limitPrice: px("0.48"), side: "SELL", size: sh(size), ...change }) as OrderRequest;
const fill = (price: string, size: string, cash: string, fee = "0") => ({
  price: px(price),
  size: sh(size),
  cash: $(cash),
  fee: $(fee),
});

describe("a buy walks the asks", () => {
  it("up to its stake, level by level", () => {
    const book = aBook(
      [],
      [
        ["0.5", "100"],
        ["0.51", "100"],
        ["0.52", "1000"],
      ],
    );
    expect(simulateFill(buy("101"), book, NOON)).toEqual({
      status: "filled",
      executions: [fill("0.5", "100", "50"), fill("0.51", "100", "51")],
    });
  });

  it("not beyond its limit: the rest is not filled", () => {
    const book = aBook(
      [],
      [
        ["0.52", "10"],
        ["0.53", "1000"],
      ],
    );
    expect(simulateFill(buy("100"), book, NOON)).toEqual({ status: "filled", executions: [fill("0.52", "10", "5.2")] });
  });

  it("taking shares on the venue's grid of four decimals, its cost rounded up and never above the stake", () => {
    const book = aBook([], [["0.0033", "100000"]], { tickSize: px("0.0001"), minOrderSize: sh("5") });
    const result = simulateFill(buy("1", { limitPrice: px("0.0034") }), book, NOON);
    expect(result).toEqual({ status: "filled", executions: [fill("0.0033", "303.0303", "1")] });
  });

  it("paying the market's own fee on every level", () => {
    const book = aBook(
      [],
      [
        ["0.5", "10"],
        ["0.52", "10"],
      ],
    );
    expect(simulateFill(buy("10.2", { fee: { rate: 0.05, exponent: 1 } }), book, NOON)).toEqual({
      status: "filled",
      executions: [fill("0.5", "10", "5", "0.125"), fill("0.52", "10", "5.2", "0.1248")],
    });
  });
});

describe("a sell walks the bids", () => {
  it("down to its limit", () => {
    const book = aBook(
      [
        ["0.5", "10"],
        ["0.48", "10"],
        ["0.47", "100"],
      ],
      [],
    );
    expect(simulateFill(sell("50"), book, NOON)).toEqual({
      status: "filled",
      executions: [fill("0.5", "10", "5"), fill("0.48", "10", "4.8")],
    });
  });

  it("in whole hundredths of a share", () => {
    const book = aBook([["0.5", "100"]], []);
    expect(simulateFill(sell("7.1299"), book, NOON)).toEqual({
      status: "filled",
      executions: [fill("0.5", "7.12", "3.56")],
    });
  });
});

describe("nothing is filled", () => {
  const book = aBook([["0.49", "100"]], [["0.51", "100"]]);
  it.each([
    ["NO_LIQUIDITY", "the best ask lies above the limit", buy("10", { limitPrice: px("0.5") }), book, NOON],
    ["NO_LIQUIDITY", "the book is empty", buy("10"), aBook([], []), NOON],
    ["NO_BOOK", "the venue has no book any more", buy("10"), null, NOON],
    ["TICK_CHANGED", "the limit is off the new grid", buy("10", { limitPrice: px("0.515") }), book, NOON],
    ["BELOW_MIN_SIZE", "the stake buys less than the minimum", buy("2"), book, NOON],
    ["BELOW_MIN_SIZE", "less than the minimum is to be sold", sell("4.99"), book, NOON],
    ["ORDER_EXPIRED", "it came too late", buy("10"), book, addMs(NOON, 10_001)],
  ] as const)("with %s when %s", (reason, _, order, seen, at) => {
    expect(simulateFill(order, seen, at)).toEqual({ status: "unfilled", reason });
  });
});

it("an order is filled until its last millisecond, and of the least size", () => {
  const book = aBook([], [["0.52", "100"]]);
  expect(simulateFill(buy("2.6"), book, addMs(NOON, 10_000))).toMatchObject({ executions: [{ size: sh("5") }] });
});

describe("all or nothing", () => {
  const fok = { timeInForce: "FOK" } as const;
  it.each([
    ["the whole stake is on offer", "52", "100", "filled"],
    ["a cent's worth is missing", "52", "99.98", "unfilled"],
    ["only what buys not even a ten-thousandth is left over", "52.00001", "100", "filled"],
  ])("%s", (_, stakeUsd, offered, status) => {
    expect(simulateFill(buy(stakeUsd, fok), aBook([], [["0.52", offered]]), NOON).status).toBe(status);
  });
  it("sells all that can be sold, or nothing", () => {
    const bids = (size: string) => aBook([["0.48", size]], []);
    expect(simulateFill(sell("10.005", fok), bids("10"), NOON).status).toBe("filled");
    expect(simulateFill(sell("10.02", fok), bids("10"), NOON).status).toBe("unfilled");
  });
});

it("an order that may rest is for as many shares as its stake buys at the limit, also where they come cheaper", () => {
  const order = buy("52.009", { timeInForce: "GTC", restUntil: addMs(NOON, 60_000) });
  const asks = [
    ["0.5", "60.005"],
    ["0.52", "1000"],
  ] as const;
  const result = simulateFill(order, aBook([], asks), NOON);
  // 100.01 shares, on the grid of resting orders.
  const executions = [fill("0.5", "60.005", "30.0025"), fill("0.52", "40.005", "20.8026")];
  expect(result).toEqual({ status: "filled", executions });
});

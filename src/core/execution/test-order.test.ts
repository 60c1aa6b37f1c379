import { describe, expect, it } from "vitest";
import { $, aBook, aMarketId, aTokenId, NOON, px, sh, someTerms } from "../../../test/support/trading.ts";
import { NO_FEE } from "../market/market.ts";
import { addMs, type EpochMs, HOUR_MS, MINUTE_MS } from "../time/time.ts";
import { chooseTestMarket, planTestOrder } from "./test-order.ts";

type Change = { readonly endsAt?: EpochMs | null; readonly depth?: string; readonly acceptingOrders?: boolean };
const aToken = (id: number, bid: string, ask: string, change: Change = {}) => {
  const { endsAt = null, depth = "1000", acceptingOrders = true } = change;
  return {
    ...{ marketId: aMarketId(id), tokenIds: [aTokenId(id, 0), aTokenId(id, 1)] as const, outcomeIndex: 0 as const },
    ...{ market: { endsAt }, terms: { ...someTerms, acceptingOrders } },
    book: aBook([[bid, depth]], [[ask, depth]]),
  };
};
type Token = ReturnType<typeof aToken>;
const chosen = (...tokens: readonly Token[]) => chooseTestMarket(tokens, $("1"), NOON)?.token.marketId ?? null;

describe("the plan of the test order", () => {
  it("buys one tick above the best ask and counts what the way back costs", () => {
    const { book } = aToken(1, "0.09", "0.1");
    // 1 / 0.11 = 9.09 shares; each loses the spread of a cent
    expect(planTestOrder(book, NO_FEE, $("1"))).toEqual({
      limitPrice: px("0.11"),
      size: sh("9.09"),
      costUsd: $("0.0909"),
    });
  });

  it("is none where the stake buys less than the least size, or the best prices hold less than twice of it", () => {
    expect(planTestOrder(aToken(1, "0.19", "0.2").book, NO_FEE, $("1"))).toBeNull();
    expect(planTestOrder(aToken(1, "0.09", "0.1", { depth: "18" }).book, NO_FEE, $("1"))).toBeNull();
  });
});

describe("the market of the test order", () => {
  it("is the cheapest that takes orders", () => {
    expect(chosen(aToken(1, "0.07", "0.1"), aToken(2, "0.09", "0.1"))).toBe(aMarketId(2));
    expect(chosen(aToken(1, "0.07", "0.1"), aToken(2, "0.09", "0.1", { acceptingOrders: false }))).toBe(aMarketId(1));
    expect(chosen()).toBeNull();
  });

  it("is rather a dearer one than one whose price need only rise a little, or that ends soon", () => {
    const dear = aToken(1, "0.07", "0.1");
    expect(chosen(dear, aToken(2, "0.18", "0.19"))).toBe(aMarketId(1));
    expect(chosen(dear, aToken(2, "0.09", "0.1", { endsAt: addMs(NOON, 10 * MINUTE_MS) }))).toBe(aMarketId(1));
    expect(chosen(dear, aToken(2, "0.09", "0.1", { endsAt: addMs(NOON, HOUR_MS) }))).toBe(aMarketId(2));
  });

  it("is one of those where there is no other", () => {
    expect(chosen(aToken(1, "0.18", "0.19", { endsAt: addMs(NOON, MINUTE_MS) }))).toBe(aMarketId(1));
  });
});

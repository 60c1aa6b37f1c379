import { expect, test } from "vitest";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import {
  $,
  aLiveOrder,
  aMarketId,
  anOrderHash,
  aTokenId,
  aWallet,
  NOON,
  px,
  sh,
} from "../../../test/support/trading.ts";
import { TransientError } from "../../core/errors.ts";
import { type ManualMarket, manualOrderAgain } from "../../core/execution/manual-order.ts";
import type { OrderResult } from "../../core/execution/order.ts";
import type { ClientOrderId, TokenId } from "../../core/ids/ids.ts";
import { NO_FEE } from "../../core/market/market.ts";
import type { ApprovedOrder } from "../../core/risk/check-order.ts";
import type { LiveOrder } from "../../ports/live-order-store.ts";
import { findLeftovers, type LeftoverDeps } from "./test-leftovers.ts";

const token = aTokenId(1, 0);
const book = { tickSize: px("0.01"), minOrderSize: sh("5"), bids: [], asks: [], asOf: NOON, tokenId: token };
const market: ManualMarket = {
  ...{ marketId: aMarketId(1), tokenIds: [token, aTokenId(1, 1)], outcomeIndex: 0, book },
  terms: { tickSize: px("0.01"), minOrderSize: sh("5"), fee: NO_FEE, acceptingOrders: true },
};
const filled = (size: string): OrderResult => ({
  status: "filled",
  executions: [{ price: px("0.5"), size: sh(size), cash: $("5"), fee: $("0") }],
});
function anOrder(n: number, side: "BUY" | "SELL", result: OrderResult | null): LiveOrder {
  const { signed } = aLiveOrder(n);
  const { makerAmount: usd, takerAmount: size } = signed.order;
  const amounts = side === "BUY" ? {} : { makerAmount: size, takerAmount: usd };
  const clientOrderId = `M-${NOON + n}-${side}` as ClientOrderId;
  return aLiveOrder(n, { clientOrderId, result, signed: { ...signed, order: { ...signed.order, side, ...amounts } } });
}

type World = { orders: LiveOrder[]; held?: string; executor?: string; market?: ManualMarket | null; silent?: number };

async function leftIn({ orders, held = "10", executor = "0", market: found = market, silent = 0 }: World) {
  const told: string[] = [];
  const placed: ApprovedOrder[] = [];
  const clock = createManualClock(NOON);
  let unanswered = silent;
  const deps: LeftoverDeps = {
    store: { named: async (prefix) => orders.filter(({ clientOrderId }) => clientOrderId.startsWith(prefix)) },
    venue: {
      mode: "LIVE",
      withdraw: () => {},
      async place(request) {
        placed.push(request);
        const index = orders.findIndex(({ clientOrderId }) => clientOrderId === request.clientOrderId);
        const result = filled("4");
        orders[index] = { ...(orders[index] as LiveOrder), result };
        return result;
      },
    },
    client: {
      async shares() {
        if (unanswered-- > 0) throw new TransientError("DOWN", "the venue cannot be reached");
        return sh(held);
      },
    },
    ...{ wallet: aWallet(1), clock: { ...clock, sleep: async () => {} }, tell: (line) => told.push(line) },
    marketOf: async () => found,
    nameOf: async () => "Rain: Yes",
    heldByExecutor: async () => new Map<TokenId, ReturnType<typeof sh>>([[token, sh(executor)]]),
  };
  const leftovers = await findLeftovers(deps, AbortSignal.any([]));
  return { sizes: leftovers.map(({ size }) => size), told: told.join("\n"), placed };
}

test("what was bought less what was sold is left, and no more than is there and is not the executor's", async () => {
  const bought = anOrder(1, "BUY", filled("10"));
  const sold = anOrder(2, "SELL", filled("4"));
  expect((await leftIn({ orders: [bought] })).sizes).toEqual([sh("10")]);
  expect((await leftIn({ orders: [bought, sold] })).sizes).toEqual([sh("6")]);
  expect((await leftIn({ orders: [bought], held: "7" })).sizes).toEqual([sh("7")]);
  expect((await leftIn({ orders: [bought], held: "17", executor: "12" })).sizes).toEqual([sh("5")]);
  expect((await leftIn({ orders: [bought, anOrder(3, "SELL", filled("10"))] })).sizes).toEqual([]);
  const unfilled: OrderResult = { status: "unfilled", reason: "NO_LIQUIDITY" };
  expect((await leftIn({ orders: [anOrder(4, "BUY", unfilled)] })).sizes).toEqual([]);
});

test("what the market does not take is told and keeps nobody from a new test", async () => {
  const orders = [anOrder(1, "BUY", filled("10"))];
  expect(await leftIn({ orders, held: "4.99" })).toMatchObject({
    sizes: [],
    told: expect.stringContaining("no less than 5"),
  });
  expect(await leftIn({ orders, market: null })).toMatchObject({
    sizes: [],
    told: expect.stringContaining("trades no more"),
  });
});

test("an order that was cut short is followed to its end first, as it was asked for", async () => {
  const order = anOrder(5, "SELL", null);
  const { sizes, placed, told } = await leftIn({ orders: [anOrder(1, "BUY", filled("10")), order] });
  expect(sizes).toEqual([sh("6")]);
  expect(placed).toEqual([manualOrderAgain(market, order)]);
  expect(placed[0]).toMatchObject({
    clientOrderId: order.clientOrderId,
    side: "SELL",
    size: 10_131_900n,
    tokenId: token,
  });
  expect(told).toContain(anOrderHash(5));
});

test("a venue that does not answer for a while is asked again", async () => {
  const { sizes, told } = await leftIn({ orders: [anOrder(1, "BUY", filled("10"))], silent: 3 });
  expect(sizes).toEqual([sh("10")]);
  expect(told.match(/trying again/g)).toHaveLength(1);
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClobBookSource } from "../../src/adapters/polymarket-clob/book-source.ts";
import type { OrderFault } from "../../src/adapters/simnet/faults/order-faults.ts";
import type { SimMarket } from "../../src/adapters/simnet/world/market.ts";
import type { SignatureType } from "../../src/core/chain/exchange-order.ts";
import type { OrderResult } from "../../src/core/execution/order.ts";
import { entryOrderId, positionId } from "../../src/core/execution/order.ts";
import type { SignalId } from "../../src/core/ids/ids.ts";
import { type PriceMicros, price, type ShareMicros, shares, usd } from "../../src/core/money/amounts.ts";
import type { ApprovedOrder } from "../../src/core/risk/check-order.ts";
import { addMs } from "../../src/core/time/time.ts";
import { COLLATERAL_USD, type LiveSimnet, START, startLiveSimnet, tradedMarket } from "../support/live-simnet.ts";

/** Our client, live venue and signer against a venue that verifies what it gets. */
let live: LiveSimnet;
beforeAll(async () => {
  live = await startLiveSimnet();
});
afterAll(() => live.stop());

type Trader = Awaited<ReturnType<LiveSimnet["login"]>>;
type Filled = Extract<OrderResult, { status: "filled" }>;
const signal = new AbortController().signal;
const TICK = price(10_000n);
let serial = 0;

/** Through the best price by some ticks: the book moves a little while the order is on its way. */
async function draft(market: SimMarket, what: { stakeUsd: bigint } | { size: ShareMicros }): Promise<ApprovedOrder> {
  const source = createClobBookSource({ url: live.simnet.clobUrl, timeoutMs: 2_000, userAgent: "orderflow/test" });
  const [tokenId] = market.tokenIds();
  const [book, terms] = [await source.fetchBook(tokenId, signal), await source.fetchTerms(market.conditionId, signal)];
  const [ask, bid] = [book?.asks[0]?.price, book?.bids[0]?.price];
  if (book === null || terms === null || ask === undefined || bid === undefined) throw new Error("no book");
  const signalId = `S-${++serial}` as SignalId;
  const at = live.clock.nowMs();
  const limitPrice = "size" in what ? worse(bid, -TICK) : worse(ask, TICK);
  const order = {
    ...{ clientOrderId: entryOrderId(signalId), positionId: positionId(signalId), signalId, outcomeIndex: 0 },
    ...{ marketId: market.conditionId, tokenId, limitPrice, approvedAt: at, goodUntil: addMs(at, 200_000) },
    ...{ tickSize: terms.tickSize, minOrderSize: terms.minOrderSize, fee: terms.fee },
    ...("size" in what ? { side: "SELL", ...what } : { side: "BUY", stakeUsd: usd(what.stakeUsd) }),
  };
  return order as unknown as ApprovedOrder;
}
const worse = (at: PriceMicros, by: bigint): PriceMicros => price(at + 3n * by);

const cashOf = ({ index }: Trader): bigint => BigInt(live.simnet.world.accounts.cash(index));
const sharesOf = ({ index }: Trader, market: SimMarket): bigint =>
  BigInt(live.simnet.world.accounts.holding(index, market, 0));
const sum = (result: OrderResult, what: "cash" | "fee" | "size"): bigint =>
  result.status === "filled" ? result.executions.reduce((total, each) => total + each[what], 0n) : 0n;

/** What the result says was exchanged is what the venue's books say. */
async function buy(trader: Trader, market: SimMarket, stakeUsd = 20_000_000n): Promise<OrderResult> {
  const [cash, held] = [cashOf(trader), sharesOf(trader, market)];
  const result = await trader.place(await draft(market, { stakeUsd }));
  expect(cash - cashOf(trader)).toBe(sum(result, "cash") + sum(result, "fee"));
  expect(sharesOf(trader, market) - held).toBe(sum(result, "size"));
  return result;
}

const KINDS: readonly (readonly [name: string, type: SignatureType])[] = [
  ["an EOA", 0],
  ["a proxy wallet", 1],
  ["a Safe", 2],
  ["a deposit wallet", 3],
];

describe.each(KINDS)("with %s", (_name, type) => {
  test.each([false, true])("buys and sells; the chain and the venue's books agree; neg-risk: %s", async (negRisk) => {
    const trader = await live.login(type);
    const market = tradedMarket(live.simnet, live.clock.nowMs(), negRisk);
    const bought = (await buy(trader, market)) as Filled;
    expect(bought.status).toBe("filled");
    expect(sum(bought, "cash")).toBeGreaterThan(19_000_000n);

    const [cash, held] = [cashOf(trader), sharesOf(trader, market)];
    const sold = (await trader.place(await draft(market, { size: shares(held) }))) as Filled;
    expect(sold.status).toBe("filled");
    expect(cashOf(trader) - cash).toBe(sum(sold, "cash") - sum(sold, "fee"));
    expect(held - sharesOf(trader, market)).toBe(sum(sold, "size"));

    const { chain } = live.simnet;
    expect((await trader.store.named("")).filter(({ result }) => result === null)).toEqual([]);
    const logs = chain.nonEmpty(chain.firstBlock, chain.head()).flatMap(chain.logsOf);
    for (const [result, of] of [[bought, "BUY"] as const, [sold, "SELL"] as const]) {
      const id = entryOrderId(`S-${serial - (of === "BUY" ? 1 : 0)}` as SignalId);
      const order = await trader.store.find(id);
      const fills = logs.filter(({ topics }) => topics.length === 4 && topics[1] === order?.orderHash);
      expect(fills).toHaveLength(result.executions.length);
      for (const { topics } of fills) expect(topics[2]?.slice(-40)).toBe(trader.wallet.slice(2));
    }
    expect(await trader.client.collateral(false, signal)).toMatchObject({ balanceUsd: cashOf(trader) });
  });
});

test("all that was spent and earned is in the books: nothing was made or lost", () => {
  const { accounts } = live.simnet.world;
  const { cash, deposited, locked } = accounts.totals();
  expect(cash + locked).toBe(deposited);
  expect(deposited).toBeGreaterThanOrEqual(4 * COLLATERAL_USD * 1e6);
});

describe("what goes wrong at the venue", () => {
  const filled = { status: "filled" };
  const unfilled = (reason: string) => ({ status: "unfilled", reason });
  const CASES: readonly (readonly [faults: readonly OrderFault[], ends: object, posts: number])[] = [
    [["timeout"], filled, 1],
    [["answer lost"], filled, 1],
    [["lost"], filled, 2],
    [["order timed out"], filled, 2],
    [["restarting", "restarting"], filled, 3],
    // What was surely not taken a minute ago is not sent any more.
    [["restarting", "post-only"], unfilled("ORDER_EXPIRED"), 2],
    [["cancel-only"], filled, 2],
    [["disabled"], filled, 2],
    [["rate limited"], filled, 2],
    [["success with an error"], unfilled("ORDER_EXPIRED"), 1],
    [["stale balance"], filled, 2],
    [["no match"], unfilled("NO_LIQUIDITY"), 1],
    [["settlement fails"], unfilled("SETTLEMENT_FAILED"), 1],
    [["tick change"], unfilled("TICK_CHANGED"), 1],
    [["forbidden"], unfilled("VENUE_REFUSED"), 1],
  ];
  test.each(CASES)("%j: one order at most, and the books agree", async (faults, ends, posts) => {
    const trader = await live.login(3, faults.includes("timeout") ? 1_000 : undefined);
    const market = tradedMarket(live.simnet, live.clock.nowMs(), false);
    live.simnet.faults.plan(...faults);
    const before = live.simnet.faults.seen();
    const result = await buy(trader, market);
    expect(result).toMatchObject(ends);
    expect(live.simnet.faults.seen() - before).toBe(posts);
    expect(trader.alarms).toEqual(faults.includes("forbidden") ? ["blocked"] : []);
    expect((await trader.store.named("")).filter(({ result }) => result === null)).toEqual([]);
    if (faults.includes("tick change")) live.simnet.changeTick(market.tokenIds()[0], 0.01);
  });

  test("drawn faults, order after order: what the results say was exchanged is what was", async () => {
    // Not those that only a person ends, that last for the market, or that are waited for in real time.
    const lasting: readonly OrderFault[] = ["forbidden", "tick change", "timeout"];
    const kinds = new Set(CASES.flatMap(([faults]) => faults).filter((fault) => !lasting.includes(fault)));
    const orderFaults = Object.fromEntries([...kinds].map((fault) => [fault, 0.05]));
    const calm = live;
    live = await startLiveSimnet({ seed: 7, orderFaults });
    try {
      const trader = await live.login(3);
      const ends = new Set<string>();
      for (let round = 0; round < 40; round++) {
        const market = tradedMarket(live.simnet, live.clock.nowMs(), round % 2 === 0);
        const result = await buy(trader, market, 5_000_000n);
        ends.add(result.status === "filled" ? "filled" : result.reason);
      }
      expect(ends.size).toBeGreaterThan(3);
      expect(ends).toContain("filled");
      const trades = (await trader.client.trades(START, signal)).filter(({ status }) => status === "CONFIRMED");
      const bought = trades.reduce((total, { size }) => total + size, 0n);
      const held = live.simnet.world.markets.reduce((total, market) => total + sharesOf(trader, market), 0n);
      expect(held).toBe(bought);
    } finally {
      await live.stop();
      live = calm;
    }
  });

  test("after a restart and its two minutes of resting orders only, the next order trades", async () => {
    const trader = await live.login(1);
    const market = tradedMarket(live.simnet, live.clock.nowMs(), true);
    live.simnet.faults.plan("restarting", "post-only");
    expect(await buy(trader, market)).toEqual(unfilled("ORDER_EXPIRED"));
    expect(await buy(trader, market)).toMatchObject(filled);
  });

  test("the same bytes sent again after an answer that was lost are a duplicate, and one order", async () => {
    const trader = await live.login(2);
    const market = tradedMarket(live.simnet, live.clock.nowMs(), true);
    const result = await buy(trader, market);
    const order = await trader.store.find(entryOrderId(`S-${serial}` as SignalId));
    if (order === null) throw new Error("no order");
    const cash = cashOf(trader);
    expect(await trader.client.postOrder(order.signed, signal)).toEqual({ kind: "duplicate" });
    expect([cashOf(trader), result.status]).toEqual([cash, "filled"]);
  });
});

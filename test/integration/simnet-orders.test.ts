import type { Hex } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ApiRequest, l1Headers, l2Headers, l2Signature } from "../../src/adapters/polymarket-clob/auth.ts";
import type { SimMarket } from "../../src/adapters/simnet/world/market.ts";
import { clobAuthDigest } from "../../src/core/chain/clob-attestation.ts";
import { orderDomain } from "../../src/core/chain/exchange-order.ts";
import type { OrderAnswer } from "../../src/core/execution/venue-answer.ts";
import { type OrderHash, parseAddress, parseOrderHash, parseTokenId } from "../../src/core/ids/ids.ts";
import { type LiveSimnet, OWNER, startLiveSimnet, tradedMarket, WALLETS } from "../support/live-simnet.ts";
import { type Change, CROSSING, signResting } from "../support/signed-orders.ts";

/** What the venue of simnet takes, refuses, rests and cancels. */
let live: LiveSimnet;
let trader: Awaited<ReturnType<LiveSimnet["login"]>>;
let market: SimMarket;
beforeAll(async () => {
  live = await startLiveSimnet();
  trader = await live.login(3);
});
afterAll(() => live.stop());
beforeEach(() => {
  market = tradedMarket(live.simnet, live.clock.nowMs(), false);
});

const signal = new AbortController().signal;
const sign = (change: Change = {}) => signResting(live, trader.wallet, market, change);
const pass = (ms: number) => live.pass(ms);
const post = async (change: Change = {}): Promise<OrderAnswer> => trader.client.postOrder(await sign(change), signal);
describe("an order is refused", () => {
  const FAK = { timeInForce: "FAK" } as const;
  const stranger = parseAddress(`0x${"cc".repeat(20)}`);
  test.each<[what: string, change: Change, kind: string, text: string]>([
    ["of another wallet", { order: { maker: stranger, signer: stranger } }, "config", "address of the API KEY"],
    [
      "of an unknown maker",
      { order: { maker: stranger, signer: parseAddress(OWNER.address), signatureType: 2 } },
      "config",
      "deposit wallet flow",
    ],
    [
      "of another signature type",
      { order: { signer: parseAddress(OWNER.address), signatureType: 1 } },
      "config",
      "invalid signature",
    ],
    ["signed for the neg-risk exchange", { domain: orderDomain("v1", true) }, "config", "invalid signature"],
    ["signed for version 3", { domain: orderDomain("v2", false) }, "version", "order_version_mismatch"],
    ["whose signature was changed", { sent: { signature: `0x${"5a".repeat(317)}` } }, "config", "invalid signature"],
    ["without the nesting", { sent: { signature: `0x${"5a".repeat(65)}` } }, "config", "invalid signature"],
    ["off the tick", { order: { makerAmount: 2_500_000n } }, "tick", "breaks minimum tick size rule: 0.01"],
    ["at a price of 1", { order: { makerAmount: 100_000_000n } }, "tick", "breaks minimum tick size rule"],
    [
      "of a thousandth of a share",
      { order: { makerAmount: 2_000_020n, takerAmount: 100_001_000n } },
      "amounts",
      "max accuracy of 4 decimals, taker amount a max of 2",
    ],
    [
      "below the minimum",
      { order: { makerAmount: 80_000n, takerAmount: 4_000_000n } },
      "size",
      "Size (4) lower than the minimum: 5",
    ],
    [
      "in tenths of a cent",
      { order: { makerAmount: 2_001_000n, takerAmount: 100_050_000n }, sent: FAK },
      "amounts",
      "the market buy orders maker amount supports a max accuracy of 2 decimals",
    ],
    [
      "above the balance",
      { order: { makerAmount: 2_000_000_000n, takerAmount: 100_000_000_000n } },
      "funds",
      "balance: 1000000000, order amount: 2000000000",
    ],
    [
      "of shares that are not there",
      { order: { side: "SELL", makerAmount: 100_000_000n, takerAmount: 98_000_000n } },
      "funds",
      "balance: 0",
    ],
    ["that would cross, post-only", { order: CROSSING, sent: { postOnly: true } }, "market", "order crosses book"],
    ["that expires at once", { sent: { timeInForce: "GTD", expiration: 1 } }, "market", "invalid expiration"],
    ["for a token that nobody has", { order: { tokenId: parseTokenId("12345") } }, "other", "orderbook does not exist"],
  ])("%s", async (_what, change, sort, text) => {
    const answer = await post(change);
    expect(answer).toMatchObject({ kind: "refused", class: sort });
    expect(answer.kind === "refused" && answer.text).toContain(text);
    expect(await trader.client.openOrders(signal)).toEqual([]);
  });

  test("when nothing crosses at once, or not all of it", async () => {
    expect(await post({ sent: FAK })).toEqual({ kind: "no-fill" });
    const state = live.simnet.world.stateOf(market);
    if (state === undefined) throw new Error("no book");
    const asks = live.simnet.world.quotes.side(state, live.clock.nowMs(), false);
    const best = asks[0]?.pips ?? 0;
    const depth = asks.filter(({ pips }) => pips === best).reduce((sum, { lots }) => sum + lots * best, 0);
    // Five dollars more than there is at the best price.
    const makerAmount = BigInt(Math.ceil(depth / 10_000) + 500) * 10_000n;
    const takerAmount = ((makerAmount * 10_000n) / BigInt(best) / 100n) * 100n;
    const cash = live.simnet.world.accounts.cash(trader.index);
    const order = { makerAmount, takerAmount };
    expect(await post({ order, sent: { timeInForce: "FOK" } })).toEqual({ kind: "no-fill" });
    expect(live.simnet.world.accounts.cash(trader.index)).toBe(cash);
    expect(await post({ order, sent: FAK })).toMatchObject({ kind: "accepted", makingAmount: BigInt(depth) });
  });
});

test.each([0, 1, 2, 3] as const)(
  "signature type %d: only the owner's key, and only for what it signed",
  async (type) => {
    const { client, wallet } = await live.login(type);
    const signer = type === 3 ? wallet : parseAddress(OWNER.address);
    const order = { maker: wallet, signer, signatureType: type };
    const stranger = privateKeyToAccount(`0x${"44".repeat(32)}`);
    const refused = { kind: "refused", class: "config", text: "invalid signature" };
    expect(await client.postOrder(await sign({ order, key: stranger }), signal)).toEqual(refused);
    const own = await sign({ order });
    const changed = { ...own, order: { ...own.order, takerAmount: own.order.takerAmount * 2n } };
    expect(await client.postOrder(changed, signal)).toEqual(refused);
    expect(await client.postOrder(own, signal)).toMatchObject({
      kind: "accepted",
      status: "live",
      orderHash: own.hash,
    });
    await client.cancelAll(signal);
  },
);

test("a private request is answered only with key, passphrase, address, time and an HMAC over its exact bytes", async () => {
  const { credentials } = trader;
  const seconds = Math.floor(live.clock.nowMs() / 1_000);
  const body = '{"orderID":"0x01"}';
  const cancel = { method: "DELETE", path: "/order", body } as const;
  const headers = l2Headers(OWNER.address, credentials, cancel, seconds);
  const ask = async (change: Partial<typeof headers>, sent = body) =>
    (await fetch(`${live.simnet.clobUrl}/order`, { method: "DELETE", headers: { ...headers, ...change }, body: sent }))
      .status;
  const signed = (request: ApiRequest, at = seconds, secret = credentials.secret) => ({
    POLY_SIGNATURE: l2Signature(secret, request, at),
    POLY_TIMESTAMP: String(at),
  });
  expect(await ask({})).toBe(200);
  expect(await ask({}, '{"orderID": "0x01"}')).toBe(401);
  expect(await ask(signed({ ...cancel, path: "/orders" }))).toBe(401);
  expect(await ask(signed({ ...cancel, method: "POST" }))).toBe(401);
  expect(await ask(signed(cancel, seconds, Buffer.from("another secret").toString("base64")))).toBe(401);
  expect(await ask(signed(cancel, seconds - 9))).toBe(200);
  expect(await ask(signed(cancel, seconds - 12))).toBe(401);
  expect(await ask({ POLY_TIMESTAMP: String(seconds - 1) })).toBe(401);
  expect(await ask({ POLY_PASSPHRASE: "another" })).toBe(401);
  expect(await ask({ POLY_API_KEY: "another" })).toBe(401);
  expect(await ask({ POLY_ADDRESS: `0x${"44".repeat(20)}` })).toBe(401);
  expect(await ask({ POLY_SIGNATURE: headers.POLY_SIGNATURE.replace("=", "") })).toBe(401);
});

test("credentials are made only for who attests to the key, now", async () => {
  const seconds = Math.floor(live.clock.nowMs() / 1_000);
  const attest = async (key: PrivateKeyAccount, address: Hex, at: number) => {
    const signature = await key.sign({ hash: clobAuthDigest(address, at, 7) });
    const headers = l1Headers(address, signature, at, 7);
    return (await fetch(`${live.simnet.clobUrl}/auth/api-key`, { method: "POST", headers })).status;
  };
  const stranger = privateKeyToAccount(`0x${"44".repeat(32)}`);
  expect(await attest(stranger, OWNER.address, seconds)).toBe(401);
  expect(await attest(OWNER, OWNER.address, seconds - 60)).toBe(401);
  expect(await attest(OWNER, OWNER.address, seconds)).toBe(200);
  expect(await attest(OWNER, OWNER.address, seconds)).toBe(400);
});

test("an account that may only sell does not buy; its credentials work, wrong ones do not", async () => {
  const closed = { owner: OWNER.address, wallet: WALLETS[3], signatureType: 3, collateralUsd: 1 } as const;
  const other = await startLiveSimnet({ accounts: [{ ...closed, isClosedOnly: true }] });
  try {
    const seller = await other.login(3);
    expect(await seller.client.isClosedOnly(signal)).toBe(true);
    expect(await trader.client.isClosedOnly(signal)).toBe(false);
    market = tradedMarket(other.simnet, other.clock.nowMs(), false);
    expect(await seller.client.postOrder(await sign(), signal)).toMatchObject({
      kind: "refused",
      class: "closed-only",
    });
    // The time is signed with every request.
    await other.clock.advance(11_000);
    expect(await seller.client.openOrders(signal)).toEqual([]);
    const { credentials } = seller;
    const ask = (headers: Record<string, string>) => fetch(`${other.simnet.clobUrl}/data/orders`, { headers });
    expect((await ask({})).status).toBe(401);
    expect((await ask({ POLY_API_KEY: credentials.key, POLY_PASSPHRASE: credentials.passphrase })).status).toBe(401);
  } finally {
    await other.stop();
  }
});

test("resting orders bind the money, expire, and are cancelled one by one and all", async () => {
  const { client } = trader;
  const at = Math.floor(live.clock.nowMs() / 1_000);
  const orders = [await sign(), await sign(), await sign({ sent: { timeInForce: "GTD", expiration: at + 200 } })];
  const [first, second, third] = orders.map(({ hash }) => hash) as [OrderHash, OrderHash, OrderHash];
  for (const order of orders) {
    expect(await client.postOrder(order, signal)).toMatchObject({ kind: "accepted", status: "live" });
    expect(await client.postOrder(order, signal)).toEqual({ kind: "duplicate" });
  }
  expect((await client.openOrders(signal)).map(({ orderHash: hash }) => hash)).toEqual(orders.map(({ hash }) => hash));
  const tooMuch = await post({ order: { makerAmount: 996_000_000n, takerAmount: 49_800_000_000n } });
  expect(tooMuch.kind === "refused" && tooMuch.text).toContain("sum of active orders: 6000000");
  await pass(150_000);
  expect(await client.openOrders(signal)).toHaveLength(2);
  expect(await client.order(third, signal)).toMatchObject({ status: "gone" });
  const nobody = parseOrderHash(`0x${"0".repeat(63)}1`);
  expect(await client.cancel([first, nobody], signal)).toEqual({
    cancelled: [first],
    notCancelled: new Map([[nobody, "order not found"]]),
  });
  expect((await client.cancelAll(signal)).cancelled).toEqual([second]);
  expect(await client.openOrders(signal)).toEqual([]);
});

test("a resting order that others take is a maker's trade, with the chain's hash and no fee", async () => {
  const { world } = live.simnet;
  const cash = world.accounts.cash(trader.index);
  const at = live.clock.nowMs();
  const state = world.stateOf(market);
  if (state === undefined) throw new Error("no book");
  // Between the best bid and the best offer.
  const pips = Math.floor((world.quotes.mid(state, at) * 10_000) / 100) * 100;
  const order = { makerAmount: BigInt(pips) * 1_000n, takerAmount: 10_000_000n };
  expect(await post({ order, sent: { postOnly: true } })).toMatchObject({ status: "live" });
  // Somebody simulated buys the other outcome: both pay their part of new sets.
  const stranger = world.wallets.find(({ kind }) => kind === "noise")?.index ?? 0;
  const taker = { wallet: stranger, outcome: 1, side: "BUY", limitPips: 10_000 - pips, lots: 100_000 } as const;
  world.orderEntry.take(market, { ...taker, budget: null, orderHash: `0x${"ee".repeat(32)}` }, at, false);
  await pass(60_000);
  const own = () => trader.client.trades(at, signal);
  const trades = await own();
  expect(trades).toHaveLength(1);
  for (const trade of trades) {
    expect(trade).toMatchObject({ role: "maker", side: "BUY", size: 10_000_000n, status: "CONFIRMED" });
    expect(trade.txHash).toMatch(/^0x[0-9a-f]{64}$/);
    const told = await trader.client.order(trade.orderHash, signal);
    expect(told).toMatchObject({ status: "matched", tradeIds: [trade.id] });
  }
  const paid = trades.reduce((sum, { size, price }) => sum + (size * price) / 1_000_000n, 0n);
  expect(BigInt(cash - world.accounts.cash(trader.index))).toBe(paid);
});

import { AssetType, ClobClient, OrderType, Side, SignatureTypeV2 } from "@polymarket/clob-client-v2";
import { createWalletClient, type Hex, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { polygon } from "viem/chains";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createManualClock, type ManualClock } from "../../../../test/support/manual-clock.ts";
import { GENESIS_MS, HOUR_MS, SMALL_POPULATION } from "../../../../test/support/simulated-chain.ts";
import { epochMs } from "../../../core/time/time.ts";
import { type Simnet, startSimnet } from "../simnet.ts";
import type { SimMarket } from "../world/market.ts";

/** The venue's own client, pointed at simnet: what it can do there is not only our reading of the API. */
const START = epochMs(GENESIS_MS + 2 * HOUR_MS + 5 * 60_000);
const account = privateKeyToAccount(`0x${"22".repeat(32)}`);
const WALLETS: readonly (readonly [name: string, type: SignatureTypeV2, wallet: Hex])[] = [
  ["an EOA", SignatureTypeV2.EOA, account.address],
  ["a proxy wallet", SignatureTypeV2.POLY_PROXY, `0x${"a1".repeat(20)}`],
  ["a Safe", SignatureTypeV2.POLY_GNOSIS_SAFE, `0x${"a2".repeat(20)}`],
  ["a deposit wallet", SignatureTypeV2.POLY_1271, `0x${"a3".repeat(20)}`],
];

let clock: ManualClock;
let simnet: Simnet;
beforeAll(async () => {
  clock = createManualClock(START);
  const accounts = WALLETS.map(([, signatureType, wallet]) => ({
    ...{ owner: account.address, wallet, collateralUsd: 1_000 },
    signatureType: signatureType as 0 | 1 | 2 | 3,
  }));
  const world = { seed: 15, genesisMs: GENESIS_MS, history: 1, wallets: SMALL_POPULATION };
  simnet = await startSimnet({ ...world, port: 0, clock, accounts });
});
afterAll(() => simnet.stop());

const signer = createWalletClient({ account, chain: polygon, transport: http("http://127.0.0.1:1") });
const common = () => ({ host: simnet.clobUrl, chain: 137 as const, signer, useServerTime: true, throwOnError: true });

async function login(signatureType: SignatureTypeV2, funderAddress: string): Promise<ClobClient> {
  const anonymous = new ClobClient(common());
  const creds = await anonymous.deriveApiKey().catch(() => anonymous.createApiKey());
  return new ClobClient({ ...common(), creds, signatureType, funderAddress });
}

function market(negRisk: boolean, tickPips = 100): SimMarket {
  const at = clock.nowMs();
  const isMeant = (each: SimMarket): boolean => each.negRisk === negRisk && each.terms.tickPips === tickPips;
  const found = simnet.world.markets.find((each) => isMeant(each) && each.opensAt < at && each.endsAt > at + 60_000);
  if (found === undefined) throw new Error("the history holds no such market");
  return found;
}

describe.each(WALLETS)("the official client with %s", (_name, type, wallet) => {
  test.each([false, true])("buys at once, rests, lists and cancels; neg-risk: %s", async (negRisk) => {
    const client = await login(type, wallet);
    const tokenID = market(negRisk).tokenIds()[0];
    const book = await client.getOrderBook(tokenID);
    const ask = Math.min(...book.asks.map(({ price }) => Number(price)));
    const bid = Math.max(...book.bids.map(({ price }) => Number(price)));

    const before = Number((await client.getBalanceAllowance({ asset_type: AssetType.COLLATERAL })).balance);
    const buy = { tokenID, amount: 10, price: ask, side: Side.BUY, orderType: OrderType.FAK } as const;
    const bought = await client.createAndPostMarketOrder(buy, undefined, OrderType.FAK, true);
    expect(bought).toMatchObject({ success: true, errorMsg: "", status: "matched" });
    const tradeIds = bought.tradeIDs ?? [];
    expect(tradeIds.length).toBeGreaterThan(0);
    expect(Number(bought.takingAmount)).toBeCloseTo(Number(bought.makingAmount) / ask, 1);
    const after = Number((await client.getBalanceAllowance({ asset_type: AssetType.COLLATERAL })).balance);
    expect(before - after).toBeGreaterThanOrEqual(Number(bought.makingAmount) * 1e6);
    const held = await client.getBalanceAllowance({ asset_type: AssetType.CONDITIONAL, token_id: tokenID });
    expect(Number(held.balance)).toBe(Number(bought.takingAmount) * 1e6);

    const rest = { tokenID, price: bid, size: 20, side: Side.BUY } as const;
    const resting = await client.createAndPostOrder(rest, undefined, OrderType.GTC, true, true);
    expect(resting).toMatchObject({ success: true, status: "live" });
    const open = await client.getOpenOrders();
    expect(open.map(({ id, original_size }) => [id, original_size])).toEqual([[resting.orderID, "20"]]);
    expect(await client.cancelOrder({ orderID: resting.orderID })).toEqual({
      canceled: [resting.orderID],
      not_canceled: {},
    });
    expect(await client.getOpenOrders()).toEqual([]);
    expect((await client.getOrder(resting.orderID)).status).toBe("ORDER_STATUS_CANCELED");

    const mine = async () =>
      (await client.getTrades()).filter(({ taker_order_id }) => taker_order_id === bought.orderID);
    expect((await mine()).map(({ status }) => status)).toEqual(tradeIds.map(() => "MATCHED"));
    await clock.advance(30_000);
    expect((await mine()).map(({ status }) => status)).toEqual(tradeIds.map(() => "CONFIRMED"));
    expect((await mine()).every(({ transaction_hash }) => /^0x[0-9a-f]{64}$/.test(transaction_hash ?? ""))).toBe(true);
  });
});

test("it cancels by market, a list, and all", async () => {
  const client = await login(SignatureTypeV2.EOA, account.address);
  const rest = async (of: SimMarket): Promise<string> => {
    const order = { tokenID: of.tokenIds()[0], price: 0.01, size: 100, side: Side.BUY } as const;
    return (await client.createAndPostOrder(order, undefined, OrderType.GTC, false, true)).orderID;
  };
  const [standard, negRisk] = [market(false), market(true)];
  const [a, b, c, d] = [await rest(standard), await rest(negRisk), await rest(negRisk), await rest(negRisk)];
  expect(await client.cancelMarketOrders({ market: standard.conditionId })).toMatchObject({ canceled: [a] });
  expect(await client.cancelOrders([b, b])).toMatchObject({ canceled: [b], not_canceled: { [b]: expect.any(String) } });
  expect(await client.cancelAll()).toEqual({ canceled: [c, d], not_canceled: {} });
  expect(await client.getClosedOnlyMode()).toEqual({ closed_only: false });
});

test("its BUY on a tick of 0.001 has five decimals of shares and is refused, as outside", async () => {
  const client = await login(SignatureTypeV2.EOA, account.address);
  const order = { tokenID: market(false, 10).tokenIds()[0], amount: 9.98, price: 0.985, side: Side.BUY };
  await expect(client.createAndPostMarketOrder(order, undefined, OrderType.FAK, true)).rejects.toThrow(
    "taker amount a max of 4 decimals",
  );
});

test("another key's signature, an unsigned request and an order for another exchange are refused", async () => {
  const [, type, wallet] = WALLETS[3] ?? [];
  if (type === undefined || wallet === undefined) throw new Error("no deposit wallet");
  const client = await login(type, wallet);
  const tokenID = market(false).tokenIds()[0];
  const order = { tokenID, price: 0.01, size: 100, side: Side.BUY } as const;
  const post = (options: { negRisk?: boolean; version?: number }) =>
    client.createOrder(order, options as never).then((signed) => client.postOrder(signed, OrderType.GTC));
  await expect(post({ negRisk: true })).rejects.toThrow("invalid signature");
  await expect(post({ version: 3 })).rejects.toThrow("order_version_mismatch");
  await expect(new ClobClient({ ...common() }).getOpenOrders()).rejects.toThrow();
  const thief = privateKeyToAccount(`0x${"33".repeat(32)}`);
  const stolen = createWalletClient({ account: thief, chain: polygon, transport: http("http://127.0.0.1:1") });
  const creds = await new ClobClient({ ...common(), signer: stolen }).createApiKey();
  const other = new ClobClient({ ...common(), signer: stolen, creds, signatureType: type, funderAddress: wallet });
  const signed = await other.createOrder(order);
  await expect(other.postOrder(signed, OrderType.GTC)).rejects.toThrow("address of the API KEY");
});

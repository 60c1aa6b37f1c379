import {
  Chain,
  isV2Order,
  OrderBuilder,
  OrderType,
  orderToJsonV2,
  Side,
  type SignatureTypeV2,
} from "@polymarket/clob-client-v2";
import fc from "fast-check";
import { createWalletClient, getAddress, type Hex, http, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { polygon } from "viem/chains";
import { expect, test } from "vitest";
import { propertyRuns } from "../../../test/support/property-runs.ts";
import {
  type ExchangeOrder,
  encodeSignature,
  orderDomain,
  type SignatureType,
  signingDigest,
  ZERO_32,
} from "../../core/chain/exchange-order.ts";
import { sizedAmounts } from "../../core/execution/order-amounts.ts";
import { parseAddress, parseTokenId } from "../../core/ids/ids.ts";
import { shares, price as toPrice } from "../../core/money/amounts.ts";
import { epochMs } from "../../core/time/time.ts";
import { orderBody } from "./order-body.ts";

const TICKS = ["0.1", "0.01", "0.005", "0.0025", "0.001", "0.0001"] as const;
const API_KEY = "11111111-2222-3333-4444-555555555555";
const account = privateKeyToAccount(`0x${"11".repeat(32)}`);
const signer = createWalletClient({ account, chain: polygon, transport: http("http://127.0.0.1:1") });

const anyOrder = fc.record({
  signatureType: fc.constantFrom<SignatureType>(0, 1, 2, 3),
  wallet: fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => getAddress(toHex(bytes))),
  market: fc.constantFrom(["v1", false] as const, ["v1", true] as const, ["v2", false] as const),
  tokenId: fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }).map(String),
  side: fc.constantFrom("BUY" as const, "SELL" as const),
  tick: fc.constantFrom(...TICKS),
  level: fc.double({ min: 0, max: 1, noNaN: true }),
  lots: fc.integer({ min: 500, max: 5_000_000 }),
  kind: fc.constantFrom("GTC" as const, "GTD" as const),
  expiration: fc.integer({ min: 1_800_000_000, max: 1_900_000_000 }),
  postOnly: fc.boolean(),
});

test("the official client makes the same amounts, signature and bytes as we do, of a thousand random orders", async () => {
  let different = 0;
  await fc.assert(
    fc.asyncProperty(anyOrder, async (drawn) => {
      const { signatureType, market, tick, side, lots, kind, postOnly, tokenId } = drawn;
      const [version, negRisk] = market;
      const wallet: Hex = signatureType === 0 ? account.address : drawn.wallet;
      const ticks = Math.round(1 / Number(tick));
      const price = (1 + Math.floor(drawn.level * (ticks - 2))) / ticks;
      const expiration = kind === "GTD" ? drawn.expiration : 0;
      const builder = new OrderBuilder(signer, Chain.POLYGON, signatureType as number as SignatureTypeV2, wallet);
      const asked = { tokenID: tokenId, price, size: lots / 100, side: Side[side], expiration };
      const theirs = await builder.buildOrder(asked, { tickSize: tick, negRisk }, version === "v2" ? 3 : 2);
      if (!isV2Order(theirs)) throw new Error("an order of V1");

      const [size, micros] = [shares(BigInt(lots) * 10_000n), toPrice(BigInt(Math.round(price * 1e6)))];
      const amounts = sizedAmounts(side, size, micros, toPrice(BigInt(Math.round(1e6 / ticks))));
      if (typeof amounts === "string") throw new Error(amounts);
      const said = { makerAmount: BigInt(theirs.makerAmount), takerAmount: BigInt(theirs.takerAmount) };
      if (said.makerAmount !== amounts.makerAmount || said.takerAmount !== amounts.takerAmount) different += 1;
      const order: ExchangeOrder = {
        ...said,
        ...{ salt: BigInt(theirs.salt), tokenId: parseTokenId(tokenId), side, signatureType },
        maker: parseAddress(wallet),
        signer: parseAddress(signatureType === 3 ? wallet : account.address),
        ...{ timestamp: epochMs(Number(theirs.timestamp)), metadata: ZERO_32, builder: ZERO_32 },
      };
      const domain = orderDomain(version, negRisk);
      const signature = encodeSignature(order, domain, await account.sign({ hash: signingDigest(order, domain) }));
      expect(signature).toBe(theirs.signature);
      const body = orderToJsonV2(theirs, API_KEY, OrderType[kind], postOnly, true);
      expect(orderBody({ order, signature, expiration, timeInForce: kind, postOnly }, API_KEY)).toBe(
        JSON.stringify(body),
      );
    }),
    { numRuns: propertyRuns(1_000) },
  );
  expect(different).toBe(0);
}, 60_000);

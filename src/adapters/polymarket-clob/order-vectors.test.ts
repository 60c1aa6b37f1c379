import { existsSync, readFileSync } from "node:fs";
import { type Hex, recoverAddress } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { clobAuthDigest } from "../../core/chain/clob-attestation.ts";
import {
  type ExchangeOrder,
  encodeSignature,
  orderDomain,
  orderHash,
  signingDigest,
} from "../../core/chain/exchange-order.ts";
import { parseAddress, parseTokenId } from "../../core/ids/ids.ts";
import type { EpochMs } from "../../core/time/time.ts";
import { l2Signature } from "./auth.ts";
import { orderBody } from "./order-body.ts";

const GOLDEN = "../shared/samples/golden_order_vectors.json";
const VECTORS = "../shared/vectors/orders.json";

/** @returns null where the recorded files are not there; what needs them is skipped and says so. */
function load<Schema extends z.ZodType>(path: string, schema: Schema): z.infer<Schema> | null {
  return existsSync(path) ? schema.parse(JSON.parse(readFileSync(path, "utf8"))) : null;
}

const hex = z.string().transform((text) => text as Hex);
const message = z.object({
  salt: z.string().transform(BigInt),
  maker: z.string().transform(parseAddress),
  signer: z.string().transform(parseAddress),
  tokenId: z.string().transform(parseTokenId),
  makerAmount: z.string().transform(BigInt),
  takerAmount: z.string().transform(BigInt),
  side: z.union([z.literal("BUY"), z.literal("SELL"), z.literal(0), z.literal(1)]),
  signatureType: z.literal([0, 1, 2, 3]),
  timestamp: z.string().transform((text) => Number(text) as EpochMs),
  metadata: hex,
  builder: hex,
});
const toOrder = (parsed: z.infer<typeof message>): ExchangeOrder => ({
  ...parsed,
  side: parsed.side === "BUY" || parsed.side === 0 ? "BUY" : "SELL",
});

const headers = z.object({ poly_signature: z.string(), poly_timestamp: z.string() });
const golden = z.object({
  privateKey: hex,
  signerAddress: hex,
  cases: z.array(
    z.object({
      name: z.string(),
      protocolDomainVersion: z.number(),
      negRisk: z.boolean(),
      domain: z.object({ verifyingContract: z.string().transform(parseAddress) }),
      orderHash: z.string(),
      order: message.extend({ signature: hex }),
      postBody: z.object({ owner: z.string(), orderType: z.literal(["GTC", "GTD", "FOK", "FAK"]) }),
      rawBody: z.string(),
      l2Headers: headers,
    }),
  ),
  l1: z.object({ headers }),
  l2get: z.object({ headers }),
  l2delete: z.object({ path: z.string(), body: z.string(), headers }),
  credsUsed: z.object({ key: z.string(), secret: z.string(), passphrase: z.string() }),
});

const recordedOrders = load(GOLDEN, golden);
describe.skipIf(recordedOrders === null)(`orders as the official client makes them (${GOLDEN})`, () => {
  if (recordedOrders === null) return;
  const { cases, credsUsed, l1, l2delete, l2get, privateKey, signerAddress } = recordedOrders;
  const account = privateKeyToAccount(privateKey);

  test.each(cases)("$name has the same hash, signature, body and headers, byte for byte", async (recorded) => {
    const order = toOrder(recorded.order);
    const domain = orderDomain(recorded.protocolDomainVersion === 3 ? "v2" : "v1", recorded.negRisk);
    expect(domain.verifyingContract).toBe(recorded.domain.verifyingContract);
    expect(orderHash(order, domain)).toBe(recorded.orderHash);
    const digest = signingDigest(order, domain);
    const signature = encodeSignature(order, domain, await account.sign({ hash: digest }));
    expect(signature).toBe(recorded.order.signature);
    const inner = signature.slice(0, 132) as Hex;
    expect(await recoverAddress({ hash: digest, signature: inner })).toBe(signerAddress);

    const { orderType: timeInForce, owner } = recorded.postBody;
    const body = orderBody({ order, signature, expiration: 0, timeInForce, postOnly: false }, owner);
    expect(body).toBe(recorded.rawBody);
    const request = { method: "POST", path: "/order", body } as const;
    expect(l2Signature(credsUsed.secret, request, Number(recorded.l2Headers.poly_timestamp))).toBe(
      recorded.l2Headers.poly_signature,
    );
  });

  test("the signature over a request covers its body and not its query", () => {
    const at = Number(l2get.headers.poly_timestamp);
    const get = { method: "GET", path: "/data/orders", body: "" } as const;
    expect(l2Signature(credsUsed.secret, get, at)).toBe(l2get.headers.poly_signature);
    const cancel = { method: "DELETE", path: l2delete.path, body: l2delete.body } as const;
    expect(l2Signature(credsUsed.secret, cancel, at)).toBe(l2delete.headers.poly_signature);
    expect(l2Signature(credsUsed.secret, { ...cancel, body: "" }, at)).not.toBe(l2delete.headers.poly_signature);
  });

  test("the attestation that makes API credentials is signed as the official client signs it", async () => {
    const digest = clobAuthDigest(account.address, Number(l1.headers.poly_timestamp), 0);
    expect(await account.sign({ hash: digest })).toBe(l1.headers.poly_signature);
  });
});

const vectors = z.object({
  orders: z.array(
    z.object({
      name: z.string(),
      domain: z.object({
        version: z.literal(["2", "3"]),
        verifyingContract: z.string().transform(parseAddress),
      }),
      message,
      orderHash: z.string(),
    }),
  ),
});

const recordedHashes = load(VECTORS, vectors);
describe.skipIf(recordedHashes === null)(`order hashes (${VECTORS})`, () => {
  const orders = recordedHashes?.orders ?? [];

  test("there are ten", () => {
    expect(orders).toHaveLength(10);
  });

  test.each(orders)("$name", ({ domain, message, orderHash: expected }) => {
    expect(orderHash(toOrder(message), domain)).toBe(expected);
  });
});

test("an order for a market of an unknown version is refused, not signed for a guessed contract", () => {
  expect(() => orderDomain("v3", false)).toThrow('no exchange is known for market version "v3"');
});

import { z } from "zod";
import type { ExchangeOrder, OrderDomain } from "../../core/chain/exchange-order.ts";
import { parseAddress, parseTokenId } from "../../core/ids/ids.ts";
import { epochMs } from "../../core/time/time.ts";

/** What goes over the signer's socket, as JSON over HTTP; amounts are decimal text. */
const hex = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`))
    .transform((text) => text as `0x${string}`);
const amount = z
  .string()
  .regex(/^(0|[1-9]\d{0,77})$/)
  .transform(BigInt);
const address = hex(20).transform((text) => parseAddress(text));

export const orderRequest = z.strictObject({
  order: z.strictObject({
    salt: amount.refine((salt) => salt <= BigInt(Number.MAX_SAFE_INTEGER), "above 2^53"),
    maker: address,
    signer: address,
    tokenId: z
      .string()
      .regex(/^(0|[1-9]\d{0,77})$/)
      .transform(parseTokenId),
    makerAmount: amount,
    takerAmount: amount,
    side: z.literal(["BUY", "SELL"]),
    signatureType: z.literal([0, 1, 2, 3]),
    timestamp: z.int().positive().transform(epochMs),
    metadata: hex(32),
    builder: hex(32),
  }),
  domain: z.strictObject({ version: z.literal(["2", "3"]), verifyingContract: address }),
});

export const encodeOrderRequest = (order: ExchangeOrder, domain: OrderDomain): string =>
  JSON.stringify({ order, domain }, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value));

export const attestationRequest = z.strictObject({
  timestampSeconds: z.int().positive(),
  nonce: z.int().nonnegative(),
});

export const identityAnswer = z.object({
  owner: address,
  wallet: address,
  signatureType: z.literal([0, 1, 2, 3]),
});

export const signatureAnswer = z.discriminatedUnion("signed", [
  z.object({
    signed: z.literal(true),
    signature: z
      .string()
      .regex(/^0x([0-9a-f]{2}){65,400}$/)
      .transform((text) => text as `0x${string}`),
  }),
  z.object({
    signed: z.literal(false),
    refusal: z.object({
      code: z.literal([
        "WALLET_NOT_ALLOWED",
        "CONTRACT_NOT_ALLOWED",
        "SIDE_NOT_ALLOWED",
        "FIELD_NOT_ALLOWED",
        "PRICE_OUT_OF_BAND",
        "ORDER_ABOVE_MAX",
        "DAY_ABOVE_MAX",
        "TIMESTAMP_OFF",
      ]),
      limit: z.string(),
      value: z.string(),
    }),
  }),
]);

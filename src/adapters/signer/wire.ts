import { z } from "zod";
import type { ExchangeOrder, OrderDomain } from "../../core/chain/exchange-order.ts";
import type { Redemption } from "../../core/chain/redemption.ts";
import { parseAddress, parseTokenId } from "../../core/ids/ids.ts";
import type { RedeemCode } from "../../core/risk/redeem-policy.ts";
import type { SigningCode } from "../../core/risk/signing-policy.ts";
import { epochMs } from "../../core/time/time.ts";

/** What goes over the signer's socket, as JSON over HTTP; amounts are decimal text. */
const asHex = (text: string) => text as `0x${string}`;
const hex = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`))
    .transform(asHex);
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

const encode = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? item.toString() : item));

export const encodeOrderRequest = (order: ExchangeOrder, domain: OrderDomain): string => encode({ order, domain });
export const encodeRedemptionRequest = (redemption: Redemption): string => encode(redemption);

const redeeming = {
  ...{ owner: address, wallet: address, nonce: amount },
  call: z.strictObject({
    to: address,
    data: z
      .string()
      .regex(/^0x([0-9a-f]{2}){4,1000}$/)
      .transform(asHex),
  }),
};
export const redemptionRequest = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("TRANSACTION"),
    ...{ ...redeeming, gas: amount, maxFeePerGas: amount, maxPriorityFeePerGas: amount },
  }),
  z.strictObject({ kind: z.literal("PROXY"), ...redeeming, gasLimit: amount, relay: address }),
  z.strictObject({ kind: z.literal("SAFE"), ...redeeming }),
  z.strictObject({ kind: z.literal("WALLET"), ...redeeming, deadline: z.int().positive() }),
]);

export const attestationRequest = z.strictObject({
  timestampSeconds: z.int().positive(),
  nonce: z.int().nonnegative(),
});

export const trialRequest = z.strictObject({
  salt: z.int().nonnegative(),
  timestamp: z.int().positive().transform(epochMs),
});

export const identityAnswer = z.object({
  owner: address,
  wallet: address,
  signatureType: z.literal([0, 1, 2, 3]),
});

/** What was signed; or the policy's no, by one of its codes. */
const answerWith = <const Code extends string>(codes: readonly Code[]) =>
  z.discriminatedUnion("signed", [
    z.object({
      signed: z.literal(true),
      signature: z
        .string()
        .regex(/^0x([0-9a-f]{2}){65,400}$/)
        .transform(asHex),
    }),
    z.object({
      signed: z.literal(false),
      refusal: z.object({ code: z.literal(codes), limit: z.string(), value: z.string() }),
    }),
  ]);

export const signatureAnswer = answerWith<SigningCode>([
  ...(["WALLET_NOT_ALLOWED", "CONTRACT_NOT_ALLOWED", "SIDE_NOT_ALLOWED", "FIELD_NOT_ALLOWED"] as const),
  ...(["PRICE_OUT_OF_BAND", "ORDER_ABOVE_MAX", "DAY_ABOVE_MAX", "TIMESTAMP_OFF"] as const),
]);
export const redemptionAnswer = answerWith<RedeemCode>([
  ...(["WALLET_NOT_ALLOWED", "CALL_NOT_ALLOWED", "FEE_ABOVE_MAX", "DEADLINE_OFF"] as const),
]);

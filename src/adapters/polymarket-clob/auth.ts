import { createHmac } from "node:crypto";
import { type Hex, hashTypedData } from "viem";
import { POLYGON_CHAIN_ID } from "../../core/chain/contracts.ts";

/** Made by the venue for one signer; the secret is base64. All three are secrets. */
export type ApiCredentials = { readonly key: string; readonly secret: string; readonly passphrase: string };

export type ApiRequest = {
  readonly method: "GET" | "POST" | "DELETE";
  /** Without the query: the venue's signature covers only the path. */
  readonly path: string;
  /** The exact bytes that are sent, or "" for none. */
  readonly body: string;
};

/** What the owner's key signs to make or derive API credentials (L1, API sheet, section 2.1). */
export function clobAuthDigest(address: Hex, timestampSeconds: number, nonce: number): Hex {
  return hashTypedData({
    domain: { name: "ClobAuthDomain", version: "1", chainId: POLYGON_CHAIN_ID },
    types: {
      ClobAuth: [
        { name: "address", type: "address" },
        { name: "timestamp", type: "string" },
        { name: "nonce", type: "uint256" },
        { name: "message", type: "string" },
      ],
    },
    primaryType: "ClobAuth",
    message: {
      address,
      timestamp: String(timestampSeconds),
      nonce: BigInt(nonce),
      message: "This message attests that I control the given wallet",
    },
  });
}

/** @param address the signer's EOA, not the wallet that holds the money */
export const l1Headers = (address: Hex, signature: Hex, timestampSeconds: number, nonce: number) => ({
  POLY_ADDRESS: address,
  POLY_SIGNATURE: signature,
  POLY_TIMESTAMP: String(timestampSeconds),
  POLY_NONCE: String(nonce),
});

export function l2Signature(secret: string, request: ApiRequest, timestampSeconds: number): string {
  return createHmac("sha256", Buffer.from(secret, "base64"))
    .update(`${timestampSeconds}${request.method}${request.path}${request.body}`)
    .digest("base64")
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}

export const l2Headers = (
  address: Hex,
  credentials: ApiCredentials,
  request: ApiRequest,
  timestampSeconds: number,
) => ({
  POLY_ADDRESS: address,
  POLY_SIGNATURE: l2Signature(credentials.secret, request, timestampSeconds),
  POLY_TIMESTAMP: String(timestampSeconds),
  POLY_API_KEY: credentials.key,
  POLY_PASSPHRASE: credentials.passphrase,
});

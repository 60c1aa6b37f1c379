import { createHmac } from "node:crypto";
import type { Hex } from "viem";

/** Made by the venue for one signer; the secret is base64. All three are secrets. */
export type ApiCredentials = { readonly key: string; readonly secret: string; readonly passphrase: string };

export type ApiRequest = {
  readonly method: "GET" | "POST" | "DELETE";
  /** Without the query: the venue's signature covers only the path. */
  readonly path: string;
  /** The exact bytes that are sent, or "" for none. */
  readonly body: string;
};

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

import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { type Hex, recoverTypedDataAddress } from "viem";
import type { Seed } from "../random/prng.ts";
import { fail, ok, type Reply } from "./reply.ts";

export type ClobRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** As it came: the HMAC covers these bytes. */
  readonly body: string;
};

export type ApiKey = {
  /** Lower case: the EOA that the key belongs to. */
  readonly owner: string;
  readonly apiKey: string;
  readonly secret: string;
  readonly passphrase: string;
};

/** L1 and L2 of the CLOB (API sheet, section 2.1). */
export type ClobAuth = {
  /** `POST /auth/api-key` and `GET /auth/derive-api-key`. */
  credentials(request: ClobRequest): Promise<Reply>;
  /** @returns null unless signature, time, key, passphrase and address are all right */
  authenticate(request: ClobRequest): ApiKey | null;
  /** The user channel takes the credentials themselves. */
  match(credentials: Readonly<Record<"apiKey" | "secret" | "passphrase", string>>): ApiKey | null;
};

const SKEW_SECONDS_MAX = 10;
const CLOB_AUTH = {
  domain: { name: "ClobAuthDomain", version: "1", chainId: 137 },
  primaryType: "ClobAuth",
  types: {
    ClobAuth: [
      { name: "address", type: "address" },
      { name: "timestamp", type: "string" },
      { name: "nonce", type: "uint256" },
      { name: "message", type: "string" },
    ],
  },
} as const;
const ATTESTATION = "This message attests that I control the given wallet";
export const UNAUTHORIZED = fail(401, "Unauthorized/Invalid api key");
const INVALID_L1 = fail(401, "Invalid L1 Request headers");

/** @param now milliseconds */
export function createClobAuth(seed: Seed, now: () => number): ClobAuth {
  const keys = new Map<string, ApiKey>();
  const isNow = (timestamp: string): boolean => Math.abs(Number(timestamp) - now() / 1_000) <= SKEW_SECONDS_MAX;

  async function credentials({ method, headers }: ClobRequest): Promise<Reply> {
    const { poly_address: address, poly_signature: signature, poly_timestamp: timestamp, poly_nonce: nonce } = headers;
    if (![address, signature, timestamp, nonce].every((each) => typeof each === "string")) return INVALID_L1;
    const l1 = { address, signature, timestamp, nonce } as Record<string, string>;
    if (!isNow(l1.timestamp ?? "") || !(await isAttested(l1))) return INVALID_L1;
    const fresh = makeKey(seed, (l1.address ?? "").toLowerCase(), l1.nonce ?? "");
    const isKnown = keys.has(fresh.apiKey);
    if (method === "GET" && !isKnown) return fail(400, "Could not derive api key!");
    if (method === "POST" && isKnown) return fail(400, "Could not create api key");
    keys.set(fresh.apiKey, fresh);
    const { owner: _owner, ...shown } = fresh;
    return ok(shown);
  }

  function authenticate({ method, path, headers, body }: ClobRequest): ApiKey | null {
    const key = keys.get(String(headers.poly_api_key));
    const timestamp = String(headers.poly_timestamp);
    if (key === undefined || !isNow(timestamp)) return null;
    if (headers.poly_passphrase !== key.passphrase) return null;
    if (String(headers.poly_address).toLowerCase() !== key.owner) return null;
    const secret = Buffer.from(key.secret, "base64url");
    const expected = createHmac("sha256", secret).update(`${timestamp}${method}${path}${body}`).digest();
    // Padding is kept on the wire: what was cut off is another signature.
    const text = String(headers.poly_signature);
    const given = Buffer.from(text, "base64url");
    return text.length === 44 && given.length === expected.length && timingSafeEqual(given, expected) ? key : null;
  }

  return {
    credentials,
    authenticate,
    match({ apiKey, secret, passphrase }) {
      const key = keys.get(apiKey);
      return key !== undefined && key.secret === secret && key.passphrase === passphrase ? key : null;
    },
  };
}

async function isAttested(l1: Record<string, string>): Promise<boolean> {
  const { address = "", signature = "", timestamp = "", nonce = "" } = l1;
  try {
    const message = { address: address as Hex, timestamp, nonce: BigInt(nonce), message: ATTESTATION };
    const signer = await recoverTypedDataAddress({ ...CLOB_AUTH, message, signature: signature as Hex });
    return signer.toLowerCase() === address.toLowerCase();
  } catch {
    return false;
  }
}

/** The same owner and nonce give the same key, also after a restart of the same world. */
function makeKey(seed: Seed, owner: string, nonce: string): ApiKey {
  const draw = (what: string): Buffer =>
    createHmac("sha256", `simnet ${seed}`).update(`${what} ${owner} ${nonce}`).digest();
  const hex = draw("key").toString("hex");
  const apiKey = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
  const secret = draw("secret").toString("base64").replaceAll("+", "-").replaceAll("/", "_");
  return { owner, apiKey, secret, passphrase: draw("passphrase").toString("hex") };
}

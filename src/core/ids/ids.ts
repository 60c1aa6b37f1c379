import type { Brand } from "../brand.ts";
import { PayloadError } from "../errors.ts";

/** 20 bytes, lower-case `0x…`; never compared in mixed case. */
export type Address = Brand<string, "Address">;
/** 32-byte hashes, lower-case `0x…`. */
export type TxHash = Brand<string, "TxHash">;
export type BlockHash = Brand<string, "BlockHash">;
export type OrderHash = Brand<string, "OrderHash">;
/** Condition, lower-case `0x…`: 32 bytes in the CTF, 31 in Protocol V2. One market has one condition, so this is its id. */
export type MarketId = Brand<string, "MarketId">;
/** Outcome token id: uint256 as canonical decimal text, the form the venue's API uses. */
export type TokenId = Brand<string, "TokenId">;
export type SignalId = Brand<string, "SignalId">;
export type PositionId = Brand<string, "PositionId">;
/** Our own id of an order, made from facts and stored before the order is sent. */
export type ClientOrderId = Brand<string, "ClientOrderId">;

const HEX_20 = /^0x[0-9a-f]{40}$/;
const HEX_32 = /^0x[0-9a-f]{64}$/;
const HEX_31_OR_32 = /^0x(?:[0-9a-f]{62}|[0-9a-f]{64})$/;
const UINT = /^(0|[1-9]\d*)$/;
const UINT256_MAX = (1n << 256n) - 1n;

function parseHex(kind: string, pattern: RegExp, text: string): string {
  // What we have stored is lower case already.
  if (pattern.test(text)) return text;
  const lower = text.toLowerCase();
  if (!pattern.test(lower)) throw new PayloadError("ID_MALFORMED", `not ${kind}: ${text.slice(0, 80)}`, { kind });
  return lower;
}

/** @throws PayloadError */
export const parseAddress = (text: string): Address => parseHex("an address", HEX_20, text) as Address;
/** @throws PayloadError */
export const parseTxHash = (text: string): TxHash => parseHex("a transaction hash", HEX_32, text) as TxHash;
/** @throws PayloadError */
export const parseBlockHash = (text: string): BlockHash => parseHex("a block hash", HEX_32, text) as BlockHash;
/** @throws PayloadError */
export const parseOrderHash = (text: string): OrderHash => parseHex("an order hash", HEX_32, text) as OrderHash;
/** @throws PayloadError */
export const parseMarketId = (text: string): MarketId => parseHex("a condition id", HEX_31_OR_32, text) as MarketId;

/** @throws PayloadError */
export function parseTokenId(text: string): TokenId {
  if (!UINT.test(text) || BigInt(text) > UINT256_MAX) {
    throw new PayloadError("ID_MALFORMED", `not a token id: ${text.slice(0, 90)}`, { kind: "a token id" });
  }
  return text as TokenId;
}

export const toTokenId = (value: bigint): TokenId => value.toString() as TokenId;

import { PayloadError } from "../errors.ts";
import type { Address, TokenId } from "../ids/ids.ts";

/**
 * Reading ABI words straight out of hex text, for events that come now and then (`trade-words.ts` is for fills).
 * Everything is lower-case; whoever reads logs from outside lowers them.
 */

export const WORD = 64;
/** Where the first word starts in `0x…` text. */
export const DATA_START = 2;

const ZERO_WORD = "0".repeat(WORD);
const ZERO_INT8_PADDING = "0".repeat(WORD - 16);
const ADDRESS_PADDING = `0x${"0".repeat(24)}`;
const INT8_HIGH_MAX = 0x7fff_ffff;
const SAFE_HIGH = 0x20_0000;
const UINT32 = 4_294_967_296;

/** One entry per UTF-16 unit, so that any text can be looked up; -1: no lower-case hex digit. */
const NIBBLE = new Int8Array(65_536).fill(-1);
for (let digit = 0; digit < 16; digit += 1) NIBBLE[digit.toString(16).charCodeAt(0)] = digit;

export function malformed(what: string): PayloadError {
  return new PayloadError("LOG_MALFORMED", what);
}

/** Two lower-case digits as the number that their bytes make in memory → their value; -1 for what is none. */
export const HEX_PAIRS = new Int16Array(65_536).fill(-1);
for (let value = 0; value < 256; value += 1) {
  const text = value.toString(16).padStart(2, "0");
  HEX_PAIRS[text.charCodeAt(0) | (text.charCodeAt(1) << 8)] = value;
}

function isHex(text: string, from: number, to: number): boolean {
  let seen = 0;
  for (let at = from; at < to; at += 1) seen |= NIBBLE[text.charCodeAt(at)] as number;
  return seen >= 0;
}

/** @throws PayloadError unless `text` is 32 bytes. */
export function requireHash(text: string, what: string): string {
  if (text.length !== 66 || !text.startsWith("0x") || !isHex(text, 2, 66)) throw malformed(`${what} is not 32 bytes`);
  return text;
}

function uint32(text: string, at: number): number {
  let value = 0;
  let seen = 0;
  for (let index = at; index < at + 8; index += 1) {
    const nibble = NIBBLE[text.charCodeAt(index)] as number;
    seen |= nibble;
    value = value * 16 + nibble;
  }
  if (seen < 0) throw malformed("not hex");
  return value;
}

/** An amount: at most 2⁶³−1, what a bigint column holds. @throws PayloadError */
export function amountAt(data: string, at: number): bigint {
  if (!data.startsWith(ZERO_INT8_PADDING, at)) throw malformed("an amount beyond 2^63-1");
  const high = uint32(data, at + 48);
  const low = uint32(data, at + 56);
  if (high > INT8_HIGH_MAX) throw malformed("an amount beyond 2^63-1");
  return high < SAFE_HIGH ? BigInt(high * UINT32 + low) : (BigInt(high) << 32n) | BigInt(low);
}

/** @throws PayloadError */
export function uint256At(data: string, at: number): bigint {
  if (data.length < at + WORD || !isHex(data, at, at + WORD)) throw malformed("not a 32 byte word");
  return BigInt(`0x${data.slice(at, at + WORD)}`);
}

export const isZeroAt = (data: string, at: number): boolean => data.startsWith(ZERO_WORD, at);

/** 0 or 1 of a `uint8 side`. @throws PayloadError */
export function bitAt(data: string, at: number): 0 | 1 {
  if (isZeroAt(data, at)) return 0;
  if (data.startsWith(ZERO_INT8_PADDING, at) && uint32(data, at + 48) === 0 && uint32(data, at + 56) === 1) return 1;
  throw malformed("a side that is neither 0 nor 1");
}

/** @throws PayloadError when the padding is not zero or the length is wrong. */
export function addressOfTopic(topic: string): Address {
  if (topic.length !== 66 || !topic.startsWith(ADDRESS_PADDING) || !isHex(topic, 26, 66)) {
    throw malformed("a topic that is not an address");
  }
  return `0x${topic.slice(26)}` as Address;
}

/** @throws PayloadError; a token id of zero is none. */
export function tokenIdAt(data: string, at: number): TokenId {
  const value = uint256At(data, at);
  if (value === 0n) throw malformed("a token id of zero");
  return value.toString() as TokenId;
}

/** @throws PayloadError unless a log has exactly this many topics and data words. */
export function requireShape(
  log: { readonly topics: readonly string[]; readonly data: string },
  topics: number,
  words: number,
): void {
  if (log.topics.length !== topics) throw malformed(`${log.topics.length} topics instead of ${topics}`);
  if (log.data.length !== DATA_START + words * WORD || !log.data.startsWith("0x")) {
    throw malformed(`${log.data.length} characters of data instead of ${DATA_START + words * WORD}`);
  }
}

import type { Address, TokenId } from "../ids/ids.ts";
import type { Side } from "./fill.ts";
import { DATA_START, malformed, tokenIdAt, WORD } from "./hex-words.ts";

/**
 * Reads the data of fills and matches, a hundred of them a block. The hex text is copied once into bytes by the runtime;
 * eight digits are then compared at a time, where reading characters of the text one by one would take longer
 * than parsing the JSON around them. One text is loaded at a time; what is read refers to it.
 */

declare const TextEncoder: { new (): { encodeInto(text: string, into: Uint8Array): unknown } };

const WORDS_MAX = 7;
/** Bytes before the first word: "0x" ends where eight bytes are aligned. */
const START = 8;
const bytes = new Uint8Array(START + WORDS_MAX * WORD + 8);
const behindPrefix = bytes.subarray(START - DATA_START);
const eights = new Float64Array(bytes.buffer);
const fours = new Uint32Array(bytes.buffer);
const encoder = new TextEncoder();

/** Eight digits as the number that their bytes happen to make: compared for equality and used for nothing else. */
function eightDigits(text: string): number {
  encoder.encodeInto(text, bytes);
  return eights[0] as number;
}
const ZERO = eightDigits("00000000");
const ONE = eightDigits("00000001");

const PER_WORD = WORD / 8;
const firstEight = (word: number): number => START / 8 + word * PER_WORD;

const NIBBLE = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit += 1) NIBBLE[digit.toString(16).charCodeAt(0)] = digit;

/** @param data `0x` and at most seven words; its length is the caller's to check. */
export function loadWords(data: string): void {
  encoder.encodeInto(data, behindPrefix);
}

function areZero(from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (eights[at] !== ZERO) return false;
  return true;
}

const isZeroWord = (word: number): boolean => areZero(firstEight(word), firstEight(word + 1));

/** Eight digits as a number; negative when one is no lower-case hex digit. */
function uint32(at: number): number {
  let value = 0;
  let seen = 0;
  for (let index = at; index < at + 8; index += 1) {
    const nibble = NIBBLE[bytes[index] as number] as number;
    seen |= nibble;
    value = (value << 4) | nibble;
  }
  return seen < 0 ? -1 : value >>> 0;
}

const UINT32 = 4_294_967_296;
const INT8_HIGH_MAX = 0x7fff_ffff;
const SAFE_HIGH = 0x20_0000;

/** An amount of the loaded text: at most 2⁶³−1, what a bigint column holds. @throws PayloadError */
export function amountOfWord(word: number): bigint {
  const last = firstEight(word + 1);
  const low = uint32(8 * (last - 1));
  const isShort = eights[last - 2] === ZERO;
  if (!areZero(firstEight(word), last - 2) || low < 0) throw malformed("an amount beyond 2^63-1, or none");
  if (isShort) return BigInt(low);
  const high = uint32(8 * (last - 2));
  if (high < 0 || high > INT8_HIGH_MAX) throw malformed("an amount beyond 2^63-1, or none");
  return high < SAFE_HIGH ? BigInt(high * UINT32 + low) : (BigInt(high) << 32n) | BigInt(low);
}

/**
 * Token ids that were read before, one per slot: the same tokens come back in most logs, and making decimal text of 256 bits
 * is the slowest part of all. NaN equals nothing, so that an empty slot fits no word.
 */
const SLOTS = 32_768;
const slotWords = new Float64Array(SLOTS * PER_WORD).fill(Number.NaN);
const slotTokens = new Array<TokenId>(SLOTS).fill("" as TokenId);

/** @param data the loaded text. @throws PayloadError; a token id of zero is none. */
function tokenOfWord(data: string, word: number): TokenId {
  const from = firstEight(word);
  // The first digits, and the last, where the ids of one event differ.
  const mixed =
    (fours[2 * from] as number) ^
    Math.imul(fours[2 * from + 1] as number, 31) ^
    ((fours[2 * from + 15] as number) << 3);
  const slot = (mixed ^ (mixed >>> 15)) & (SLOTS - 1);
  const held = slot * PER_WORD;
  for (let at = 0; slotWords[held + at] === eights[from + at]; at += 1) {
    if (at === PER_WORD - 1) return slotTokens[slot] as TokenId;
  }
  const token = tokenIdAt(data, DATA_START + word * WORD);
  slotTokens[slot] = token;
  slotWords.set(eights.subarray(from, from + PER_WORD), held);
  return token;
}

export type Asset = { readonly side: Side; readonly tokenId: TokenId };

/** V1 names an asset on each side in words 0 and 1; the one that is zero is the collateral. @throws PayloadError */
export function assetOfPair(data: string): Asset {
  const paysCollateral = isZeroWord(0);
  if (paysCollateral === isZeroWord(1)) throw malformed("not exactly one of the two assets is collateral");
  return paysCollateral
    ? { side: "BUY", tokenId: tokenOfWord(data, 1) }
    : { side: "SELL", tokenId: tokenOfWord(data, 0) };
}

/** V2 and V3 name the side in word 0 and the token in word 1. @throws PayloadError */
export function assetOfSide(data: string): Asset {
  const last = firstEight(1) - 1;
  const isSell = eights[last] === ONE;
  if (!areZero(firstEight(0), last) || (!isSell && eights[last] !== ZERO))
    throw malformed("a side that is neither 0 nor 1");
  return { side: isSell ? "SELL" : "BUY", tokenId: tokenOfWord(data, 1) };
}

const ADDRESS_PADDING = `0x${"0".repeat(24)}`;

/** The topics of a log are 32 bytes of hex when they come here (`RawLog`). @throws PayloadError when the padding is not zero. */
export function addressOfWord(topic: string): Address {
  if (topic.length !== 66 || !topic.startsWith(ADDRESS_PADDING)) throw malformed("a topic that is not an address");
  return `0x${topic.slice(26)}` as Address;
}

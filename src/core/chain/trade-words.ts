import type { Address, OrderHash, TokenId } from "../ids/ids.ts";
import { type RawLog, type Side, TOPIC_STRIDE } from "./fill.ts";
import { DATA_START, HEX_PAIRS, malformed, requireShape, tokenIdAt, WORD } from "./hex-words.ts";

/**
 * Reads the words of fills and matches, a hundred of them a block, in the bytes they came in. Where there is only text, the
 * runtime copies it into bytes first; eight digits are then compared at a time, where reading characters of the
 * text one by one would take longer than parsing the JSON around them. One log is loaded at a time; what is read
 * refers to it.
 */

declare const TextEncoder: { new (): { encodeInto(text: string, into: Uint8Array): unknown } };

const WORDS_MAX = 7;
const PER_WORD = WORD / 8;

const copied = new Uint8Array(DATA_START + WORDS_MAX * WORD + 8);
const copy = new DataView(copied.buffer);
const encoder = new TextEncoder();

/** Of the log that is loaded: where its digits are, and where those of its first word begin. */
let view: DataView = copy;
let start = DATA_START;

/** Eight digits as the number that their bytes happen to make: compared for equality and used for nothing else. */
const eightAt = (at: number): number => view.getFloat64(at, true);

function eightDigits(text: string): number {
  encoder.encodeInto(text, copied);
  return copy.getFloat64(0, true);
}
const ZERO = eightDigits("00000000");
const ONE = eightDigits("00000001");

const wordAt = (word: number): number => start + word * WORD;

/**
 * Makes a log the one that is read.
 * @throws PayloadError unless it has exactly this many topics and data words, at most seven
 */
export function loadTrade(log: RawLog, topics: number, words: number): void {
  const { digits } = log;
  if (digits !== undefined && digits.topicCount === topics && digits.dataDigits === words * WORD) {
    view = digits.view;
    start = digits.dataAt;
    return;
  }
  requireShape(log, topics, words);
  encoder.encodeInto(log.data, copied);
  view = copy;
  start = DATA_START;
}

function areZero(from: number, to: number): boolean {
  for (let at = from; at < to; at += 8) if (eightAt(at) !== ZERO) return false;
  return true;
}

/** Eight digits as a number; negative when one is no lower-case hex digit. */
function uint32(at: number): number {
  const first = HEX_PAIRS[view.getUint16(at, true)] as number;
  const second = HEX_PAIRS[view.getUint16(at + 2, true)] as number;
  const third = HEX_PAIRS[view.getUint16(at + 4, true)] as number;
  const fourth = HEX_PAIRS[view.getUint16(at + 6, true)] as number;
  if ((first | second | third | fourth) < 0) return -1;
  return ((first << 24) | (second << 16) | (third << 8) | fourth) >>> 0;
}

const UINT32 = 4_294_967_296;
const INT8_HIGH_MAX = 0x7fff_ffff;
const SAFE_HIGH = 0x20_0000;

/** An amount of the loaded log: at most 2⁶³−1, what a bigint column holds. @throws PayloadError */
export function amountOfWord(word: number): bigint {
  const at = wordAt(word);
  const low = uint32(at + 56);
  if (!areZero(at, at + 48) || low < 0) throw malformed("an amount beyond 2^63-1, or none");
  if (eightAt(at + 48) === ZERO) return BigInt(low);
  const high = uint32(at + 48);
  if (high < 0 || high > INT8_HIGH_MAX) throw malformed("an amount beyond 2^63-1, or none");
  return high < SAFE_HIGH ? BigInt(high * UINT32 + low) : (BigInt(high) << 32n) | BigInt(low);
}

/** Digits that were read before with what they say, one per slot. NaN equals nothing, so that an empty slot fits none. */
function createSlots<Value>(slots: number, eights: number) {
  return {
    mask: slots - 1,
    eights,
    digits: new Float64Array(slots * eights).fill(Number.NaN),
    values: new Array<Value>(slots),
  };
}
type Slots<Value> = ReturnType<typeof createSlots<Value>>;

/** The same tokens and wallets come back in most logs, and making text of them is the slowest part of all. */
const tokens = createSlots<TokenId>(32_768, PER_WORD);
const wallets = createSlots<Address>(32_768, 5);

function slotOf({ mask, eights }: Slots<unknown>, from: DataView, at: number): number {
  // The first digits, and the last, where the ids of one event differ.
  const mixed =
    from.getUint32(at, true) ^
    Math.imul(from.getUint32(at + 4, true), 31) ^
    (from.getUint32(at + 8 * eights - 4, true) << 3);
  return (mixed ^ (mixed >>> 15)) & mask;
}

function isIn({ digits, eights }: Slots<unknown>, slot: number, from: DataView, at: number): boolean {
  for (let index = 0; index < eights; index += 1)
    if (digits[slot * eights + index] !== from.getFloat64(at + 8 * index, true)) return false;
  return true;
}

function put<Value>(slots: Slots<Value>, slot: number, from: DataView, at: number, value: Value): Value {
  const { digits, eights, values } = slots;
  for (let index = 0; index < eights; index += 1) digits[slot * eights + index] = from.getFloat64(at + 8 * index, true);
  values[slot] = value;
  return value;
}

/** @throws PayloadError; a token id of zero is none. */
function tokenOfWord(log: RawLog, word: number): TokenId {
  const at = wordAt(word);
  const slot = slotOf(tokens, view, at);
  if (isIn(tokens, slot, view, at)) return tokens.values[slot] as TokenId;
  return put(tokens, slot, view, at, tokenIdAt(log.data, DATA_START + word * WORD));
}

export type Asset = { readonly side: Side; readonly tokenId: TokenId };

/** V1 names an asset on each side in words 0 and 1; the one that is zero is the collateral. @throws PayloadError */
export function assetOfPair(log: RawLog): Asset {
  const paysCollateral = areZero(wordAt(0), wordAt(1));
  if (paysCollateral === areZero(wordAt(1), wordAt(2)))
    throw malformed("not exactly one of the two assets is collateral");
  return paysCollateral
    ? { side: "BUY", tokenId: tokenOfWord(log, 1) }
    : { side: "SELL", tokenId: tokenOfWord(log, 0) };
}

/** V2 and V3 name the side in word 0 and the token in word 1. @throws PayloadError */
export function assetOfSide(log: RawLog): Asset {
  const last = wordAt(1) - 8;
  const isSell = eightAt(last) === ONE;
  if (!areZero(wordAt(0), last) || (!isSell && eightAt(last) !== ZERO))
    throw malformed("a side that is neither 0 nor 1");
  return { side: isSell ? "SELL" : "BUY", tokenId: tokenOfWord(log, 1) };
}

const ADDRESS_PADDING = `0x${"0".repeat(24)}`;

/** @throws PayloadError when the padding is not zero. */
export function addressOfTopic(log: RawLog, index: number): Address {
  const { digits } = log;
  if (digits === undefined) {
    const topic = log.topics[index] as string;
    if (topic.length !== 66 || !topic.startsWith(ADDRESS_PADDING)) throw malformed("a topic that is not an address");
    return `0x${topic.slice(26)}` as Address;
  }
  const from = digits.view;
  const at = digits.topicsAt + index * TOPIC_STRIDE;
  for (let digit = 0; digit < 24; digit += 8)
    if (from.getFloat64(at + digit, true) !== ZERO) throw malformed("a topic that is not an address");
  const slot = slotOf(wallets, from, at + 24);
  if (isIn(wallets, slot, from, at + 24)) return wallets.values[slot] as Address;
  return put(wallets, slot, from, at + 24, `0x${digits.text(at + 24, at + WORD)}` as Address);
}

export function orderHashOfTopic(log: RawLog, index: number): OrderHash {
  const { digits } = log;
  if (digits === undefined) return log.topics[index] as OrderHash;
  const at = digits.topicsAt + index * TOPIC_STRIDE;
  // With the `0x` before it.
  return digits.text(at - 2, at + WORD) as OrderHash;
}

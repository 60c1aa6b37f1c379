import { addressOfTopic, DATA_START, isZeroAt, malformed, requireHash, uint256At, WORD } from "./hex-words.ts";

/**
 * Strict reading of ABI-encoded values: only the one canonical form is accepted, the one that contracts emit, in which
 * dynamic values follow each other without gaps and nothing stands behind the last.
 */

/** `uint256[]` and `address[]` are the arrays that occur, `bytes` the only other dynamic type. */
export type AbiType = "address" | "bool" | "uint256" | "bytes" | `bytes${number}` | "uint256[]" | "address[]";

const TYPE = /^(?:address|bool|uint256|bytes(?:[1-9]|[12]\d|3[0-2])?|(?:uint256|address)\[\])$/;

export const isAbiType = (type: string): type is AbiType => TYPE.test(type);

/** Addresses and bytes are lower-case `0x…` text, integers bigint. */
export type AbiValue = string | bigint | boolean | readonly (string | bigint)[];

/** @param data lower-case `0x…`. @throws PayloadError */
export function readAbi(types: readonly AbiType[], data: string): readonly AbiValue[] {
  if (!data.startsWith("0x")) throw malformed("data that is not hex");
  // In words, from the start of the data.
  let tail = types.length;
  const values = types.map((type, index): AbiValue => {
    if (!isDynamic(type)) return staticAt(type, data, wordAt(index));
    if (uint256At(data, wordAt(index)) !== BigInt(32 * tail)) throw malformed("an offset that leaves a gap");
    const length = lengthAt(data, wordAt(tail));
    const start = tail + 1;
    tail = start + (type === "bytes" ? Math.ceil(length / 32) : length);
    if (data.length < wordAt(tail)) throw malformed("data that ends early");
    return type === "bytes" ? bytesAt(data, start, length) : elementsAt(type, data, start, length);
  });
  if (data.length !== wordAt(tail)) throw malformed(`${data.length} characters of data instead of ${wordAt(tail)}`);
  return values;
}

/** An indexed value is one word of its own. @throws PayloadError */
export function readTopic(type: AbiType, topic: string): AbiValue {
  requireHash(topic, "a topic");
  return staticAt(type, topic, DATA_START);
}

const wordAt = (index: number): number => DATA_START + index * WORD;

const isDynamic = (type: AbiType): boolean => type === "bytes" || type.endsWith("[]");

function staticAt(type: AbiType, data: string, at: number): string | bigint | boolean {
  const value = uint256At(data, at);
  if (type === "uint256") return value;
  if (type === "address") return addressOfTopic(`0x${data.slice(at, at + WORD)}`);
  if (type === "bool") {
    if (value > 1n) throw malformed("neither true nor false");
    return value === 1n;
  }
  const digits = 2 * Number(type.slice("bytes".length));
  if (!isPadding(data, at + digits, at + WORD)) throw malformed(`${type} with more bytes behind it`);
  return `0x${data.slice(at, at + digits)}`;
}

function elementsAt(type: AbiType, data: string, start: number, length: number): readonly (string | bigint)[] {
  const element = type === "address[]" ? "address" : "uint256";
  return Array.from({ length }, (_, index) => staticAt(element, data, wordAt(start + index)) as string | bigint);
}

function bytesAt(data: string, start: number, length: number): string {
  const words = Math.ceil(length / 32);
  for (let index = 0; index < words; index += 1) uint256At(data, wordAt(start + index));
  const end = wordAt(start) + 2 * length;
  if (!isPadding(data, end, wordAt(start + words))) throw malformed("bytes with more behind them");
  return `0x${data.slice(wordAt(start), end)}`;
}

/** Fewer than 2³² elements; more would not fit any log. */
function lengthAt(data: string, at: number): number {
  const length = uint256At(data, at);
  if (length >= 1n << 32n) throw malformed("a length beyond any log");
  return Number(length);
}

function isPadding(data: string, from: number, to: number): boolean {
  if (to - from === WORD) return isZeroAt(data, from);
  for (let at = from; at < to; at += 1) if (data.charCodeAt(at) !== 48) return false;
  return true;
}

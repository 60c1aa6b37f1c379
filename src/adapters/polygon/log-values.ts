import { TOPIC_STRIDE } from "../../core/chain/fill.ts";
import { HEX_PAIRS } from "../../core/chain/hex-words.ts";
import { type Address, type BlockHash, parseAddress, type TxHash } from "../../core/ids/ids.ts";
import type { MemberKind } from "./log-form.ts";
import type { Piece } from "./parse-answer.ts";
import type { ScannedLog } from "./scanned-log.ts";

const QUANTITY_DIGITS_MAX = 13;
const QUOTE = 0x22;
const COMMA = 0x2c;
const PREFIX = "0".charCodeAt(0) | ("x".charCodeAt(0) << 8);

/** One entry per byte; -1: no hex digit, of either case. */
const NIBBLE = new Int8Array(256).fill(-1);
for (const digit of "0123456789abcdefABCDEF") NIBBLE[digit.charCodeAt(0)] = Number.parseInt(digit, 16);

/** @returns behind the last digit of a quantity; -1: it is none */
function endOfQuantity(bytes: Buffer, at: number): number {
  let end = at;
  while ((NIBBLE[bytes[end] as number] as number) >= 0 && end <= at + QUANTITY_DIGITS_MAX) end += 1;
  return end === at || end > at + QUANTITY_DIGITS_MAX ? -1 : end;
}

function quantity(bytes: Buffer, at: number, end: number): number {
  let value = 0;
  for (let next = at; next < end; next += 1) value = value * 16 + (NIBBLE[bytes[next] as number] as number);
  return value;
}

/** Puts the value whose digits begin at `at` into the log. @returns where they end; -1: they are not as they should be */
export type ReadValue = (kind: MemberKind, piece: Piece, at: number, log: ScannedLog) => number;

export function createValueReader(): ReadValue {
  const addresses = createRecall(16, 40, parseAddress);
  const topics = createRecall(64, 64);
  const [blockHashes, txHashes] = [createRecall(1, 64), createRecall(1, 64)];

  function readHash(kind: MemberKind, piece: Piece, at: number, log: ScannedLog): number {
    const recall = kind === "address" ? addresses : kind === "blockHash" ? blockHashes : txHashes;
    const text = recall.read(piece, at);
    if (text === null) return -1;
    if (kind === "address") log.address = text as Address;
    else if (kind === "blockHash") log.blockHash = text as BlockHash;
    else log.txHash = text as TxHash;
    return at + recall.digits;
  }

  function readTopics(piece: Piece, at: number, log: ScannedLog): number {
    const { bytes, view } = piece;
    const topic = topics.read(piece, at);
    if (topic === null) return -1;
    log.topic = topic;
    log.topicsAt = at;
    log.topicCount = 1;
    let end = at + 64;
    for (; bytes[end + 1] === COMMA && log.topicCount < 4; end += TOPIC_STRIDE) {
      const isAsExpected = bytes[end] === QUOTE && bytes[end + 2] === QUOTE && view.getUint16(end + 3, true) === PREFIX;
      if (!isAsExpected || !isHex(view, end + 5, 64)) return -1;
      log.topicCount += 1;
    }
    return end;
  }

  return (kind, piece, at, log) => {
    switch (kind) {
      case "topics":
        return readTopics(piece, at, log);
      case "data":
        return readData(piece, at, log);
      case "address":
      case "blockHash":
      case "transactionHash":
        return readHash(kind, piece, at, log);
      default:
        return readQuantity(kind, piece.bytes, at, log);
    }
  };
}

function readQuantity(kind: MemberKind, bytes: Buffer, at: number, log: ScannedLog): number {
  const end = endOfQuantity(bytes, at);
  const value = quantity(bytes, at, end);
  if (kind === "blockNumber") log.blockNumber = value;
  else if (kind === "transactionIndex") log.txIndex = value;
  else if (kind === "logIndex") log.logIndex = value;
  else log.timestamp = value;
  return end;
}

function readData({ bytes, view, length }: Piece, at: number, log: ScannedLog): number {
  const end = bytes.indexOf(QUOTE, at);
  if (end < 0 || end > length || !isPlain(view, bytes, at, end)) return -1;
  log.dataAt = at;
  log.dataDigits = end - at;
  return end;
}

/** Whether these are lower-case hex digits, an even number of them. */
function isHex(view: DataView, at: number, digits: number): boolean {
  let seen = 0;
  for (let next = at; next < at + digits; next += 2) seen |= HEX_PAIRS[view.getUint16(next, true)] as number;
  return seen >= 0;
}

const LOWER = 0x2020_2020;
const NOT_ASCII = 0x8080_8080;

/** Whether text may stand as it is: nothing in it is a capital, an escape, a control character or beyond ASCII. */
function isPlain(view: DataView, bytes: Buffer, at: number, end: number): boolean {
  let all = LOWER;
  let any = 0;
  let next = at;
  for (; next + 4 <= end; next += 4) {
    const four = view.getUint32(next, true);
    all &= four;
    any |= four;
  }
  for (; next < end; next += 1) {
    const one = bytes[next] as number;
    all &= one | (LOWER & ~0xff);
    any |= one;
  }
  return (all & LOWER) === LOWER && (any & NOT_ASCII) === 0;
}

type Recall = {
  readonly digits: number;
  /** @returns `0x` with the digits at this place; null where they are no lower-case hex */
  read(piece: Piece, at: number): string | null;
};

/** Logs of a block repeat its hash, those of a transaction its, and few contracts and events take turns. */
function createRecall(slots: number, digits: number, parse: (text: string) => string = (text) => text): Recall {
  const eights = digits / 8;
  // NaN equals nothing, so that an empty slot fits no digits.
  const held = new Float64Array(slots * eights).fill(Number.NaN);
  const texts = new Array<string>(slots).fill("");
  return {
    digits,
    read({ bytes, view }, at) {
      const slot = (view.getUint32(at, true) ^ (view.getUint32(at + 4, true) >>> 3)) & (slots - 1);
      const from = slot * eights;
      let same = 0;
      while (same < eights && held[from + same] === view.getFloat64(at + 8 * same, true)) same += 1;
      if (same === eights) return texts[slot] as string;
      if (!isHex(view, at, digits)) return null;
      for (let index = 0; index < eights; index += 1) held[from + index] = view.getFloat64(at + 8 * index, true);
      const text = parse(bytes.toString("latin1", at - 2, at + digits));
      texts[slot] = text;
      return text;
    },
  };
}

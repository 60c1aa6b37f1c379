import { z } from "zod";
import type { BlockRef, RawLog } from "../../core/chain/fill.ts";
import { requireHash } from "../../core/chain/hex-words.ts";
import { PayloadError } from "../../core/errors.ts";
import { type BlockHash, parseAddress, parseBlockHash, type TxHash } from "../../core/ids/ids.ts";

const quantity = z
  .string()
  .regex(/^0x[0-9a-f]{1,13}$/i)
  .transform(Number);
const hash = z.string().regex(/^0x[0-9a-f]{64}$/i);

const reply = z.object({
  id: z.number(),
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string() }).nullish(),
});
/** Some providers answer a batch that they refuse with one error object without an id. */
const refusal = z.object({ error: z.object({ code: z.number(), message: z.string() }) });

export const envelope = z.union([z.array(reply), reply.transform((one) => [one]), refusal]);

const header = z.object({
  number: quantity,
  hash,
  parentHash: hash,
  timestamp: quantity,
  logsBloom: z
    .string()
    .regex(/^0x[0-9a-f]{512}$/i)
    .optional(),
  transactions: z.array(z.unknown()).optional(),
});

/** A block with what its header says of its logs, and how many transactions it has, where the node tells. */
export type Header = BlockRef & { readonly logsBloom: string | null; readonly transactions: number | null };

/** @returns null when the node does not have the block. @throws PayloadError */
export function parseHeader(value: unknown): Header | null {
  if (value === null) return null;
  const parsed = header.safeParse(value);
  if (!parsed.success) throw new PayloadError("HEADER_MALFORMED", "a block header of unknown shape");
  const { number, timestamp, logsBloom, transactions } = parsed.data;
  return {
    number,
    timestamp,
    hash: parseBlockHash(parsed.data.hash),
    parentHash: parseBlockHash(parsed.data.parentHash),
    logsBloom: logsBloom?.toLowerCase() ?? null,
    transactions: transactions?.length ?? null,
  };
}

/** @throws PayloadError */
export function parseQuantity(value: unknown): number {
  const parsed = quantity.safeParse(value);
  if (!parsed.success) throw new PayloadError("QUANTITY_MALFORMED", "not a hexadecimal quantity");
  return parsed.data;
}

export type TimedLog = { readonly log: RawLog; readonly timestamp: number | null };

const bad = (what: string): PayloadError => new PayloadError("LOG_MALFORMED", what);

/** One entry per ASCII character; -1: no hex digit, of either case. */
const NIBBLE = new Int8Array(128).fill(-1);
for (const digit of "0123456789abcdefABCDEF") NIBBLE[digit.charCodeAt(0)] = Number.parseInt(digit, 16);
const QUANTITY_DIGITS_MAX = 13;

function number(value: unknown): number {
  if (typeof value !== "string" || !value.startsWith("0x")) throw bad("not a quantity in a log");
  let result = 0;
  let seen = value.length > 2 && value.length <= 2 + QUANTITY_DIGITS_MAX ? 0 : -1;
  for (let at = 2; seen >= 0 && at < value.length; at += 1) {
    const nibble = NIBBLE[value.charCodeAt(at)] ?? -1;
    seen |= nibble;
    result = result * 16 + nibble;
  }
  if (seen < 0) throw bad("not a quantity in a log");
  return result;
}

function text(value: unknown): string {
  if (typeof value !== "string") throw bad("a log without one of its fields");
  return value.toLowerCase();
}

const hash32 = (value: unknown): string => requireHash(text(value), "a hash of a log");

const RECALLED = 4;

/** Logs of a block repeat its hash, those of a transaction its, and few events take turns: what equals a late value was read with it. */
function recalling<Value>(read: (value: unknown) => Value): (value: unknown) => Value {
  const recent: { readonly value: unknown; readonly result: Value }[] = [];
  let oldest = 0;
  return (value) => {
    for (const each of recent) if (each.value === value) return each.result;
    const result = read(value);
    recent[oldest] = { value, result };
    oldest = (oldest + 1) % RECALLED;
    return result;
  };
}

/**
 * Reads logs one after the other: by hand, because it runs for every log of the chain (millions a day); as strict as a
 * schema would be. It throws PayloadError, also for a log that is pending or removed: `eth_getLogs` must send neither.
 */
export function createLogParser(): (value: unknown) => TimedLog {
  const [address, topic] = [recalling((value) => parseAddress(text(value))), recalling(hash32)];
  const [blockHash, txHash] = [recalling(hash32), recalling(hash32)];
  const [blockNumber, txIndex, timestamp] = [recalling(number), recalling(number), recalling(number)];
  return (value) => {
    if (typeof value !== "object" || value === null) throw bad("a log that is no object");
    const raw = value as Record<string, unknown>;
    const { topics, blockTimestamp } = raw;
    if (raw.removed === true) throw bad("a removed log among logs of a range");
    if (!Array.isArray(topics) || topics.length > 4) throw bad("a log without topics");
    return {
      log: {
        address: address(raw.address),
        topics: topics.map((each, index) => (index === 0 ? topic(each) : hash32(each))),
        data: text(raw.data),
        blockNumber: blockNumber(raw.blockNumber),
        blockHash: blockHash(raw.blockHash) as BlockHash,
        txHash: txHash(raw.transactionHash) as TxHash,
        txIndex: txIndex(raw.transactionIndex),
        logIndex: number(raw.logIndex),
      },
      timestamp: blockTimestamp === undefined || blockTimestamp === null ? null : timestamp(blockTimestamp),
    };
  };
}

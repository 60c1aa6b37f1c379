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
});

/** A block with what its header says of its logs, where the node tells. */
export type Header = BlockRef & { readonly logsBloom: string | null };

/** @returns null when the node does not have the block. @throws PayloadError */
export function parseHeader(value: unknown): Header | null {
  if (value === null) return null;
  const parsed = header.safeParse(value);
  if (!parsed.success) throw new PayloadError("HEADER_MALFORMED", "a block header of unknown shape");
  const { number, timestamp, logsBloom } = parsed.data;
  return {
    number,
    timestamp,
    hash: parseBlockHash(parsed.data.hash),
    parentHash: parseBlockHash(parsed.data.parentHash),
    logsBloom: logsBloom?.toLowerCase() ?? null,
  };
}

/** @throws PayloadError */
export function parseQuantity(value: unknown): number {
  const parsed = quantity.safeParse(value);
  if (!parsed.success) throw new PayloadError("QUANTITY_MALFORMED", "not a hexadecimal quantity");
  return parsed.data;
}

export type TimedLog = { readonly log: RawLog; readonly timestamp: number | null };

const QUANTITY = /^0x[0-9a-f]{1,13}$/i;

function number(value: unknown): number {
  if (typeof value !== "string" || !QUANTITY.test(value))
    throw new PayloadError("LOG_MALFORMED", "not a quantity in a log");
  return Number(value);
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new PayloadError("LOG_MALFORMED", "a log without one of its fields");
  return value.toLowerCase();
}

const hash32 = (value: unknown): string => requireHash(text(value), "a hash of a log");

/**
 * By hand, because it runs for every log of the chain (millions a day); as strict as a schema would be.
 * @throws PayloadError, also for a log that is pending or removed: `eth_getLogs` must send neither.
 */
export function parseLog(value: unknown): TimedLog {
  if (typeof value !== "object" || value === null) throw new PayloadError("LOG_MALFORMED", "a log that is no object");
  const raw = value as Record<string, unknown>;
  const { topics, blockTimestamp } = raw;
  if (raw.removed === true) throw new PayloadError("LOG_MALFORMED", "a removed log among logs of a range");
  if (!Array.isArray(topics) || topics.length > 4) throw new PayloadError("LOG_MALFORMED", "a log without topics");
  return {
    log: {
      address: parseAddress(text(raw.address)),
      topics: topics.map(hash32),
      data: text(raw.data),
      blockNumber: number(raw.blockNumber),
      blockHash: hash32(raw.blockHash) as BlockHash,
      txHash: hash32(raw.transactionHash) as TxHash,
      txIndex: number(raw.transactionIndex),
      logIndex: number(raw.logIndex),
    },
    timestamp: blockTimestamp === undefined || blockTimestamp === null ? null : number(blockTimestamp),
  };
}
